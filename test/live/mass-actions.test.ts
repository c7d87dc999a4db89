import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createBulk } from '../../src/bulk/create-bulk.ts';
import { loadConfig } from '../../src/config.ts';
import { deskPhones } from '../../src/desk-phones.ts';
import type { ExtensionInput } from '../../src/domain/extension-input.ts';
import { importWriters } from '../../src/import-writers.ts';
import { massActions } from '../../src/mass-actions.ts';
import type { Caller } from '../../src/store/caller.ts';
import { testPeople } from '../support/app.ts';
import { freePort, until } from '../support/asterisk.ts';
import { onPbx, startCore } from '../support/core.ts';
import { INCOMING_TRUNK } from '../support/incoming-trunk.ts';
import { createPhones } from '../support/sipp.ts';

const test = await startCore(t, { asterisk: { custom: { 'pjsip.conf': INCOMING_TRUNK.pjsip } } });
const { pbx, ami, acme, core } = test;
const phones = createPhones(t, pbx.sipPort);

const root: Caller = { id: 'local', actor: 'local', scopes: new Set(['admin']), companyId: undefined };
const log = { info() {}, warn() {}, error() {} };
const { batch, changes, db, lifecycle } = core;
const bulk = createBulk({
  ...{ db, changes, log, dataDir: test.folder, limits: { maxBytes: 1e6, maxRows: 1000, keepDays: 7 } },
  lookUp: async () => root,
  actions: massActions({ db, lifecycle, batch, people: testPeople(db) }),
  writers: importWriters(batch, lifecycle, deskPhones(core, loadConfig({}))),
});
t.teardown(() => bulk.stop());

/** Does an action to extensions and waits until the PBX has it. */
async function run(action: string, ids: string[], params: object): Promise<string> {
  const selection = { ids };
  const common = { companyId: acme, selection, selected: selection, limits: {}, name: null };
  const job = await bulk.actions.create(root, { ...common, action, params });
  await bulk.jobs.act(job.id, 'start', root);
  await ends(job.id, 'done');
  return job.id;
}

async function ends(id: string, state: string): Promise<void> {
  await until(async () => (await bulk.jobs.find(id)).state === state, `the job to be ${state}`);
  await test.synced();
}

/** What the credentials of a job say: rows of cells. */
async function credentials(id: string): Promise<string[][]> {
  let text = '';
  for await (const part of await bulk.jobs.credentialsCsv(id, 'test')) text += part;
  return text
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(','));
}

/** An extension with its phone registered. */
async function phone(number: string, input: ExtensionInput = {}, phoneNumbers: string[] = []) {
  // SIPp speaks PCMU alone
  const extras = { phoneNumbers, account: { codecs: ['ulaw' as const] } };
  const { id, secret } = await test.create(acme, number, input, extras);
  await test.synced();
  const one = { id, user: number, secret, port: await freePort() };
  const status = await phones.register(one, one.port);
  if (status !== 200) throw new Error(`registering ${number} ended with ${status}`);
  return one;
}

const inbox = (box: string, context: string) => join(pbx.spoolDir, 'voicemail', context, box, 'INBOX');
const messagesIn = (folder: string) =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.txt')) : [];
const contacts = async (aor: string) =>
  [...(await ami.dbTree('registrar/contact')).keys()].filter((key) => key.startsWith(`/registrar/contact/${aor};@`));
const behaviour = async (number: string) =>
  JSON.parse((await ami.dbTree('linekeeper/extension/acme')).get(`/linekeeper/extension/acme/${number}`) ?? 'null');
const rings = async (
  phone: { port: number },
  call: { status(): Promise<number> },
  callee: { done: Promise<number> },
) => [await call.status(), await callee.done, phone.port > 0];

t.test('two extensions swap their numbers, and everything follows them', async (t) => {
  const ann = await phone('1001', { displayName: 'Ann', mailbox: {} }, ['+4930123401']);
  const bob = await phone('1002', { displayName: 'Bob', mailbox: {} });
  const carl = await phone('1003', { displayName: 'Carl', forwardNoAnswer: '1001', forwardBusy: '1002' });
  const context = JSON.stringify(await behaviour('1001')).match(/1001@(lk-acme-\d\d)/)?.[1] ?? '';
  await phones.callee(ann.port, 'busy');
  const left = phones.call({ ...carl, to: '1001', hold: 15_000 });
  t.equal(await left.status(), 200, 'the mailbox answers');
  await left.done;
  await until(() => messagesIn(inbox('1001', context)).length === 1, 'a message for Ann');
  const message = readFileSync(join(inbox('1001', context), 'msg0000.txt'), 'utf8');

  const job = await run('renumber-extensions', [ann.id, bob.id], {
    rule: { table: { '1001': '1002', '1002': '1001' } },
  });
  t.same(await onPbx(pbx, ami), await test.desired(), 'the PBX holds what is wanted');
  t.same([await contacts('1001'), await contacts('1002')], [[], []], 'no phone rings under the number of the other');
  t.match(await behaviour('1003'), { forwardNoAnswer: '1002', forwardBusy: '1001' }, 'forwards follow');
  t.match(await behaviour('1002'), { mailbox: `1001@${context}` }, "Ann's mailbox is hers");
  t.equal(await phones.register(ann, await freePort()), 401, 'her secret is not good for the name that is his now');
  const names = await credentials(job);
  t.match(
    names.map((cells) => [cells[1], ...cells.slice(4, 7)]),
    [
      ['Ann', '1001', '1002', ''],
      ['Bob', '1002', '1001', ''],
    ],
  );
  const annNow = { ...ann, user: '1002' };
  const bobNow = { ...bob, user: '1001' };
  t.equal(await phones.register(annNow, ann.port), 200, 'it is with the new name');
  t.equal(await phones.register(bobNow, bob.port), 200);

  const outside = await phones.callee(ann.port, 'answer');
  const byNumber = phones.trunkCall(INCOMING_TRUNK.ip, { from: '+4989999', to: '+4930123401' });
  t.same(await rings(ann, byNumber, outside), [200, 0, true], 'her phone number rings her');
  const inside = await phones.callee(ann.port, 'answer');
  t.same(await rings(ann, phones.call({ ...carl, to: '1002' }), inside), [200, 0, true], 'and so does her new number');

  const watch = phones.subscribe(annNow, '1002', 'message-summary', 'application/simple-message-summary');
  await until(() => /Voice-Message: 1\/0/.test(watch.messages()), 'her phone to hear of the message');
  await watch.end();
  await phones.callee(ann.port, 'busy');
  const second = phones.call({ ...carl, to: '1002', hold: 15_000 });
  t.equal(await second.status(), 200, 'her mailbox answers');
  await second.done;
  await until(() => messagesIn(inbox('1001', context)).length === 2, 'another message for Ann');
  t.equal(readFileSync(join(inbox('1001', context), 'msg0000.txt'), 'utf8'), message, 'the first one is untouched');

  await bulk.jobs.act(job, 'undo', root);
  await ends(job, 'undone');
  t.same(await onPbx(pbx, ami), await test.desired());
  t.match(await behaviour('1003'), { forwardNoAnswer: '1001', forwardBusy: '1002' });
  t.equal(await phones.register(ann, ann.port), 200, 'the old name is good again');
  const back = await phones.callee(ann.port, 'answer');
  const again = phones.trunkCall(INCOMING_TRUNK.ip, { from: '+4989999', to: '+4930123401' });
  t.same(await rings(ann, again, back), [200, 0, true]);
  t.equal(messagesIn(inbox('1001', context)).length, 2, 'with all messages');
});

t.test('a new owner of a number that another had does not get his messages', async (t) => {
  const dora = await phone('1011', { mailbox: {} });
  await run('renumber-extensions', [dora.id], { rule: { add: 500 } });
  const emil = await phone('1011', { mailbox: {} });
  await test.synced();
  t.match(await behaviour('1511'), { mailbox: /^1011@/ });
  t.match(await behaviour('1011'), { mailbox: /^9\d{11}@lk-acme-\d\d$/ });
  t.same(await onPbx(pbx, ami), await test.desired());
  const { mailbox } = await behaviour('1011');
  await test.remove(emil.id);
  await test.synced();
  t.notOk(Object.keys(await onPbx(pbx, ami)).includes(`mailbox/${mailbox}`));
  t.match(await behaviour('1511'), { mailbox: /^1011@/ }, "Dora's stays");
});

t.test('rotated secrets: the old ones are refused, the new ones register', async (t) => {
  const both = [await phone('1021'), await phone('1022')];
  const job = await run(
    'rotate-secrets',
    both.map(({ id }) => id),
    {},
  );
  t.same([await contacts('1021'), await contacts('1022')], [[], []], 'their phones are thrown off');
  const given = await credentials(job);
  for (const [at, one] of both.entries()) {
    t.equal(await phones.register(one, await freePort()), 401, 'the old secret');
    const secret = given[at]?.[6] ?? '';
    t.equal(await phones.register({ ...one, secret }, one.port), 200, 'the new one');
  }
});

t.test('deleted extensions are gone, and come back with the same secret', async (t) => {
  const fred = await phone('1031', { mailbox: {} }, ['+4930123431']);
  const before = await onPbx(pbx, ami);
  const job = await run('delete-extensions', [fred.id], {});
  t.equal(await phones.register(fred, await freePort()), 401);
  t.equal(await phones.trunkCall(INCOMING_TRUNK.ip, { from: '+4989999', to: '+4930123431' }).status(), 404);
  await bulk.jobs.act(job, 'undo', root);
  await ends(job, 'undone');
  t.same(await onPbx(pbx, ami), before, 'the PBX holds what it held');
  t.equal(await phones.register(fred, fred.port), 200);
  const callee = await phones.callee(fred.port, 'answer');
  const call = phones.trunkCall(INCOMING_TRUNK.ip, { from: '+4989999', to: '+4930123431' });
  t.same(await rings(fred, call, callee), [200, 0, true]);
});
