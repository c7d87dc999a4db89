import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { ExtensionInput } from '../../src/domain/extension-input.ts';
import { freePort, startAsterisk, until } from '../support/asterisk.ts';
import { openTestCore } from '../support/core.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { INCOMING_TRUNK } from '../support/incoming-trunk.ts';
import { createPhones } from '../support/sipp.ts';

// Asterisk's own file of records, for comparison; it writes as soon as the folder is there.
const CSV = '[csv]\nusegmtime=yes\nloguniqueid=yes\naccountlogs=no\nnewcdrcolumns=yes\n';

const pbx = await startAsterisk(t, {
  custom: {
    'pjsip.conf': INCOMING_TRUNK.pjsip,
    'modules.conf': 'load=cdr_csv.so\n',
    'cdr.conf': CSV,
  },
});
const csvFolder = join(pbx.configDir, '../log/cdr-csv');
mkdirSync(csvFolder, { recursive: true });
const proxy = await FaultProxy.start(t, pbx.amiPort);
const test = await openTestCore(t, { ...pbx, amiPort: proxy.port });
const ami = await pbx.raw();
t.teardown(() => ami.close());
const acme = await test.company({ slug: 'acme' });
await test.synced();
const phones = createPhones(t, pbx.sipPort);

async function phone(number: string, input: ExtensionInput = {}, phoneNumbers: string[] = []) {
  const extras = { phoneNumbers, account: { codecs: ['ulaw' as const] } };
  const { id, secret } = await test.create(acme, number, input, extras);
  await test.synced();
  const port = await freePort();
  const status = await phones.register({ user: number, secret }, port);
  if (status !== 200) throw new Error(`registering ${number} ended with ${status}`);
  return { id, user: number, secret, port };
}

const COLUMNS = [
  ...['account', 'src', 'dst', 'context', 'clid', 'channel', 'dstchannel', 'app', 'data', 'start', 'answer', 'end'],
  ...['duration', 'billsec', 'disposition', 'amaflags', 'uniqueid', 'userfield', 'linkedid', 'sequence'],
];
const DISPOSITION: Record<string, string> = {
  ANSWERED: 'answered',
  BUSY: 'busy',
  'NO ANSWER': 'no_answer',
  FAILED: 'failed',
};

/** What Asterisk itself has written down. */
function ownRecords(): Record<string, string>[] {
  const text = readFileSync(join(csvFolder, 'Master.csv'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const cells = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell = '']) =>
        cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
      );
      return Object.fromEntries(COLUMNS.map((name, index) => [name, cells[index] ?? '']));
    });
}

const seconds = (time: Date | null) => (time === null ? '' : time.toISOString().slice(0, 19).replace('T', ' '));

/** Until no call is up and every record of Asterisk is in the database, as Asterisk wrote it, once. */
async function sameAsAsterisk(t: Test): Promise<void> {
  await until(async () => (await pbx.rx('core show channels count')).startsWith('0 active channels'), 'no channels');
  const { read } = test.core.db;
  await until(async () => (await read.callRecord.count()) >= ownRecords().length, 'all records').catch(() => {});
  const rows = await read.callRecord.findMany({ orderBy: [{ uniqueId: 'asc' }, { sequence: 'asc' }] });
  const ours = rows.map((row) => ({
    src: row.fromNumber,
    start: seconds(row.startedAt),
    answer: seconds(row.answeredAt),
    end: seconds(row.endedAt),
    duration: String(row.durationSeconds),
    billsec: String(row.talkSeconds),
    disposition: row.disposition,
    uniqueid: row.uniqueId,
    linkedid: row.callId,
    sequence: String(row.sequence),
    app: row.application,
  }));
  const theirs = ownRecords()
    .map((row): Record<string, string> => ({ ...row, disposition: DISPOSITION[row.disposition ?? ''] ?? 'failed' }))
    .sort((a, b) => (key(a) < key(b) ? -1 : 1))
    .map((row) => Object.fromEntries(Object.keys(ours[0] ?? {}).map((name) => [name, row[name]])));
  t.same(
    [...ours].sort((a, b) => (key(a) < key(b) ? -1 : 1)),
    theirs,
  );
}

function key({ uniqueid, sequence }: Record<string, unknown>): string {
  return `${uniqueid}-${sequence}`;
}

/** So many answered calls at once, each to its end. */
async function talk(count: number, hold: number, whileUp?: () => Promise<unknown>): Promise<void> {
  const callee = await phones.callee(bob.port, 'answer', { calls: count + 10 });
  const calling = phones.call({ ...alice, to: '1002', hold, calls: count });
  const up = `${2 * count} active channels`;
  if (whileUp) await until(async () => (await pbx.rx('core show channels count')).startsWith(up), up);
  await whileUp?.();
  await calling.done;
  await callee.end();
}

const cut = async () => {
  proxy.freeze();
  proxy.cut();
};

const journal = async () => [...(await ami.dbTree('linekeeper-record')).keys()].filter((one) => !one.endsWith('/used'));

const alice = await phone('1001');
const bob = await phone('1002');
const carol = await phone('1003', { mailbox: {}, ringSeconds: 5 });
await test.create(acme, '1004', { forwardAlways: '1002' }, {});
await test.create(acme, '1005', { doNotDisturb: true }, {});
await test.synced();

t.test('calls of every kind are what Asterisk has recorded', async (t) => {
  await talk(1, 1200);
  await until(async () => (await test.core.db.read.callRecord.count()) === 1, 'the record');
  const [first] = await test.core.db.read.callRecord.findMany();
  t.match(first, {
    companyId: acme,
    direction: 'internal',
    fromNumber: '1001',
    toNumber: '1002',
    fromExtensionId: alice.id,
    toExtensionId: bob.id,
    disposition: 'answered',
    talkSeconds: 1,
    number: null,
    source: 'journal',
  });

  const busy = await phones.callee(bob.port, 'busy');
  t.equal(await phones.call({ ...alice, to: '1002' }).status(), 486);
  await busy.done;
  const answering = await phones.callee(bob.port, 'answer');
  t.equal(await phones.call({ ...alice, to: '1004' }).status(), 200);
  await answering.done;
  t.equal(await phones.call({ ...alice, to: '1005' }).status(), 486);
  t.equal(await phones.call({ ...alice, to: '1999' }).status(), 404);
  await phones.callee(carol.port, 'no-answer');
  t.equal(await phones.call({ ...alice, to: '1003', hold: 3000 }).status(), 200, 'voicemail');
  await sameAsAsterisk(t);
  const forwarded = await test.core.db.read.callRecord.findFirst({ where: { toNumber: '1004' } });
  t.match(forwarded, { toExtensionId: bob.id, disposition: 'answered' }, 'dialled one, rang the other');
  const refused = await test.core.db.read.callRecord.findFirst({ where: { toNumber: '1005' } });
  t.match(refused, { disposition: 'busy', companyId: acme, direction: 'internal' });
  t.not(refused?.toExtensionId, null, 'an extension that was not rung is known by its number');
  t.ok(await test.core.db.read.callRecord.findFirst({ where: { application: 'VoiceMail' } }));
  await until(async () => (await journal()).length === 0, 'the journal to be empty: all of it is in the database');
});

t.test('calls from outside, transferred ones, and names that mean harm', async (t) => {
  const dave = await phone('1011', {}, ['+4930123456']);
  const inbound = { from: '+491701234567', to: '004930123456', name: 'Eve, $x |&= (1', hold: 500 };
  const answering = await phones.callee(dave.port, 'answer');
  t.equal(await phones.trunkCall(INCOMING_TRUNK.ip, inbound).status(), 200);
  await answering.done;

  const transferring = await phones.callee(dave.port, 'transfer', { target: '1002' });
  const target = await phones.callee(bob.port, 'answer');
  const call = phones.call({ ...alice, to: '1011', hold: 2000 });
  t.equal(await call.status(), 200);
  await call.done;
  t.match(transferring.messages(), /SIP\/2\.0 202/);
  await target.done;
  await transferring.end();

  const number = '1%0d%0aEvent%3A%20Cdr%0d%0aUniqueID%3A%20666.1%0d%0aSequence%3A%201%0d%0aLinkedID%3A%20666.1';
  const forging = await phones.callee(dave.port, 'answer');
  const forged = phones.trunkCall(INCOMING_TRUNK.ip, { ...inbound, from: number });
  t.equal(await forged.status(), 200);
  await forging.done;
  await sameAsAsterisk(t);
  const { read } = test.core.db;
  t.match(await read.callRecord.findFirst({ where: { direction: 'inbound' }, orderBy: { startedAt: 'asc' } }), {
    fromNumber: '+491701234567',
    fromName: 'Eve, $x |&= (1',
    number: '+491701234567',
    toNumber: '+4930123456',
    companyId: acme,
    toExtensionId: dave.id,
    fromExtensionId: null,
  });
  t.equal(await read.callRecord.count({ where: { uniqueId: '666.1' } }), 0, 'a forged event makes no record');
});

t.test('fifty calls at once', async (t) => {
  const before = await test.core.db.read.callRecord.count();
  await talk(50, 3000);
  await sameAsAsterisk(t);
  const after = await test.core.db.read.callRecord.count();
  t.ok(after >= before + 50, `${after - before} records`);
});

t.test('calls that end while the connection is cut are found afterwards, once', async (t) => {
  const before = await test.core.db.read.callRecord.count();
  await talk(5, 3000, cut);
  await until(async () => (await journal()).length === 5, 'five entries of the journal');
  t.equal(await test.core.db.read.callRecord.count(), before);
  proxy.thaw();
  await sameAsAsterisk(t);
  t.match(await gapWith({ recovered: 5 }), { lost: 0, reason: /events|query/ });
  await until(async () => (await journal()).length === 0, 'an empty journal');
});

t.test('calls that end while the daemon does not run are found at its start', async (t) => {
  await test.stop();
  await talk(3, 500);
  await test.start();
  await sameAsAsterisk(t);
  t.match(await gapWith({ recovered: 3 }), { lost: 0, reason: 'nobody listened' });
});

t.test('a full journal counts what it could not keep', async (t) => {
  await test.stop();
  await ami.dbPut('linekeeper-record', 'used', '19999');
  await talk(4, 500);
  await test.start();
  t.match(await gapWith({ lost: 2 }), { recovered: 2 }, 'the one that fitted, and the last');
  t.equal((await ami.dbTree('linekeeper-record')).get('/linekeeper-record/used'), '0', 'room again');
});

t.test('Asterisk started anew in between: what it carried cannot be known', async (t) => {
  await pbx.restart();
  t.match(await gapWith({ reason: { contains: 'started anew' } }), { lost: null });
});

t.test('a PBX without a journal is believed its events, and its gaps say that nothing is known', async (t) => {
  writeFileSync(join(pbx.configDir, 'linekeeper-cdr-custom.conf'), 'other.csv => ${CDR(src)}\n');
  await pbx.rx('module reload cdr_custom.so');
  const raw = await pbx.raw();
  await raw.dbDel('linekeeper-record', 'used');
  raw.close();
  await test.stop();
  await test.start();
  await gapWith({ reason: { contains: 'no journal' } });
  t.equal(await phones.register(bob, bob.port), 200);
  await talk(1, 300);
  const heard = await until(() => test.core.db.read.callRecord.findFirst({ where: { source: 'event' } }), 'the record');
  t.match(heard, { companyId: acme, fromNumber: '1001', toNumber: '1002', disposition: 'answered' });
  const since = new Date();
  await talk(1, 1000, cut);
  proxy.thaw();
  const gap = await gapWith({ reason: { contains: 'no journal' }, fromAt: { gte: since } });
  t.match(gap, { recovered: 0, lost: null });
});

/** The gap that ended like this, when it has. */
function gapWith(what: object) {
  const { callRecordGap } = test.core.db.read;
  const where = { ...what, NOT: { untilAt: null } };
  return until(() => callRecordGap.findFirst({ where }), `a gap with ${JSON.stringify(what)}`, 60_000);
}
