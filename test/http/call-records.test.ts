import { parse } from 'csv-parse/sync';
import t from 'tap';
import { beginGap, endGap } from '../../src/store/call-record-gaps.ts';
import { expireCallRecords, insertCallRecords } from '../../src/store/call-records.ts';
import { createTestApp, type Json } from '../support/app.ts';
import { callRecord } from '../support/call-record.ts';
import { createPerson } from '../support/people.ts';

const at = (iso: string) => Date.parse(iso);
const starts = (page: Json): string[] => page.items.map((one: Json) => one.startedAt);

t.test('call records', async (t) => {
  const api = await createTestApp(t);
  const { pbxId } = api;
  const acme = await api.company('acme');
  const beta = await api.company('beta');
  const ann = await createPerson(api, acme.id, 'ann');
  const first = await api.extension(acme.id, '1001', { userId: ann.id });
  const second = await api.extension(acme.id, '1002');
  const rows = [
    callRecord({
      pbxId,
      companyId: acme.id,
      startedAt: at('2026-03-01T10:00:00Z'),
      fromExtensionId: first.id,
      toExtensionId: second.id,
    }),
    callRecord({
      pbxId,
      companyId: acme.id,
      startedAt: at('2026-03-01T12:00:00Z'),
      direction: 'inbound',
      fromNumber: '+49301234',
      fromName: '=HYPERLINK("x")',
      toNumber: '+4989555',
      number: '+49301234',
      toExtensionNumber: '1002',
      talkSeconds: 300,
    }),
    callRecord({
      pbxId,
      companyId: acme.id,
      startedAt: at('2026-03-01T11:00:00Z'),
      direction: 'outbound',
      toNumber: '0301234',
      number: '+49301234',
      fromExtensionId: second.id,
      disposition: 'busy',
      answeredAt: null,
      talkSeconds: 0,
    }),
    callRecord({ pbxId, companyId: beta.id, startedAt: at('2026-03-01T09:00:00Z'), callId: 'call-of-beta' }),
    callRecord({ pbxId, startedAt: at('2026-03-01T08:00:00Z') }),
  ];
  await api.db.write(async (tx) => insertCallRecords(tx, rows));
  const list = async (query: string, token?: string): Promise<Json> =>
    (await api.call('GET', `/call-records?${query}`, { token })).body;

  await t.test('a record comes once, however often it is told', async (t) => {
    const again = rows.map((row) => ({ ...row, id: `${row.id}-again`, disposition: 'failed' }));
    t.same(await api.db.write(async (tx) => insertCallRecords(tx, again)), []);
    t.equal((await list('')).total, rows.length);
  });

  await t.test('an extension that was not rung is found by its number in the company', async (t) => {
    t.equal((await list('direction=inbound')).items[0].to.extensionId, second.id);
  });

  await t.test('are listed newest first, in pages that neither repeat nor skip', async (t) => {
    const all = starts(await list(''));
    t.same(all, [...all].sort().reverse());
    const page = await list('limit=2');
    const rest = await list(`limit=3&cursor=${page.nextCursor}`);
    t.same([...starts(page), ...starts(rest)], all);
    t.equal(rest.nextCursor, null);
  });

  await t.test('are found by every filter', async (t) => {
    for (const [query, count] of [
      [`companyId=${acme.id}`, 3],
      [`extensionId=${second.id}`, 3],
      [`userId=${ann.id}`, 1],
      ['direction=outbound', 1],
      ['disposition=busy', 1],
      ['number=%2B4930', 2],
      ['number=0301234', 1],
      ['number=1001', 4],
      ['number=%25', 0],
      ['minSeconds=300', 1],
      ['callId=call-of-beta', 1],
      ['since=2026-03-01T11:00:00Z', 2],
      ['until=2026-03-01T09:30:00Z', 2],
      ['q=hyperlink', 1],
      ['q=4930', 2],
      [`q=4930&companyId=${beta.id}`, 0],
    ] as const) {
      const page = await list(query);
      t.equal(page.total, count, query);
      t.equal(page.items.length, count, query);
    }
    const searched = await list('q=100&limit=2');
    t.same(starts(searched), starts(await list('number=1001&limit=2')), 'a search has the same order');
    const next = await list(`q=100&limit=2&cursor=${searched.nextCursor}`);
    t.same(starts(next), starts(await list('number=1001')).slice(2));
  });

  await t.test('a company sees its own alone, and needs the permission', async (t) => {
    const own = await api.token(['calls:read'], { companyId: beta.id });
    t.equal((await list('', own)).total, 1);
    t.equal((await list(`companyId=${acme.id}`, own)).total, 0);
    const path = `/call-records/${rows[0]!.id}`;
    t.equal((await api.call('GET', path, { token: own })).status, 404);
    t.match((await api.call('GET', path)).body, { companyId: acme.id, talkSeconds: 10 });
    t.equal((await api.call('GET', `/call-records/${rows[4]!.id}`, { token: own })).status, 404, "nobody's");
    const other = await api.token(['users:read']);
    t.equal((await api.call('GET', '/call-records', { token: other })).status, 403);
  });

  await t.test('a user sees the calls of his own extensions, and no others', async (t) => {
    const mine = await ann.call('GET', '/me/calls');
    t.equal(mine.status, 200);
    t.same(
      mine.body.items.map((one: Json) => one.id),
      [rows[0]!.id],
    );
    t.equal((await ann.call('GET', `/me/calls?q=4930`)).body.total, 0);
    t.equal((await ann.call('GET', `/me/calls?userId=x`)).status, 400);
    t.equal((await ann.call('GET', '/call-records')).status, 403);
  });

  await t.test('the export is the same as CSV, oldest first, and nothing in it is a formula', async (t) => {
    const answer = await api.call('GET', `/call-records/export?companyId=${acme.id}`);
    t.match(answer.headers['content-type'], /text\/csv/);
    const lines = parse(answer.text, { columns: true, bom: true }) as Json[];
    t.equal(lines.length, 3);
    t.match(
      lines.find((line) => line.direction === 'inbound'),
      {
        fromName: `'=HYPERLINK("x")`,
        fromNumber: "'+49301234",
        toExtension: '1002',
        startedAt: '2026-03-01T12:00:00.000Z',
      },
    );
    const own = await api.token(['calls:read'], { companyId: beta.id });
    const foreign = await api.call('GET', `/call-records/export?companyId=${acme.id}`, { token: own });
    t.equal((parse(foreign.text, { columns: true, bom: true }) as Json[]).length, 0);
  });

  await t.test('gaps tell what is known of them', async (t) => {
    const gap = await api.db.write((tx) => beginGap(tx, pbxId, at('2026-03-01T00:00:00Z'), 'events: cut'));
    t.equal((await api.db.write((tx) => beginGap(tx, pbxId, 5, 'again'))).id, gap.id, 'one at a time');
    const gaps = async (token?: string) => (await api.call('GET', '/call-record-gaps', { token })).body;
    t.match(await gaps(), { items: [{ until: null, lost: null, reason: 'events: cut' }] });
    const end = { untilAt: at('2026-03-01T00:01:00Z'), recovered: 3, lost: 0, note: 'x' };
    await api.db.write((tx) => endGap(tx, gap.id, end));
    const ended = { from: '2026-03-01T00:00:00.000Z', until: '2026-03-01T00:01:00.000Z', recovered: 3, lost: 0 };
    t.match(await gaps(await api.token(['calls:read'], { companyId: beta.id })), {
      items: [{ ...ended, reason: 'events: cut; x' }],
    });
  });

  await t.test('what was kept long enough goes, with the gaps of that time', async (t) => {
    const more = await api.db.write((tx) => expireCallRecords(tx, at('2026-03-01T10:30:00Z')));
    t.equal(more, false);
    t.same(starts(await list('')).sort(), ['2026-03-01T11:00:00.000Z', '2026-03-01T12:00:00.000Z']);
    t.equal((await api.call('GET', '/call-record-gaps')).body.total, 0);
  });
});
