import pino from 'pino';
import t from 'tap';
import { v7 as uuid } from 'uuid';
import { type BroadcastInput, broadcastInputSchema } from '../../src/domain/broadcast.ts';
import { createBroadcaster } from '../../src/people/broadcaster.ts';
import { createBroadcast } from '../../src/people/broadcasts.ts';
import { createSipMessages } from '../../src/sip-messages.ts';
import { freePort, until } from '../support/asterisk.ts';
import { startCore } from '../support/core.ts';
import { createPhones, type SippRun } from '../support/sipp.ts';

const TRUNK_IP = '127.0.0.3';
const trunkPort = await freePort();
const carrier = [
  '[carrier]\ntype=endpoint\ncontext=linekeeper-incoming\naors=carrier\nallow=!all,ulaw\ndirect_media=no',
  `[carrier]\ntype=aor\ncontact=sip:${TRUNK_IP}:${trunkPort}\n`,
];
const test = await startCore(t, { asterisk: { custom: { 'pjsip.conf': carrier.join('\n') } } });
const { pbx, core } = test;
const acme = await test.company({ slug: 'second', name: 'Second "Ltd"; <x>', trunk: 'carrier' });
await test.synced();
const phones = createPhones(t, pbx.sipPort);
const broadcaster = createBroadcaster({
  db: core.db,
  phones: createSipMessages(core),
  domain: 'pbx.example.org',
  log: pino({ level: 'silent' }),
});
t.teardown(() => broadcaster.stop());
broadcaster.start();

async function person(username: string): Promise<string> {
  const id = uuid();
  const now = new Date();
  const names = { firstName: 'F', lastName: 'L', createdAt: now, updatedAt: now };
  await core.db.write((tx) => tx.user.create({ data: { id, companyId: acme, username, ...names } }));
  return id;
}

/** A person with an extension, whose phone is registered and takes messages. */
async function withPhone(username: string, number: string) {
  const userId = await person(username);
  const { secret } = await test.create(acme, number, { userId });
  await test.synced();
  const user = `second-${number}`;
  const port = await freePort();
  const status = await phones.register({ user, secret }, port);
  if (status !== 200) throw new Error(`registering ${user} ended with ${status}`);
  return { userId, user, secret, phone: await phones.callee(port, 'messaged', { calls: 1000 }) };
}

async function send(text: string, target: BroadcastInput['target'] = { everyone: true }) {
  const input = broadcastInputSchema.parse({ text, category: 'Notice', target, channels: ['sip'] });
  const id = await core.db.write((tx) => createBroadcast(tx, { actor: 'test', ifVersion: undefined }, acme, input));
  broadcaster.poke();
  const isSent = async () => (await core.db.read.broadcast.findUniqueOrThrow({ where: { id } })).state === 'sent';
  await until(isSent, 'the broadcast to be sent');
  const rows = await core.db.read.broadcastDelivery.findMany({ where: { broadcastId: id } });
  return new Map(rows.map(({ userId, state, detail }) => [userId, { state, detail }]));
}

/** The text messages that a phone got; its log holds bytes as Latin-1. */
function texts(phone: SippRun): string[] {
  const wire = phone.messages();
  const heads = wire.matchAll(/\nMESSAGE sip:[\s\S]*?\nContent-Length: +(\d+)\r?\n\r?\n/g);
  return [...heads].map(({ index, 0: head, 1: length }) => {
    const start = index + head.length;
    return Buffer.from(wire.slice(start, start + Number(length)), 'latin1').toString('utf8');
  });
}

const ann = await withPhone('ann', '1001');
const bob = await person('bob');
const { id: silent } = { id: await person('carl') };
await test.create(acme, '1002', { userId: silent });
await test.synced();

t.test('a registered phone gets the very text; who has none is told to be unreachable', async (t) => {
  const text = 'Grüße an "alle"; $5 & 100 % <b>\nzweite Zeile 🎉: ${EXTEN}, \\n';
  const outcome = await send(text);
  t.same(outcome.get(ann.userId), { state: 'delivered', detail: '1 phone' });
  t.same(outcome.get(bob), { state: 'unreachable', detail: 'no extension' });
  t.same(outcome.get(silent), { state: 'unreachable', detail: 'no phone is registered' });
  const [got] = await until(() => (texts(ann.phone).length > 0 ? texts(ann.phone) : undefined), 'the message');
  t.equal(got, text);
  t.match(ann.phone.messages(), /\nFrom: "Second Ltd x" <sip:linekeeper@pbx\.example\.org>/);
  t.match(ann.phone.messages(), /\nContent-Type: text\/plain/);
});

t.test('a text of any allowed length arrives, in numbered parts', async (t) => {
  const text = Array.from({ length: 125 }, (_, index) => `käse${String(index).padStart(3, '0')}`)
    .join(' ')
    .slice(0, 1000);
  const before = texts(ann.phone).length;
  t.match((await send(text, { userIds: [ann.userId], groupIds: [] })).get(ann.userId), { state: 'delivered' });
  const parts = await until(() => {
    const now = texts(ann.phone).slice(before);
    return now.length === 2 ? now : undefined;
  }, 'both parts');
  t.match(parts[0], /^1\/2 käse000/);
  t.equal(parts.map((part) => part.slice('1/2 '.length)).join(' '), text);
});

t.test('a PBX that refuses says so on the delivery', async (t) => {
  const refusing = { ...createSipMessages(core) };
  await t.rejects(refusing.send({ pbxId: 'none', endpoint: 'second-1001', from: 'x', parts: ['x'] }));
  const { port } = core.connection(test.pbxId).connection;
  const message = { endpoint: 'second-7777', contactUri: 'sip:x@127.0.0.1:9', from: '"A" <sip:a@b>', text: 'x' };
  await t.rejects(port.sendMessage(message), { code: 'AMI_REFUSED' });
  await t.rejects(port.sendMessage({ ...message, contactUri: 'sip:x@127.0.0.1\r\nAction: Ping' }), {
    code: 'AMI_ACTION_FORBIDDEN',
  });
  await t.rejects(port.sendMessage({ ...message, text: 'x'.repeat(757 * 2) }), { code: 'AMI_LINE_TOO_LONG' });
});

t.test('a message that a phone sends makes no call, not even to an emergency number', async (t) => {
  const trunk = await phones.callee(trunkPort, 'busy', { ip: TRUNK_IP, calls: 1000 });
  const sent = phones.message(ann, '112');
  await sent.done;
  t.match(sent.messages(), /SIP\/2\.0 (202|404|200)/);
  // Asterisk works messages off one after the other: when the call has come through, the message has been judged.
  await phones.call({ ...ann, to: '112' }).status();
  const calls = new Set([...trunk.messages().matchAll(/\nINVITE [\s\S]*?\nCall-ID: (\S+)/g)].map(([, id]) => id));
  t.equal(calls.size, 1, 'only the call called');
});
