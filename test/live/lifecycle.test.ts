import { pino } from 'pino';
import t from 'tap';
import { loadConfig } from '../../src/config.ts';
import type { ExtensionExtras, ExtensionInput } from '../../src/domain/extension-input.ts';
import { buildApp } from '../../src/http/app.ts';
import type { App } from '../../src/http/types.ts';
import { openFeed } from '../../src/live.ts';
import { createUser } from '../../src/people/users.ts';
import { generateToken, insertToken } from '../../src/store/tokens.ts';
import { testPeople } from '../support/app.ts';
import { freePort, until } from '../support/asterisk.ts';
import { startCore } from '../support/core.ts';
import { createPhones } from '../support/sipp.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
type Json = Record<string, any>;

const test = await startCore(t);
const { pbx, ami, acme } = test;
const phones = createPhones(t, pbx.sipPort);

async function openApp(): Promise<App> {
  const { db, changes, fleet, extensions, lifecycle } = test.core;
  const log = pino({ level: 'error' }, { write: (line: string) => void test.logged.push(line) });
  const people = testPeople(db);
  const feed = openFeed(db, loadConfig({}).live, people.sessionIdleMs, log);
  t.teardown(() => feed.stop());
  const services = { db, feed, changes, sync: fleet, extensions, people, lifecycle };
  const deps = { ...services, log, version: 'test', isReady: () => true };
  const app = await buildApp(deps);
  lifecycle.worker.start();
  return app;
}

async function tokenOf(userId?: string): Promise<string> {
  const token = generateToken();
  const id = `token-${Math.random()}`;
  await test.core.db.write(async (tx) => {
    const companyId = userId === undefined ? null : acme;
    await insertToken(tx, token, { id, name: id, scopes: ['admin'], companyId, userId, expiresAt: null });
  });
  return token;
}

/** Seconds that a change waits for the PBX. */
let patience = 20;
let app = await openApp();
t.teardown(() => app.close());
const admin = await tokenOf();

async function api(
  method: string,
  path: string,
  body?: unknown,
  token = admin,
): Promise<{ status: number; body: Json }> {
  const headers = { authorization: `Bearer ${token}`, prefer: `wait=${patience}` };
  const response = await app.inject({
    method: method as 'GET',
    url: `/api/v1${path}`,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  return { status: response.statusCode, body: response.body === '' ? {} : response.json() };
}

function userOf(username: string): Promise<string> {
  const input = { username, firstName: username, lastName: 'Lee' };
  const context = { actor: 'test', ifVersion: undefined };
  return test.core.db.write((tx) => createUser(tx, context, acme, input));
}

/** A user with an extension whose phone is registered. */
async function person(number: string, input: ExtensionInput = {}, more: Omit<ExtensionExtras, 'number'> = {}) {
  const userId = await userOf(`user-${number}`);
  const extras = { ...more, account: { codecs: ['ulaw' as const] } };
  const { id, secret } = await test.create(acme, number, { ...input, userId }, extras);
  await test.synced();
  const one = { id, userId, user: number, secret, port: await freePort() };
  const status = await phones.register(one, one.port);
  if (status !== 200) throw new Error(`registering ${number} ended with ${status}`);
  return one;
}

type Person = Awaited<ReturnType<typeof person>>;

const contacts = async () => [...(await ami.dbTree('registrar/contact')).keys()].map((key) => key.split(/[/;]/)[3]);
const channels = async (endpoint: string) =>
  (await pbx.rx('core show channels concise')).split('\n').filter((line) => line.startsWith(`PJSIP/${endpoint}-`));

/** The report when nothing more is done to it, its steps by name. */
async function proofOf(answer: { body: Json }): Promise<Json> {
  const { reportId } = answer.body;
  const report = await until(async () => {
    const { body } = await api('GET', `/lifecycle-reports/${reportId}`);
    return body.state === 'working' ? undefined : body;
  }, `the report ${reportId} to end`);
  const steps = report.steps.map((step: Json) => [step.name, `${step.state}: ${step.detail}`]);
  return { state: report.state, ...Object.fromEntries(steps) };
}

const disable = (one: Person, body: object) => api('POST', `/users/${one.userId}/disable`, body);
const enable = (one: Person) => api('POST', `/users/${one.userId}/enable`);

const bob = await person('1002');
const dora = await person('1004');

t.test('a disabled user is off, his call by choice, and everything heals', async (t) => {
  const anna = await person('1001');
  const token = await tokenOf(anna.userId);
  t.equal((await api('GET', '/colleagues', undefined, token)).status, 200);
  const callee = await phones.callee(bob.port, 'answer');
  const call = phones.call({ ...anna, to: '1002', hold: 60_000 });
  t.equal(await call.status(), 200);

  const left = await disable(anna, { calls: 'leave' });
  t.match(left.body.sync, { state: 'synced' });
  t.match(await proofOf(left), {
    state: 'done',
    logins: /^done: 0 sessions, 0 API tokens .* \(0, 1 and 0 ended\)/,
    phones: 'done: endpoint, auth and aor are gone: 1001',
    registrations: 'done: 0 phones are registered at 1001',
    calls: /^left: 1 channel left to end by itself/,
    callers: 'done: 1001: callers are told that there is no such number',
  });
  t.equal((await api('GET', '/colleagues', undefined, token)).status, 401, 'his token is refused');
  t.equal((await channels('1001')).length, 1, 'the call is up');
  t.notOk((await contacts()).includes('1001'));
  t.equal(await phones.register(anna, await freePort()), 401, 'the old secret does not register');
  t.equal(await phones.call({ ...anna, to: '1004' }).status(), 401, 'and calls nobody');

  t.match(await proofOf(await enable(anna)), { state: 'done', phones: /are there: 1001$/ });
  t.equal(await phones.register(anna, anna.port), 200, 'the same secret is good again');
  t.equal((await channels('1001')).length, 1);

  const ended = await proofOf(await disable(anna, { calls: 'end' }));
  t.match(ended, { state: 'done', calls: 'done: 0 channels are up (1 hung up)' });
  t.same(await channels('1001'), []);
  t.equal(await call.done, 0, 'the phone heard that it is over');
  t.equal(await callee.done, 0, 'and so did the other one');
  await until(async () => (await channels('1002')).length === 0, 'the other leg to end');
  t.ok((await contacts()).includes('1002'), 'who stays, stays registered');

  t.match(await proofOf(await enable(anna)), { state: 'done' });
  t.equal(await phones.register(anna, anna.port), 200);
  const again = await phones.callee(anna.port, 'answer');
  t.equal(await phones.call({ ...bob, to: '1001' }).status(), 200);
  t.equal(await again.done, 0, 'he is called again');
});

t.test('callers of a disabled user reach the mailbox, somebody else, or nobody', async (t) => {
  const carl = await person('1003', { mailbox: {} });
  const callHim = () => phones.call({ ...bob, to: '1003' });
  await proofOf(await disable(carl, { extension: { answer: 'voicemail' } }));
  t.equal(await callHim().status(), 200, 'the mailbox answers');
  await enable(carl);

  const forward = await disable(carl, { extension: { answer: 'forward', forwardTo: '1004' } });
  t.match(await proofOf(forward), { callers: 'done: 1003: callers are forwarded to 1004' });
  const callee = await phones.callee(dora.port, 'answer');
  t.equal(await callHim().status(), 200);
  t.equal(await callee.done, 0, 'the other extension rings');
  await enable(carl);

  const nothing = await disable(carl, { extension: { answer: 'nothing' } });
  t.match(await proofOf(nothing), { callers: 'done: 1003: callers are told that there is no such number' });
  t.equal(await callHim().status(), 404);
  await enable(carl);
  await until(async () => (await phones.register(carl, carl.port)) === 200, 'the phone to be back');
});

t.test('a deleted user is gone, and comes back with the same secret and PIN', async (t) => {
  const emil = await person('1005', { mailbox: {} }, { phoneNumbers: ['+4930123405'] });
  const pin = await test.pin(emil.id);
  await test.update(dora.id, { forwardNoAnswer: '1005' });
  await test.synced();
  const call = phones.call({ ...emil, to: '*43', hold: 60_000 });
  await until(async () => (await channels('1005')).length === 1, 'the call to be up');

  const gone = await proofOf(await api('DELETE', `/users/${emil.userId}`));
  t.match(gone, {
    state: 'done',
    account: /^done: the account is gone; can be restored for 30 days/,
    numbers: /^done: \+4930123405 is quarantined until /,
    phones: 'done: endpoint, auth and aor are gone: 1005',
    registrations: 'done: 0 phones are registered at 1005',
    calls: 'done: 0 channels are up (1 hung up)',
    callers: /^done: extension\/acme\/1005 and mailbox\/1005@lk-acme-\d\d are gone/,
    forwards: 'done: 1004 no longer forwards to 1005',
  });
  await call.done;
  t.equal(await phones.register(emil, await freePort()), 401);
  t.equal(await phones.call({ ...bob, to: '1005' }).status(), 404);
  t.notOk((await ami.dbTree('linekeeper/number')).has('/linekeeper/number/4930123405'));

  const back = await proofOf(await api('POST', `/deleted-users/${emil.userId}/restore`));
  t.match(back, { state: 'done', numbers: 'done: +4930123405 is assigned' });
  t.equal(await test.pin(emil.id), pin);
  t.equal(await phones.register(emil, emil.port), 200);
  t.ok((await ami.dbTree('linekeeper/number')).has('/linekeeper/number/4930123405'));
  t.equal(await phones.call({ ...emil, to: '*43' }).status(), 200);
});

t.test('a report is finished after a restart', async (t) => {
  const fred = await person('1006');
  await test.core.fleet.stop();
  patience = 0;
  const begun = await api('POST', `/users/${fred.userId}/disable`, {});
  t.equal(begun.status, 200);
  const stepsNow = async () => (await api('GET', `/lifecycle-reports/${begun.body.reportId}`)).body;
  await until(async () => (await stepsNow()).steps[0].state === 'done', 'the part that needs no PBX');
  t.match(await stepsNow(), { state: 'working' });
  t.ok((await contacts()).includes('1006'), 'the PBX does not know of it');
  await app.close();
  await test.stop();
  await test.start();
  app = await openApp();
  patience = 20;
  t.match(await proofOf(begun), { state: 'done', registrations: 'done: 0 phones are registered at 1006' });
  t.notOk((await contacts()).includes('1006'));
});

t.test('a thousand users are off at once', async (t) => {
  const company = await test.company({ slug: 'many', ranges: [['10000', '10999']] });
  await test.synced();
  const numbers = Array.from({ length: 1000 }, (_, index) => String(10_000 + index));
  const context = { companyId: company, actor: 'test', strategy: 'fail', allowWeakPins: true, source: 'api' } as const;
  const rows = numbers.map((number, line) => {
    const user = { username: `u${number}`, firstName: 'U', lastName: number };
    return { line, number, input: {}, extras: { user } };
  });
  const { value: made } = await test.core.changes.run((tx) => test.core.batch.apply(tx, context, rows));
  const accounts = made.map((one) => ({
    user: `many-${one.number}`,
    secret: one.result === 'created' ? one.secret : '',
  }));
  const users = await test.core.db.read.user.findMany({ where: { companyId: company }, select: { id: true } });
  const ids = users.map(({ id }) => id);
  t.equal(ids.length, 1000);
  await test.synced();
  const tokens = await Promise.all([ids[0], ids[999]].map(tokenOf));
  const registered = async () => new Set((await contacts()).filter((aor) => aor?.startsWith('many-')));
  let missing = accounts;
  const allRegistered = async () => {
    await phones.registerAll(missing, await freePort());
    const present = await registered();
    missing = accounts.filter(({ user }) => !present.has(user));
    return missing.length === 0;
  };
  await until(allRegistered, 'all thousand phones to register', 240_000);

  const startedAt = performance.now();
  const seconds = () => ((performance.now() - startedAt) / 1000).toFixed(2);
  const { status, body } = await api('POST', '/users/disable', { ids });
  t.equal(status, 200, JSON.stringify(body).slice(0, 500));
  const isOff = async () => {
    const left = [...(await ami.dbTree('linekeeper')).keys()].filter((key) => /\/(endpoint|auth|aor)\/many-/.test(key));
    return left.length === 0 && (await registered()).size === 0;
  };
  await until(isOff, 'all thousand to be off', 30_000);
  for (const token of tokens) t.equal((await api('GET', '/colleagues', undefined, token)).status, 401);
  t.comment(`1,000 users off after ${seconds()} s`);
  const isProved = async () => (await test.core.db.read.lifecycleReport.count({ where: { state: 'working' } })) === 0;
  await until(isProved, 'all reports to end', 30_000);
  t.comment(`1,000 reports proved after ${seconds()} s`);
  const states = await test.core.db.read.lifecycleReport.groupBy({
    by: ['state'],
    where: { companyId: company },
    _count: true,
  });
  t.same(states, [{ state: 'done', _count: 1000 }]);
  t.equal(body.items.length, 1000);
  t.equal(await phones.register(accounts[500] as { user: string; secret: string }, await freePort()), 401);
});
