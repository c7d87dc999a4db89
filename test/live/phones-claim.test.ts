import t from 'tap';
import { claimBook } from '../../src/claim-book.ts';
import { loadConfig } from '../../src/config.ts';
import { deskPhones } from '../../src/desk-phones.ts';
import { claimText, issueClaimCode } from '../../src/phones/claim/claim-code.ts';
import { type Claims, createClaims } from '../../src/phones/claim/claims.ts';
import { createDevice } from '../../src/phones/devices/create.ts';
import { addLine } from '../../src/phones/devices/lines.ts';
import { until } from '../support/asterisk.ts';
import { startCore } from '../support/core.ts';
import { createPhones } from '../support/sipp.ts';

const PIN = '471147';
const CONTEXT = { actor: 'test', ifVersion: undefined };
const test = await startCore(t);
const { core, pbx, ami, acme, pbxId } = test;
const phones = createPhones(t, pbx.sipPort);
const deps = deskPhones(core, loadConfig({}));

async function extension(number: string) {
  const { id } = await test.create(acme, number, { mailbox: { pin: PIN } });
  return { id, user: number, secret: await test.rotate(id) };
}
const ann = await extension('1001');
const bob = await extension('1002');
await test.synced();

let macs = 0;
/** A phone out of its box, and what it shows. */
async function newPhone() {
  const mac = `0015650000${String(++macs).padStart(2, '0')}`;
  const { value } = await core.changes.run(async (tx) => {
    const id = await createDevice(tx, deps, CONTEXT, acme, { mac, vendor: 'yealink', model: 'T54W' });
    return { id, code: await issueClaimCode(tx, CONTEXT, id) };
  });
  return value;
}
const linesOf = async (deviceId: string) => {
  const lines = await core.db.read.deviceLine.findMany({ where: { deviceId }, include: { account: true } });
  return lines.map(({ account }) => account.extensionId);
};
const entries = async () =>
  [...(await ami.dbTree('linekeeper-claim'))].filter(([key]) => key.startsWith('/linekeeper-claim/'));

function watch(): Claims {
  const claims = createClaims({
    book: claimBook(pbxId, core.connection(pbxId).connection),
    run: async (work) => (await core.changes.run(work)).value,
    giveLine: (tx, context, deviceId, extensionId) => addLine(tx, deps, context, deviceId, { extensionId }),
    log: test.log,
  });
  claims.start();
  return claims;
}

t.test('who dials the code of a phone has it as his own, with a line that registers', async (t) => {
  const claims = watch();
  const { id, code } = await newPhone();
  t.equal(await phones.call({ ...ann, to: claimText(code), hold: 3000 }).status(), 200);
  await until(async () => (await linesOf(id)).length > 0, 'the phone to have a line');
  t.same(await linesOf(id), [ann.id]);
  await until(async () => (await entries()).length === 0, 'the entry to be deleted');
  t.equal((await core.db.read.device.findUniqueOrThrow({ where: { id } })).claimCode, null);
  t.match(await test.activity('device.claimed'), [
    { actor: 'phone', objectId: id, details: { caller: '1001', extension: '1001' } },
  ]);
  await test.synced();

  t.equal(
    await phones.call({ ...bob, to: claimText(code), hold: 1000 }).status(),
    200,
    'a code is told no apart from yes',
  );
  await until(
    async () => test.logged.some((line) => line.includes('a phone was not claimed')),
    'the second claim to be refused',
  );
  t.same(await linesOf(id), [ann.id]);
  await claims.stop();
});

t.test("another's extension takes the PIN of its mailbox", async (t) => {
  const claims = watch();
  const { id, code } = await newPhone();
  const wrong = phones.call({ ...ann, to: `${claimText(code)}*1002`, hold: 30_000, digits: '000000#' });
  t.equal(await wrong.status(), 200);
  await until(async () => (await pbx.rx('core show channels')).includes('VMAuthenticate'), 'the PIN to be asked for');
  await wrong.end();
  t.same(await entries(), []);
  const right = phones.call({ ...ann, to: `${claimText(code)}*1002`, hold: 30_000, digits: `${PIN}#` });
  await until(async () => (await linesOf(id)).length > 0, 'the phone to have a line', 30_000);
  t.same(await linesOf(id), [bob.id]);
  await right.end();
  t.equal(await phones.call({ ...ann, to: `${claimText(code)}*1999` }).status(), 404, 'there is no such extension');
  await claims.stop();
});

t.test('what is dialled while nobody listens is taken later', async (t) => {
  const { id, code } = await newPhone();
  t.equal(await phones.call({ ...bob, to: claimText(code), hold: 1000 }).status(), 200);
  await until(async () => (await entries()).length === 1, 'the entry to be kept');
  t.same(await entries(), [['/linekeeper-claim/acme/1002', `${code} 1002`]]);
  const claims = watch();
  await until(async () => (await linesOf(id)).length > 0, 'the phone to have a line');
  t.same(await linesOf(id), [bob.id]);
  await claims.stop();
});

t.test('five wrong codes, and an extension gets no more tries', async (t) => {
  const claims = watch();
  const { id, code } = await newPhone();
  const other = code === '000000' ? '000001' : '000000';
  const refused = () => test.logged.filter((line) => line.includes('a phone was not claimed')).length;
  const before = refused();
  for (let count = 1; count <= 5; count++) {
    t.equal(await phones.call({ ...ann, to: claimText(other), hold: 500 }).status(), 200);
    await until(async () => refused() === before + count, 'the wrong code to be refused');
  }
  t.equal(await phones.call({ ...ann, to: claimText(code), hold: 1000 }).status(), 200);
  await until(
    async () => test.logged.some((line) => line.includes('too many wrong codes')),
    'the right one to be refused',
  );
  t.same(await linesOf(id), []);
  t.equal(await phones.call({ ...bob, to: claimText(code), hold: 1000 }).status(), 200);
  await until(async () => (await linesOf(id)).length > 0, 'another extension to claim it');
  await claims.stop();
});
