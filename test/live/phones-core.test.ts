import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { ExtensionInput } from '../../src/domain/extension-input.ts';
import { freePort, until } from '../support/asterisk.ts';
import { startCore } from '../support/core.ts';
import { INCOMING_TRUNK } from '../support/incoming-trunk.ts';
import { createPhones } from '../support/sipp.ts';

const test = await startCore(t, { asterisk: { custom: { 'pjsip.conf': INCOMING_TRUNK.pjsip } } });
const { pbx, ami, acme } = test;
const phones = createPhones(t, pbx.sipPort);
const beta = await test.company({ slug: 'beta' });
await test.synced();

/** An extension made by the core, with its phone registered. */
async function phone(company: string, number: string, input: ExtensionInput = {}, phoneNumbers: string[] = []) {
  const user = company === beta ? `beta-${number}` : number;
  // SIPp speaks PCMU alone
  const extras = { phoneNumbers, account: { codecs: ['ulaw' as const] } };
  const { id, secret, pin } = await test.create(company, number, input, extras);
  await test.synced();
  const port = await freePort();
  const status = await phones.register({ user, secret }, port);
  if (status !== 200) throw new Error(`registering ${user} ended with ${status}`);
  return { id, user, secret, pin, port };
}

const contacts = async (aor: string) =>
  [...(await ami.dbTree('registrar/contact')).keys()].filter((key) => key.startsWith(`/registrar/contact/${aor};@`));

const ann = await phone(acme, '1001');

/** Talks to a mailbox while the other tests run: prompts take their time. */
const carol = await phone(acme, '1020', { displayName: 'Carol' });
const dave = await phone(acme, '1010', { mailbox: {} });
await phone(beta, '1010', { mailbox: {} });
await phones.callee(dave.port, 'busy');
const busy = phones.call({ ...carol, to: '1010', hold: 15_000 });

t.test('a rotated secret: the new one registers, the old one not, and who was on it is off', async (t) => {
  const bob = await phone(acme, '1002');
  t.equal((await contacts('1002')).length, 1);
  const secret = await test.rotate(bob.id);
  await test.synced();
  t.same(await contacts('1002'), [], 'the registration is dropped');
  t.equal((await contacts('1001')).length, 1, 'and no other');
  t.equal(await phones.register(bob, await freePort()), 401, 'the old secret');
  t.equal(await phones.call({ ...bob, to: '1001' }).status(), 401, 'the old secret calls nobody either');
  t.equal(await phones.register({ ...bob, secret }, await freePort()), 200, 'the new secret');
});

t.test('a disabled extension is thrown off and comes back with the same secret', async (t) => {
  const bob = await phone(acme, '1003');
  await test.update(bob.id, { enabled: false });
  await test.synced();
  t.same(await contacts('1003'), []);
  t.equal(await phones.register(bob, await freePort()), 401);
  t.equal(await phones.call({ ...ann, to: '1003' }).status(), 404);
  await test.update(bob.id, { enabled: true });
  await test.synced();
  t.equal(await phones.register(bob, bob.port), 200);
  const callee = await phones.callee(bob.port, 'answer');
  t.equal(await phones.call({ ...ann, to: '1003' }).status(), 200);
  t.equal(await callee.done, 0);
});

t.test('a deleted extension is gone at once', async (t) => {
  const bob = await phone(acme, '1004');
  await test.remove(bob.id);
  await test.synced();
  t.same(await contacts('1004'), []);
  t.equal(await phones.register(bob, await freePort()), 401);
  t.equal(await phones.call({ ...ann, to: '1004' }).status(), 404);
});

t.test('a removed account is thrown off alone', async (t) => {
  const bob = await phone(acme, '1005');
  const actor = { actor: 'test' };
  const { value: soft } = await test.core.changes.run((tx) => test.core.extensions.addAccount(tx, actor, bob.id, {}));
  await test.synced();
  const laptop = { user: '1005-2', secret: soft.secret };
  t.equal(await phones.register(laptop, await freePort()), 200);
  await test.core.changes.run((tx) => test.core.extensions.removeAccount(tx, actor, bob.id, 2));
  await test.synced();
  t.same(await contacts('1005-2'), []);
  t.equal((await contacts('1005')).length, 1);
  t.equal(await phones.register(laptop, await freePort()), 401);
});

t.test('the called phone shows the name that the extension has now', async (t) => {
  const bob = await phone(acme, '1006', { displayName: 'Before' });
  await test.update(ann.id, { displayName: 'Ann Lee-Öz' });
  await test.synced();
  const callee = await phones.callee(bob.port, 'answer');
  t.equal(await phones.call({ ...ann, to: '1006', name: 'The Boss' }).status(), 200);
  await callee.done;
  const from = /^From: .*$/m.exec(Buffer.from(callee.messages(), 'latin1').toString('utf8'))?.[0];
  t.match(from, /"?Ann Lee-Öz"? <sip:1001@/);
});

t.test('two companies with the same numbers never meet', async (t) => {
  const [bob, zoe] = [await phone(acme, '1007'), await phone(beta, '1007')];
  await phone(beta, '1008');
  const annOfBeta = await phone(beta, '1001');

  const [mine, theirs] = [await phones.callee(bob.port, 'answer'), await phones.callee(zoe.port, 'answer')];
  t.equal(await phones.call({ ...ann, to: '1007' }).status(), 200);
  t.equal(await mine.done, 0, "acme's 1007 rings");
  t.notMatch(theirs.messages(), /INVITE/, "beta's does not");
  t.equal(await phones.call({ ...annOfBeta, to: '1007' }).status(), 200);
  t.equal(await theirs.done, 0);

  for (const to of ['1008', 'beta-1008', 'beta1008', '*81008']) {
    const status = await phones.call({ ...ann, to }).status();
    t.ok(status >= 400, `acme cannot dial ${to}: ${status}`);
  }
});

t.test('a number that is assigned rings at its extension, and after a release nowhere', async (t) => {
  const bob = await phone(acme, '1009', {}, ['+4930123409']);
  const callee = await phones.callee(bob.port, 'answer');
  const call = phones.trunkCall(INCOMING_TRUNK.ip, { from: '+4989999', to: '+4930123409' });
  t.equal(await call.status(), 200);
  t.equal(await callee.done, 0);
  t.match(callee.messages(), /<sip:\+?4989999@/, 'it shows who calls');
  await test.remove(bob.id);
  await test.synced();
  t.equal(await phones.trunkCall(INCOMING_TRUNK.ip, { from: '+4989999', to: '+4930123409' }).status(), 404);
});

t.test("a call to a busy extension ends in its mailbox and in nobody else's", async (t) => {
  const inbox = (context: string) => join(pbx.spoolDir, 'voicemail', context, '1010/INBOX');
  t.equal(await busy.status(), 200, 'the mailbox answers');
  await busy.done;
  const mine = inbox('lk-acme-10');
  await until(() => existsSync(mine) && readdirSync(mine).includes('msg0000.txt'), 'the message in the mailbox');
  t.ok(readdirSync(mine).includes('msg0000.wav'));
  t.match(readFileSync(join(mine, 'msg0000.txt'), 'utf8'), /origmailbox=1010\ncontext=.*\n[\s\S]*callerid="?Carol/);
  t.notOk(existsSync(inbox('lk-beta-10')));
});
