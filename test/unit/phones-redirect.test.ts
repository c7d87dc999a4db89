import { pino } from 'pino';
import t, { type Test } from 'tap';
import type { LinekeeperError } from '../../src/errors.ts';
import { createAccount, type RedirectDeps, removeAccount, updateAccount } from '../../src/phones/redirect/accounts.ts';
import { listDevice, unlistDevice } from '../../src/phones/redirect/entries.ts';
import { checkedFields } from '../../src/phones/redirect/fields.ts';
import { createRedirectServices } from '../../src/phones/redirect/services.ts';
import { redirectOf } from '../../src/phones/redirect/state.ts';
import { createRedirectWorker } from '../../src/phones/redirect/worker.ts';
import { createYealinkRps } from '../../src/phones/redirect/yealink-rps.ts';
import { yealinkHeaders } from '../../src/phones/redirect/yealink-signature.ts';
import type { Tx } from '../../src/store/database.ts';
import { hashPhoneToken, stage1Token } from '../../src/store/phones/tokens.ts';
import { openPhoneDb } from '../support/phone-db.ts';
import { answer, startYealinkService } from '../support/yealink-service.ts';

const KEY = { id: 'access-key', secret: 'AccessSecretCanary' };
const MAC = '001565aabbcc';
const CONTEXT = { actor: 'test', ifVersion: undefined };

async function start(t: Test) {
  const world = await openPhoneDb(t);
  const { db, companyId } = world;
  const service = await startYealinkService(t, KEY);
  const isAddress = ({ hostname }: URL) => hostname === '127.0.0.1';
  const services = createRedirectServices([createYealinkRps({ isAddress, timeoutMs: 500 })]);
  const deps: RedirectDeps = { seal: db.seal, services };
  const clock = {
    later: 0,
    get now() {
      return Date.now() + clock.later;
    },
  };
  const logged: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
  const worker = createRedirectWorker({
    db,
    services,
    publicUrl: 'https://prov.example.org',
    log,
    now: () => clock.now,
  });
  t.teardown(() => worker.stop());
  const credentials = { accessKeyId: KEY.id, accessKeySecret: KEY.secret };
  const input = { service: 'yealink-rps', name: 'ours', url: service.url, credentials };
  const account = await db.write((tx) => createAccount(tx, deps, CONTEXT, companyId, input));
  /** What the use-case of devices does: a new first address. */
  const giveAddress = async (tx: Tx, _context: unknown, id: string) => {
    const { stage1Generation } = await tx.device.update({
      where: { id },
      data: { stage1Generation: { increment: 1 } },
    });
    await tx.device.update({
      where: { id },
      data: { stage1Hash: hashPhoneToken(stage1Token(db.seal, id, stage1Generation)) },
    });
  };
  const urlOf = async (id: string) => {
    const { stage1Generation } = await db.read.device.findUniqueOrThrow({ where: { id } });
    return `https://prov.example.org/p/${stage1Token(db.seal, id, stage1Generation)}/`;
  };
  return {
    ...{ ...world, service, deps, clock, logged, worker, account, giveAddress, urlOf },
    list: (id: string, extras?: Record<string, string>) =>
      db.write((tx) =>
        listDevice(tx, { ...deps, giveAddress }, CONTEXT, id, { accountId: account, ...(extras && { extras }) }),
      ),
    unlist: (id: string) => db.write((tx) => unlistDevice(tx, CONTEXT, id)),
    /** One look, to its end. */
    async work() {
      const before = await db.read.redirectEntry.findMany();
      worker.poke();
      const due = before.filter(
        ({ state, nextAttemptAt }) => state === 'waiting' && nextAttemptAt.getTime() <= clock.now,
      );
      const isOver = async () => {
        const now = await db.read.redirectEntry.findMany();
        return due.every(
          ({ deviceId, attempts }) => now.find((one) => one.deviceId === deviceId)?.attempts !== attempts,
        );
      };
      while (!(await isOver())) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    state: (id: string) => redirectOf(db.read, id),
  };
}

t.test("a call is signed as Yealink's documentation says", async (t) => {
  const headers = yealinkHeaders(
    { accessKeyId: 'key', accessKeySecret: 'secret' },
    { method: 'POST', path: '/api/open/v1/device/list', body: '{"key":"001565aabbcc"}' },
    { nonce: '0123456789abcdef0123456789abcdef', now: 1_600_000_000_000 },
  );
  // openssl dgst -md5 -binary | base64, and openssl dgst -sha256 -hmac secret -binary | base64
  t.same(headers, {
    'Content-MD5': 'KfeBQVZzBYauSoBqKsugYQ==',
    'X-Ca-Key': 'key',
    'X-Ca-Nonce': '0123456789abcdef0123456789abcdef',
    'X-Ca-Timestamp': '1600000000000',
    'X-Ca-Signature': 'd4Je/CgaXxk3yjdrKu6eLuKsnhPF0xnxC0elr3/uQ1Y=',
    'Content-Type': 'application/json;charset=UTF-8',
  });
});

t.test('a phone is listed with its own first address, read back, changed, and taken out again', async (t) => {
  const { phone, list, unlist, work, state, service, urlOf, db, logged } = await start(t);
  const id = await phone(MAC);
  t.equal((await state(id)).state, 'not_listed');
  await list(id, { remark: 'Desk 7' });
  t.match(await state(id), { state: 'waiting', wanted: 'list', account: { name: 'ours', service: 'yealink-rps' } });
  await work();
  t.match(await state(id), { state: 'listed', error: null, nextAttemptAt: null });
  t.match(service.devices.get(MAC), { mac: MAC, uniqueServerUrl: await urlOf(id), remark: 'Desk 7' });
  t.same(
    service.calls.map(({ path }) => path.split('/').pop()),
    ['list', 'add', 'list'],
  );

  service.calls.length = 0;
  await list(id);
  await work();
  t.equal(service.devices.get(MAC)?.uniqueServerUrl, await urlOf(id), 'listed again with a newer address');
  t.same(
    service.calls.map(({ path }) => path.split('/').pop()),
    ['list', 'edit', 'list'],
  );
  const at = new Date(Date.now() + 1000);
  for (const [column, word] of [
    ['stage1At', 'contacted'],
    ['fetchedAt', 'fetched'],
    ['registeredAt', 'registered'],
  ] as const) {
    const data = { [column]: at };
    await db.write((tx) =>
      tx.deviceSeen.upsert({ where: { deviceId: id }, create: { deviceId: id, ...data }, update: data }),
    );
    t.equal((await state(id)).state, word);
  }
  await unlist(id);
  await work();
  t.match(await state(id), { state: 'removed', error: null });
  t.equal(service.devices.size, 0);
  await unlist(id);
  t.equal((await state(id)).state, 'removed', 'twice is once');
  t.notMatch(logged.join(), /Canary|\/p\//, 'neither the login nor an address is logged');
  const rows = JSON.stringify([
    await db.read.redirectEntry.findMany(),
    await db.read.redirectAccount.findMany(),
    await db.read.auditEvent.findMany(),
  ]);
  t.notMatch(rows, /Canary|Desk 7|\/p\//, 'nor do they stand in the database in clear');
});

t.test('a phone that is listed elsewhere, swapped or deleted leaves nothing behind at the service', async (t) => {
  const { phone, list, work, state, service, db, urlOf } = await start(t);
  const id = await phone(MAC);
  await list(id);
  await work();
  await db.write((tx) => tx.device.update({ where: { id }, data: { mac: '001565aabbdd' } }));
  t.equal((await state(id)).state, 'waiting');
  await work();
  t.same([...service.devices.keys()], ['001565aabbdd'], 'the swapped one is gone, the new one listed');
  t.equal(service.devices.get('001565aabbdd')?.uniqueServerUrl, await urlOf(id));
  await db.write((tx) => tx.device.delete({ where: { id } }));
  await work();
  t.equal(service.devices.size, 0);
  t.equal(await db.read.redirectEntry.count(), 0);
});

t.test('what passes is tried again, later and later, and not before the service wants it', async (t) => {
  const { phone, list, work, state, service, clock } = await start(t);
  const id = await phone(MAC);
  await list(id);
  const faults: [Parameters<typeof service.breakNext>[0], RegExp][] = [
    [(_request, response) => answer(response, 503, 'x'), /busy or broken \(503\)/],
    [(_request, response) => answer(response, 200, '<html>'), /no JSON/],
    [(_request, response) => answer(response, 200, { hello: 1 }), /something unknown/],
    [(_request, response) => answer(response, 200, { ret: 1, data: { data: [{ id: 7 }] } }), /a list that is none/],
    [(_request, response) => answer(response, 200, `"${'x'.repeat(2_000_000)}"`), /more than is believable/],
    [(_request, response) => answer(response, 302, '', { location: 'https://evil.example' }), /answered 302/],
    [(request) => void request.socket.destroy(), /cannot be reached/],
    [() => {}, /did not answer in time/],
  ];
  let last = 0;
  for (const [index, [fault, reason]] of faults.entries()) {
    service.breakNext(fault);
    await work();
    const { state: now, error, attempts, nextAttemptAt } = await state(id);
    t.equal(now, 'waiting');
    t.match(error, reason);
    t.equal(attempts, index + 1);
    const wait = Date.parse(nextAttemptAt ?? '') - clock.now;
    t.ok(wait > last || wait > 3_590_000, `waits ${wait} ms`);
    last = wait;
    clock.later += wait;
  }
  service.breakNext((_request, response) => answer(response, 429, 'slow down', { 'retry-after': '7200' }));
  await work();
  t.ok(Date.parse((await state(id)).nextAttemptAt ?? '') - clock.now > 7_190_000);
  clock.later += 7_200_000;
  await work();
  t.equal((await state(id)).state, 'listed');
});

t.test('a service that wants to be left alone is, for all phones of the account', async (t) => {
  const { phone, list, work, state, service, clock } = await start(t);
  const [one, two] = [await phone(MAC), await phone('001565aabbdd')];
  await list(one);
  service.breakNext((_request, response) => answer(response, 429, '', { 'retry-after': '60' }));
  await work();
  await list(two);
  const third = await phone('001565aabbee');
  clock.later += 59_000;
  await list(third);
  t.equal(service.calls.length, 0);
  clock.later += 60_000;
  await work();
  for (const id of [one, two, third]) t.equal((await state(id)).state, 'listed');
});

t.test('a refusal is final until somebody changes something', async (t) => {
  const { phone, list, work, state, service, db, deps, account } = await start(t);
  const id = await phone(MAC);
  await list(id);
  service.breakNext((_request, response) =>
    answer(response, 200, { ret: -1, data: null, error: { msg: 'device.mac.added.by.other' } }),
  );
  await work();
  t.match(await state(id), { state: 'failed', error: 'the service refused: device.mac.added.by.other' });
  await list(id);
  service.breakNext((_request, response) =>
    answer(response, 200, { ret: -1, error: { msg: 'see https://x/p/secret <b>' } }),
  );
  await work();
  t.match(await state(id), { state: 'failed', error: 'the service refused: it does not say why' });

  const wrong = { accessKeyId: KEY.id, accessKeySecret: 'wrong' };
  await db.write((tx) => updateAccount(tx, deps, CONTEXT, account, { credentials: wrong }));
  t.equal((await state(id)).state, 'waiting', 'a new login is tried at once');
  await work();
  t.match(await state(id), { state: 'failed', error: 'the service does not take the login (401)' });
  await db.write((tx) =>
    updateAccount(tx, deps, CONTEXT, account, { credentials: { ...wrong, accessKeySecret: KEY.secret } }),
  );
  await work();
  t.equal((await state(id)).state, 'listed');
});

t.test('what the service says it did is not believed before it shows it', async (t) => {
  const { phone, list, work, state, service } = await start(t);
  const id = await phone(MAC);
  await list(id);
  service.breakNext(
    (_request, response) => answer(response, 200, { ret: 1, data: { data: [] }, error: null }),
    (_request, response) => answer(response, 200, { ret: 1, data: [], error: null }),
  );
  await work();
  t.match(await state(id), { state: 'waiting', error: 'the service does not show what it was told' });
});

t.test(
  'complaint 17: a service may ask for more of each phone, such as a PIN, and no phone is listed without it',
  async (t) => {
    const fields = [{ name: 'pin', label: 'PIN', isSecret: true, isRequired: true }];
    t.same(checkedFields('extras', fields, { pin: '4711' }), { pin: '4711' });
    const codes = (given: Record<string, string>) => {
      try {
        return checkedFields('extras', fields, given);
      } catch (error) {
        return (error as LinekeeperError).fields?.map(({ path, code }) => `${path} ${code}`);
      }
    };
    t.same(codes({}), ['extras.pin REQUIRED']);
    t.same(codes({ pin: '4711\r\n', serial: '1' }), ['extras.pin INVALID', 'extras.serial UNKNOWN_FIELD']);
    const { phone, list, db } = await start(t);
    const id = await phone(MAC);
    await list(id, { remark: 'Reception' });
    const { extraSealed } = await db.read.redirectEntry.findUniqueOrThrow({ where: { deviceId: id } });
    t.notMatch(extraSealed, /Reception/, 'what is said of a phone is sealed');
  },
);

t.test('who asks for what cannot be is told so', async (t) => {
  const { phone, list, unlist, db, deps, companyId, account, service } = await start(t);
  const create = (more: object) =>
    db.write((tx) =>
      createAccount(tx, deps, CONTEXT, companyId, {
        service: 'yealink-rps',
        name: 'other',
        url: service.url,
        credentials: { accessKeyId: 'a', accessKeySecret: 'b' },
        ...more,
      }),
    );
  await t.rejects(create({ service: 'none' }), { code: 'REFERENCE_INVALID' });
  await t.rejects(create({ url: 'http://192.0.2.1/' }), { code: 'VALIDATION_FAILED' });
  await t.rejects(create({ credentials: { accessKeyId: 'a' } }), { code: 'VALIDATION_FAILED' });
  await t.rejects(create({ credentials: { accessKeyId: 'a', accessKeySecret: 'b\r\nc' } }), {
    code: 'VALIDATION_FAILED',
  });
  await t.rejects(create({ credentials: { accessKeyId: 'a', accessKeySecret: 'b', c: 'd' } }), {
    code: 'VALIDATION_FAILED',
  });
  await t.rejects(create({ name: 'ours' }), { code: 'CONFLICT' });
  const snom = await phone('000413aabbcc', { vendor: 'snom' });
  await t.rejects(list(snom), { code: 'REFERENCE_INVALID', message: /phones of snom do not ask at Yealink RPS/ });
  await t.rejects(unlist(snom), { code: 'NOT_FOUND' });
  const id = await phone(MAC);
  await t.rejects(list(id, { pin: '1' }), { code: 'VALIDATION_FAILED' });
  await list(id);
  await t.rejects(
    db.write((tx) => removeAccount(tx, CONTEXT, account)),
    { code: 'CONFLICT' },
  );
  const [isYealink] = createRedirectServices().values();
  for (const [url, isRight] of [
    ['https://api-dm.yealink.com:8443', true],
    ['http://api-dm.yealink.com:8443', false],
    ['https://yealink.com.evil.example', false],
    ['https://127.0.0.1', false],
  ] as const) {
    t.equal(isYealink?.isAddress(new URL(url)), isRight, url);
  }
});
