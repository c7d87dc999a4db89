import { createSocket, type Socket } from 'node:dgram';
import pino from 'pino';
import t from 'tap';
import { connectPbx } from '../../src/asterisk/pbx-connection.ts';
import type { LiveMailbox, LiveRegistration } from '../../src/domain/feed/registration.ts';
import { registrationSchema } from '../../src/domain/feed/registration.ts';
import { createDirectory } from '../../src/live/directory/create-directory.ts';
import { createMailboxCounts } from '../../src/live/mailboxes/create-mailbox-counts.ts';
import { createRegistrations } from '../../src/live/registrations/create-registrations.ts';
import { linkOf } from '../../src/live-pbx.ts';
import { freePort, until } from '../support/asterisk.ts';
import { startCore } from '../support/core.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { RecordingTopic } from '../support/recording-topic.ts';
import { type Account, createPhones } from '../support/sipp.ts';

const core = await startCore(t, {
  policy: 'report',
  asterisk: {
    custom: {
      'pjsip.conf': '[foreign]\ntype=aor\nmax_contacts=1\n[foreign]\ntype=endpoint\naors=foreign\ncontext=none\n',
    },
  },
});
const { pbx } = core;
const proxy = await FaultProxy.start(t, pbx.amiPort);
const backoff = { first: 50, most: 200 };
const connection = connectPbx({ host: '127.0.0.1', port: proxy.port, logins: pbx.logins, backoff });
t.teardown(() => connection.stop());
const link = linkOf({ id: core.pbxId, name: 'main' }, connection);
const directory = createDirectory(core.core.db);
t.teardown(() => directory.close());
const topic = new RecordingTopic<LiveRegistration>();
const boxes = new RecordingTopic<LiveMailbox>();
const log = pino({ level: 'silent' });
const registrations = createRegistrations({ link, directory, topic, log });
t.teardown(() => registrations.stop());
const mailboxes = createMailboxCounts({ link, directory, topic: boxes, log });
t.teardown(() => mailboxes.stop());
connection.start();
await until(() => connection.hears, 'the connection');

const phones = createPhones(t, pbx.sipPort);

async function account(number: string, extras: { maxContacts?: number } = {}): Promise<Account> {
  const made = await core.create(core.acme, number, { mailbox: {} }, { account: extras });
  await core.synced();
  const secret = await core.rotate(made.id);
  await core.synced();
  return { user: number, secret };
}

const item = (endpoint: string) => topic.items.get(`${core.pbxId}/${endpoint}`)?.item;
const contacts = (endpoint: string) => item(endpoint)?.contacts.length;

/** Endpoints with how many contacts, as Asterisk keeps them. */
async function inAstDb(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const key of (await core.ami.dbTree('registrar/contact')).keys()) {
    const aor = key.replace('/registrar/contact/', '').replace(/;@.*/, '');
    counts[aor] = (counts[aor] ?? 0) + 1;
  }
  return counts;
}

function onTopic(): Record<string, number> {
  const shown = [...topic.items.values()].filter(({ item }) => item.contacts.length > 0);
  return Object.fromEntries(shown.map(({ item }) => [item.endpoint, item.contacts.length]));
}

const ann = await account('1001', { maxContacts: 2 });
const bob = await account('1002');
const [annPort, annOther, bobPort] = [await freePort(), await freePort(), await freePort()];

t.test('a phone comes, stays, is joined by another, and goes', async (t) => {
  t.equal(item('1001'), undefined, 'an account that never had a phone is not on the list');
  await phones.register(ann, annPort, { expires: 120 });
  await until(() => contacts('1001') === 1, 'the phone on the list');
  const shown = registrationSchema.parse(item('1001'));
  const owner = await core.core.db.read.extension.findFirstOrThrow({ where: { number: '1001' } });
  t.match(shown, {
    companyId: core.acme,
    extensionId: owner.id,
    number: '1001',
    name: 'Ext 1001',
    deviceState: 'not_inuse',
    contacts: [{ uri: `sip:1001@127.0.0.1:${annPort}`, address: `127.0.0.1:${annPort}`, status: 'registered' }],
  });
  t.same(topic.items.get(shown.id)?.scope, {
    companyId: core.acme,
    extensionIds: [owner.id],
    siteIds: [],
    teamIds: [],
  });

  await phones.register(ann, annPort, { expires: 300 });
  const later = await until(() => {
    const expiresAt = item('1001')?.contacts[0]?.expiresAt;
    return expiresAt === shown.contacts[0]?.expiresAt ? undefined : item('1001');
  }, 'the later expiry');
  t.equal(later.since, shown.since, 'registered without a break');

  await phones.register(ann, annOther);
  await until(() => contacts('1001') === 2, 'the second contact');
  await phones.register(ann, annPort, { expires: 0 });
  await until(() => contacts('1001') === 1, 'the first contact to go');
  t.same(registrations.counts(), new Map([[core.acme, 1]]));
  await phones.register(ann, annOther, { expires: 0 });
  await until(() => contacts('1001') === 0, 'the other one to go');
  t.match(item('1001'), { since: null, deviceState: 'unavailable' });
  t.equal(registrations.counts().size, 0);
});

t.test('the device state follows a call', async (t) => {
  await phones.register(ann, annPort);
  await phones.register(bob, bobPort);
  await until(() => contacts('1001') === 1 && contacts('1002') === 1, 'both phones');
  const from = topic.log.length;
  const callee = await phones.callee(bobPort, 'answer', { ringing: 700 });
  const call = phones.call({ ...ann, to: '1002', hold: 700 });
  await call.done;
  await callee.done;
  await until(() => item('1001')?.deviceState === 'not_inuse' && item('1002')?.deviceState === 'not_inuse', 'the end');
  const story = topic.log
    .slice(from)
    .flatMap((one) => ('set' in one ? [`${one.set.endpoint} ${one.set.deviceState}`] : []));
  t.same(
    story.filter((state) => state.startsWith('1002')).filter((state, at, all) => state !== all[at - 1]),
    ['1002 ringing', '1002 inuse', '1002 not_inuse'],
  );
  t.same([...new Set(story.filter((state) => state.startsWith('1001')))], ['1001 inuse', '1001 not_inuse']);
});

t.test('a phone that is thrown off by us is gone, although Asterisk says nothing', async () => {
  await phones.register(bob, bobPort);
  await until(() => contacts('1002') === 1, 'the phone');
  await core.core.connection(core.pbxId).port.dropRegistrations(['1002']);
  await until(() => contacts('1002') === 0, 'the phone to be gone');
});

t.test('a voicemail that is left is counted', async (t) => {
  const call = phones.call({ ...ann, to: '1002', hold: 15_000 });
  await call.done;
  const shown = await until(
    () => [...boxes.items.values()].find(({ item }) => item.newMessages === 1),
    'the message',
    30_000,
  );
  t.match(shown.item, { number: '1002', companyId: core.acme, oldMessages: 0 });
});

t.test('whoever is not ours is left out', async (t) => {
  const contact = { uri: 'sip:foreign@127.0.0.1:9', endpoint: 'foreign', expiration_time: '4000000000' };
  await core.ami.dbPut('registrar/contact', 'foreign;@1', contact);
  await core.ami.dbPut('registrar/contact', '1777;@1', { ...contact, endpoint: '1777' });
  proxy.cut();
  const from = topic.log.length;
  await until(() => topic.log.slice(from).some((one) => 'gap' in one), 'the gap');
  t.same(
    [...topic.items.keys()].filter((id) => /foreign|1777/.test(id)),
    [],
  );
  await core.ami.dbDel('registrar/contact', 'foreign;@1');
  await core.ami.dbDel('registrar/contact', '1777;@1');
});

t.test('what came and went while nobody listened is right afterwards, and a gap is told', async (t) => {
  await phones.register(ann, annPort);
  await until(() => contacts('1001') === 1, 'the phone');
  const from = topic.log.length;
  const began = Date.now();
  proxy.freeze();
  proxy.cut();
  await phones.register(ann, annPort, { expires: 0 });
  await phones.register(bob, bobPort);
  t.equal(contacts('1001'), 1, 'still what was known');
  proxy.thaw();
  proxy.cut();
  await until(() => topic.log.slice(from).some((one) => 'gap' in one), 'the gap');
  const gap = topic.log.slice(from).find((one) => 'gap' in one);
  t.same(onTopic(), { '1002': 1 });
  t.same(onTopic(), await inAstDb());
  t.match(gap, { gap: { pbxId: core.pbxId, reason: /events|query/ } });
  if (gap !== undefined && 'gap' in gap) t.ok(gap.gap.from >= began - 1000 && gap.gap.until >= gap.gap.from);
  t.ok(topic.log.at(-1) === gap, 'after the items were right again');
});

t.test('a phone whose time is over is gone', async () => {
  const expiration_time = String(Math.floor(Date.now() / 1000) + 8);
  const contact = { uri: 'sip:1001@127.0.0.1:9', endpoint: '1001', expiration_time, via_addr: '127.0.0.1' };
  await core.ami.dbPut('registrar/contact', '1001;@expires', contact);
  // Makes it look at this account.
  await phones.register(ann, annPort, { expires: 0 });
  await until(() => contacts('1001') === 1, 'the phone');
  await until(() => contacts('1001') === 0, 'its end', 70_000);
});

t.test('a thousand phones that register at once are all shown', async (t) => {
  const many = await core.company({ slug: 'many', ranges: [['2000', '2999']] });
  const numbers = Array.from({ length: 1000 }, (_, at) => String(2000 + at));
  const secret = 'SameForAllOfThem16';
  const context = { actor: 'test', ifVersion: undefined, companyId: many, allowWeakPins: true };
  await core.core.changes.run(async (tx) => {
    for (const number of numbers) {
      await core.core.extensions.create(tx, context, number, { displayName: number }, { account: { secret } });
    }
  });
  await core.synced();
  await phones.registerAll(
    numbers.map((number) => ({ user: `many-${number}`, secret })),
    await freePort(),
  );
  await until(() => registrations.counts().get(many) === 1000, 'all thousand');
  t.same(onTopic(), await inAstDb());
});

t.test('where the PBX asks, it is told who answers and how fast', async (t) => {
  const aor = { max_contacts: '2', remove_existing: 'yes', qualify_frequency: '1', qualify_timeout: '0.5' };
  await core.age();
  await core.ami.dbPut('linekeeper/aor', '1001', aor);
  // Asterisk asks the phones of those AORs only that it knows from its start.
  await pbx.restart();
  await until(() => connection.hears, 'the connection', 60_000);
  const port = await freePort();
  t.equal(await phones.register(ann, port), 200);
  const isNow = (status: string) =>
    item('1001')?.contacts.some((one) => one.uri.endsWith(`:${port}`) && one.status === status);
  await until(() => isNow('unreachable'), 'no answer: nobody listens there');

  const phone = await answering(port);
  t.teardown(() => phone.close());
  await until(() => isNow('reachable'), 'an answer');
  const contact = item('1001')?.contacts.find(({ status }) => status === 'reachable');
  t.ok((contact?.latencyMs ?? 0) > 0);
  t.equal(item('1001')?.deviceState, 'not_inuse');
});

/** A phone that answers OPTIONS. */
async function answering(port: number): Promise<Socket> {
  const phone = createSocket('udp4');
  phone.on('message', (message, peer) => {
    const copied = String(message)
      .split('\r\n')
      .filter((line) => /^(via|from|to|call-id|cseq):/i.test(line));
    phone.send(['SIP/2.0 200 OK', ...copied, 'Content-Length: 0', '', ''].join('\r\n'), peer.port, peer.address);
  });
  await new Promise<void>((resolve) => phone.bind(port, '127.0.0.1', resolve));
  return phone;
}
