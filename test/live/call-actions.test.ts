import { hash } from 'argon2';
import { pino } from 'pino';
import t from 'tap';
import { createCallActions } from '../../src/call-actions.ts';
import { buildApp } from '../../src/http/app.ts';
import { callActionRoutes } from '../../src/http/routes/call-actions.ts';
import { createUser } from '../../src/people/users.ts';
import { generateToken, insertToken } from '../../src/store/tokens.ts';
import { testPeople } from '../support/app.ts';
import { freePort, until } from '../support/asterisk.ts';
import { startCore } from '../support/core.ts';
import { directoryOf } from '../support/directory.ts';
import { INCOMING_TRUNK } from '../support/incoming-trunk.ts';
import { PASSWORD } from '../support/logins.ts';
import { createPhones, type SippRun } from '../support/sipp.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
type Json = Record<string, any>;

const test = await startCore(t, { asterisk: { custom: { 'pjsip.conf': INCOMING_TRUNK.pjsip } } });
const { pbx, ami, acme, core } = test;
const { db } = core;
const phones = createPhones(t, pbx.sipPort);
const other = await test.company({ slug: 'other' });
await test.synced();

const actions = createCallActions({
  db,
  directory: directoryOf(db),
  pbx: (id) => core.connection(id).connection,
  changes: core.changes,
  extensions: core.extensions,
  domain: 'pbx.example.org',
});
const log = pino({ level: 'error' }, { write: (line: string) => void test.logged.push(line) });
const { changes, fleet, extensions, lifecycle } = core;
const people = testPeople(db);
const feed = core.live.feed;
const app = await buildApp(
  { db, feed, changes, sync: fleet, extensions, people, lifecycle, log, version: 'test', isReady: () => true },
  { plugins: [callActionRoutes(actions)] },
);
t.teardown(() => app.close());

let tokens = 0;
async function tokenOf(companyId: string | null, scopes = ['admin'], userId?: string): Promise<string> {
  const token = generateToken();
  const id = `token-${++tokens}`;
  const row = { id, name: id, scopes: scopes as ['admin'], companyId, expiresAt: null };
  await db.write((tx) => insertToken(tx, token, userId === undefined ? row : { ...row, userId }));
  return token;
}
const admin = await tokenOf(acme);
const stranger = await tokenOf(other);

async function post(path: string, body?: unknown, token = admin, headers: Record<string, string> = {}) {
  const response = await app.inject({
    method: 'POST',
    url: `/api/v1${path}`,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  return { status: response.statusCode, headers: response.headers, body: response.json() as Json };
}

interface Phone {
  id: string;
  userId: string;
  user: string;
  secret: string;
  port: number;
}

/** An extension of a user, with or without a registered phone. */
async function phone(number: string, isRegistered = true, more: object = {}): Promise<Phone> {
  const input = { username: `user-${number}`, firstName: 'U', lastName: number };
  const context = { actor: 'test', ifVersion: undefined };
  const userId = await db.write((tx) => createUser(tx, context, acme, input));
  const { id, secret } = await test.create(acme, number, { userId }, { account: { codecs: ['ulaw'] }, ...more });
  await test.synced();
  const one = { id, userId, user: number, secret, port: await freePort() };
  if (isRegistered) await register(one);
  return one;
}

async function register(one: Phone): Promise<void> {
  const status = await phones.register(one, one.port);
  if (status !== 200) throw new Error(`registering ${one.user} ended with ${status}`);
}

const channels = async () =>
  (await pbx.rx('core show channels concise')).split('\n').flatMap((line) => line.split('!')[0] || []);
const channelsOf = async (endpoint: string) =>
  (await channels()).filter((name) => name.startsWith(`PJSIP/${endpoint}-`));
const contactsOf = async (endpoint: string) =>
  [...(await ami.dbTree('registrar/contact')).keys()].filter((key) => key.split(/[/;]/)[3] === endpoint).length;
const silence = () => until(async () => (await channels()).length === 0, 'all calls to be over');

/** The id of the only call that is up. */
async function callId(): Promise<string> {
  const { port } = core.connection(test.pbxId).connection;
  const ids = new Set((await port.liveChannels()).map(({ linkedId }) => linkedId));
  const [id, ...more] = ids;
  if (id === undefined || more.length > 0) throw new Error(`${ids.size} calls are up`);
  return id;
}

/** Two phones that talk to each other. */
async function talk(from: Phone, to: Phone): Promise<{ id: string; caller: SippRun; callee: SippRun }> {
  const callee = await phones.callee(to.port, 'answer');
  const caller = phones.call({ ...from, to: to.user, hold: 60_000 });
  const status = await caller.status();
  if (status !== 200) throw new Error(`the call was answered with ${status}`);
  const { port } = core.connection(test.pbxId).connection;
  const bridged = async () => (await port.liveChannels()).filter(({ bridgeId }) => bridgeId !== null).length === 2;
  await until(bridged, 'the two to talk');
  return { id: await callId(), caller, callee };
}

const anna = await phone('1001');
const bob = await phone('1002');
const carl = await phone('1003');

t.test('a call is hung up on both sides', async (t) => {
  const { id, caller, callee } = await talk(anna, bob);
  t.match(await post(`/calls/${id}/hangup`, undefined, stranger), { status: 404, body: { code: 'NOT_FOUND' } });
  t.match(await post(`/calls/${id}0/hangup`), { status: 404 });
  t.equal((await channels()).length, 2, 'it is up still');
  t.same((await post(`/calls/${id}/hangup`)).body, { ended: 2, stillUp: 0 });
  t.same(await channels(), []);
  t.equal(await caller.done, 0, 'the caller got a BYE');
  t.equal(await callee.done, 0, 'and so did the callee');
  t.match((await test.activity('call.hung_up')).at(-1), {
    actor: 'token:token-1',
    companyId: acme,
    objectId: id,
    details: { ended: 2 },
  });
  t.match(await post(`/calls/${id}/hangup`), { status: 404 }, 'it is no more');
});

t.test('a call that rings is hung up', async (t) => {
  const callee = await phones.callee(bob.port, 'no-answer');
  const caller = phones.call({ ...anna, to: '1002' });
  await until(async () => (await channelsOf('1002')).length === 1 && callee.messages().includes('180'), 'the ringing');
  t.match((await post(`/calls/${await callId()}/hangup`)).body, { stillUp: 0 });
  t.equal(await callee.done, 0, 'it got a CANCEL');
  t.not(await caller.status(), 200);
});

t.test('who is called gives the call away to a third phone, which answers', async (t) => {
  const { id, caller, callee } = await talk(anna, bob);
  const third = await phones.callee(carl.port, 'answer');
  const answer = await post(`/calls/${id}/transfer`, { to: '1003' });
  t.equal(answer.status, 200, JSON.stringify(answer.body));
  t.match(answer.body, { state: /^(ringing|answered)$/, to: '1003', kept: /^PJSIP\/1001-/ });
  t.equal(await callee.done, 0, 'the second phone is out of it');
  await until(async () => (await channelsOf('1003')).length === 1, 'the third phone to be in it');
  await until(() => third.messages().includes('ACK sip:'), 'the third phone to talk');
  t.same(await channelsOf('1002'), []);
  t.equal((await channelsOf('1001')).length, 1);
  t.match(third.messages(), /\nFrom: .*<sip:1002@/, 'the call is on the account of who gave it away');
  t.match((await test.activity('call.transferred')).at(-1), { details: { to: '1003', kept: /^PJSIP\/1001-/ } });
  t.match((await post(`/calls/${await callId()}/hangup`)).body, { ended: 2, stillUp: 0 });
  t.equal(await third.done, 0);
  await caller.done;
});

t.test('the callee can be kept instead', async (t) => {
  const { id, caller } = await talk(anna, bob);
  const third = await phones.callee(carl.port, 'answer', { ringing: 60_000 });
  const answer = await post(`/calls/${id}/transfer`, { to: '1003', keep: 'callee' });
  t.match(answer, { status: 200, body: { state: 'ringing', kept: /^PJSIP\/1002-/ } });
  t.equal(await caller.done, 0, 'the caller is out of it');
  t.match((await post(`/calls/${await callId()}/hangup`)).body, { stillUp: 0 });
  await third.end();
  await silence();
});

t.test('the outside is kept, and one that rings goes on to another phone', async (t) => {
  const number = '+4930123499';
  await core.changes.run((tx) =>
    core.batch.apply(tx, { companyId: acme, actor: 'test', strategy: 'update', allowWeakPins: true, source: 'api' }, [
      { line: 1, number: '1002', input: {}, extras: { phoneNumbers: [number] } },
    ]),
  );
  await test.synced();
  const callee = await phones.callee(bob.port, 'no-answer');
  const from = { from: '+33123456789', to: number, hold: 60_000 };
  const ringing = phones.trunkCall(INCOMING_TRUNK.ip, from);
  await until(() => callee.messages().includes('180'), 'the second phone to ring');
  t.match(await post(`/calls/${await callId()}/transfer`, { to: '1003', keep: 'callee' }), {
    status: 409,
    body: { code: 'CALL_STATE_INVALID' },
  });
  const third = await phones.callee(carl.port, 'answer');
  const first = await post(`/calls/${await callId()}/transfer`, { to: '1003' });
  t.match(first, { status: 200, body: { state: /^(ringing|answered)$/, kept: /^PJSIP\/carrier-/ } });
  t.equal(await callee.done, 0, 'the one that rang got a CANCEL');
  t.equal(await ringing.status(), 200);
  await until(() => third.messages().includes('ACK sip:'), 'the third phone to talk');

  const back = await phones.callee(anna.port, 'answer');
  const second = await post(`/calls/${await callId()}/transfer`, { to: '1001' });
  t.match(second, { status: 200, body: { state: /^(ringing|answered)$/, kept: /^PJSIP\/carrier-/ } });
  t.equal(await third.done, 0, 'the third is out of it');
  await until(() => back.messages().includes('ACK sip:'), 'the first phone to talk');
  t.match((await post(`/calls/${await callId()}/hangup`)).body, { stillUp: 0 });
  await ringing.done;
  await silence();
});

t.test('whom nobody can reach is told so, and the call is over', async (t) => {
  await phone('1009', false);
  const { id } = await talk(anna, bob);
  t.match(await post(`/calls/${id}/transfer`, { to: '1009' }), { status: 200, body: { state: 'ended' } });
  await silence();
});

t.test('nothing of the dialplan can be named in a transfer', async (t) => {
  const { id } = await talk(anna, bob);
  const before = (await channels()).sort();
  const hostile = [
    '*97',
    '1003&1002',
    's',
    '1003,1',
    '${SHELL(id)}',
    '1003\r\nAction: Originate',
    '/.*/',
    '',
    '+49',
    '1003@lk-other',
  ];
  for (const to of hostile) {
    t.match(await post(`/calls/${id}/transfer`, { to }), { status: 400, body: { code: 'VALIDATION_FAILED' } }, to);
  }
  for (const to of ['112', '1777']) {
    t.match(await post(`/calls/${id}/transfer`, { to }), { status: 422, body: { code: 'REFERENCE_INVALID' } }, to);
  }
  for (const evil of ['/.*/', 'PJSIP%2F1001-00000001', '%2F.*%2F', '%00', encodeURIComponent('1\r\nAction: Ping')]) {
    t.ok([400, 404].includes((await post(`/calls/${evil}/hangup`)).status), evil);
  }
  t.match(await post(`/calls/${id}/transfer`, { to: '1003' }, stranger), { status: 404 });
  t.same((await channels()).sort(), before, 'nobody was moved');
  await post(`/calls/${id}/hangup`);
  await silence();
});

t.test('phones ring for a test, and the answer says what became of it', async (t) => {
  const path = `/extensions/${carl.id}/test-call`;
  const answering = await phones.callee(carl.port, 'answer');
  const answered = await post(path, undefined, admin, { 'idempotency-key': 'test-1' });
  t.match(answered, { status: 200, body: { state: 'answered', phones: [{ endpoint: '1003', state: 'answered' }] } });
  t.match(answering.messages(), /\nFrom: "Linekeeper test" <sip:/);
  const again = await post(path, undefined, admin, { 'idempotency-key': 'test-1' });
  t.match(again, { status: 200, headers: { 'idempotency-replayed': 'true' }, body: answered.body });
  t.equal(await answering.done, 0, 'it is hung up after some seconds, and no second call came');

  const busy = await phones.callee(carl.port, 'busy');
  t.match((await post(path)).body, { state: 'busy' });
  await busy.done;
  const silent = await phones.callee(carl.port, 'no-answer');
  t.match((await post(path, { ringSeconds: 5 })).body, { state: 'no_answer' });
  await silent.done;
  t.match((await post(path, { ringSeconds: 4 })).status, 400);
  const nobody = await phone('1010', false);
  t.same((await post(`/extensions/${nobody.id}/test-call`)).body, {
    state: 'not_registered',
    seconds: (await test.activity('extension.test_called')).at(-1)?.details.seconds,
    phones: [],
  });
  t.match(await post(path, undefined, stranger), { status: 404 });
  await silence();
});

/** The text messages that a phone got; its log holds bytes as Latin-1. */
function texts(run: SippRun): string[] {
  const wire = run.messages();
  const heads = wire.matchAll(/\nMESSAGE sip:[\s\S]*?\nContent-Length: +(\d+)\r?\n\r?\n/g);
  return [...heads].map(({ index, 0: head, 1: length }) => {
    const start = index + head.length;
    return Buffer.from(wire.slice(start, start + Number(length)), 'latin1').toString('utf8');
  });
}

t.test('a message reaches the phone as it was written, whatever is in it', async (t) => {
  const run = await phones.callee(carl.port, 'messaged', { calls: 100 });
  const path = `/extensions/${carl.id}/message`;
  const text = 'Grüße <b>\r\nAction: Originate\r\n\r\n${SHELL(id)}; \\n "x"';
  const answer = await post(path, { text });
  t.match(answer, { status: 200, body: { phones: [{ endpoint: '1003', state: 'sent', reason: null }] } });
  const [got] = await until(() => (texts(run).length > 0 ? texts(run) : undefined), 'the message');
  t.equal(got, text.replaceAll('\r\n', '\n'));
  for (const bad of ['', 'a\u0000b', 'x'.repeat(1001), 'a\u202eb'])
    t.equal((await post(path, { text: bad })).status, 400);
  const [noted] = (await test.activity('extension.messaged')).slice(-1);
  t.match(noted?.details, { extension: '1003', sent: 1, refused: 0 });
  t.notMatch(JSON.stringify(noted), 'SHELL', 'what was said is nobody else’s business');
  const nobody = await phone('1011', false);
  t.match(await post(`/extensions/${nobody.id}/message`, { text: 'x' }), {
    status: 409,
    body: { code: 'PHONE_NOT_REGISTERED' },
  });
  await run.end();
});

t.test('a phone is thrown off; it stays off when the secret changes', async (t) => {
  const path = `/extensions/${anna.id}/accounts/1/throw-off`;
  const { caller } = await talk(anna, bob);
  t.match(await post(path, undefined, stranger), { status: 404 });
  t.match(await post(path.replace('/1/', '/2/')), { status: 404 });
  const calls = await tokenOf(acme, ['calls:write', 'read']);
  t.match(await post(path, { rotateSecret: true }, calls), {
    status: 403,
    body: { details: { scope: 'lines:write' } },
  });
  t.equal(await contactsOf('1001'), 1, 'nothing was done');
  const off = await post(path, { endCalls: true }, calls);
  t.match(off, {
    status: 200,
    body: { registrations: { dropped: 1, left: 0 }, calls: { ended: 1, stillUp: 0 }, sync: null },
  });
  t.equal(await contactsOf('1001'), 0);
  t.equal(await caller.done, 0);
  await register(anna);

  const rotated = await post(path, { rotateSecret: true });
  t.match(rotated.body, {
    registrations: { dropped: 1, left: 0, error: null },
    sync: { state: 'synced' },
    credentials: { endpoint: '1001' },
  });
  t.equal(await contactsOf('1001'), 0);
  t.equal(await phones.register(anna, await freePort()), 401, 'the old secret is refused');
  anna.secret = rotated.body.credentials.secret;
  await register(anna);
  const activity = JSON.stringify(await test.activity());
  t.notMatch(activity, anna.secret);
  t.match(activity, 'sip_account.secret_rotated');
  await silence();
});

t.test('a kicked user is off: web, phone and call', async (t) => {
  const passwordHash = await hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  await db.write(async (tx) => {
    await tx.user.update({ where: { id: bob.userId }, data: { passwordHash, state: 'active' } });
  });
  const login = await post('/login', { username: 'user-1002', password: PASSWORD }, '');
  t.equal(login.status, 200, JSON.stringify(login.body));
  const me = () =>
    app.inject({ method: 'GET', url: '/api/v1/me', headers: { authorization: `Bearer ${login.body.token}` } });
  t.equal((await me()).statusCode, 200);
  const ownToken = await tokenOf(acme, ['users:read'], bob.userId);
  const { caller } = await talk(anna, bob);
  const path = `/users/${bob.userId}/kick`;
  t.match(await post(path, undefined, stranger), { status: 404 });
  t.match(await post(path, undefined, await tokenOf(acme, ['calls:write'])), { status: 403 });

  const kicked = await post(path);
  t.match(kicked, {
    status: 200,
    body: {
      sessions: { ended: 1, left: 0 },
      tokens: null,
      registrations: { dropped: 1, left: 0, error: null },
      calls: { ended: 1, stillUp: 0, error: null },
      secrets: null,
    },
  });
  t.equal((await me()).statusCode, 401);
  t.equal(await contactsOf('1002'), 0);
  t.same(await channelsOf('1002'), []);
  t.equal(await caller.done, 0, 'the other side heard that it is over');
  await register(bob);

  const all = { sessions: false, tokens: true, registrations: true, rotateSecrets: true, calls: false };
  const again = await post(path, all);
  t.match(again.body, {
    sessions: null,
    tokens: { ended: 1, left: 0 },
    registrations: { dropped: 1, left: 0 },
    calls: null,
    secrets: { rotated: 1, sync: { state: 'synced' } },
    credentials: [{ endpoint: '1002' }],
  });
  t.equal((await post('/logout', undefined, ownToken)).status, 401, 'his API token is no more');
  t.equal(await phones.register(bob, await freePort()), 401, 'the old secret is refused');
  bob.secret = again.body.credentials[0].secret;
  await register(bob);
  t.match((await test.activity('user.kicked')).at(-1), {
    objectId: bob.userId,
    details: { wanted: ['tokens', 'registrations', 'rotateSecrets'] },
  });
});

t.test('a PBX without the login for it says what to do, and does the rest', async (t) => {
  const { connection } = core.connection(test.pbxId);
  t.match(await connection.actState(true), { state: 'ready' });
  const { act: _act, ...old } = JSON.parse(JSON.stringify(pbx.logins));
  const { openLogins, sealLogins } = await import('../../src/store/pbxes.ts');
  const row = await db.read.pbx.findUniqueOrThrow({ where: { id: test.pbxId } });
  t.ok(openLogins(db, row.id, row.loginsSealed).act);
  await db.write((tx) =>
    tx.pbx.update({
      where: { id: row.id },
      data: { loginsSealed: sealLogins(db, row.id, old), version: { increment: 1 } },
    }),
  );
  await fleet.reload();
  await test.synced();
  t.match(await core.connection(test.pbxId).connection.actState(true), { state: 'absent' });
  const { id } = await talk(anna, bob);
  t.match(await post(`/calls/${id}/transfer`, { to: '1003' }), {
    status: 409,
    body: { code: 'PBX_ACTIONS_UNAVAILABLE', detail: /pbx install/ },
  });
  t.match((await test.activity('call.transferred')).at(-1), { details: { failed: 'PBX_ACTIONS_UNAVAILABLE' } });
  t.match((await post(`/calls/${id}/hangup`)).body, { ended: 2, stillUp: 0 }, 'a call can still be hung up');
});
