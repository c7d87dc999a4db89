import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import type { Import, Plan } from '../../src/cli/api/views.ts';
import { extensionBody } from '../../src/cli/extension-options.ts';
import { openSource } from '../../src/cli/import-source.ts';
import { dryRunText, notesText, outcomeText, reportText } from '../../src/cli/import-text.ts';
import { planText } from '../../src/cli/plan-text.ts';
import { progressLine } from '../../src/cli/progress-bar.ts';
import { sparkline } from '../../src/cli/sparkline.ts';
import { fields, table } from '../../src/cli/table.ts';
import { ago, count, duration } from '../../src/cli/words.ts';

const plain = { style: (_: string, text: string) => text };

t.test('a table has columns of equal width and no space at the end', async (t) => {
  t.equal(
    table(
      ['number', 'name'],
      [
        ['1', 'Ann'],
        ['1002', ''],
      ],
    ),
    'NUMBER  NAME\n1       Ann\n1002',
  );
  t.equal(table(['number'], []), 'none');
});

t.test('fields without a value are left out', async (t) => {
  t.equal(
    fields([
      ['a', 'x'],
      ['long', 0],
      ['none', null],
      ['empty', ''],
    ]),
    'a     x\nlong  0',
  );
});

t.test('words for counts and times', async (t) => {
  t.equal(count(1, 'row'), '1 row');
  t.equal(count(2, 'company', 'companies'), '2 companies');
  t.same([850, 3000, 240_000, 7_200_000, 432_000_000].map(duration), ['850 ms', '3 s', '4 min', '2 h', '5 days']);
  t.equal(ago(null), 'never');
  t.equal(ago('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:00:03Z')), '3 s ago');
});

const empty: Plan = { id: 'p1', needsApproval: false, changes: [], refusals: [], drift: [] };

t.test('an empty plan says that nothing is to do', async (t) => {
  t.equal(planText('main', empty, plain), 'main: nothing to do');
});

t.test('a plan shows only the fields that differ', async (t) => {
  const changes: Plan['changes'] = [
    { op: 'delete', ref: 'number/4930', cause: 'wanted', before: '{"company":"acme"}', after: null },
    { op: 'create', ref: 'aor/1001', cause: 'wanted', before: null, after: '{"max_contacts":"1"}' },
    {
      op: 'update',
      ref: 'extension/acme/1001',
      cause: 'drift',
      before: '{"ring":"10","dnd":"yes","class":"internal"}',
      after: '{"ring":"20","class":"internal"}',
    },
    { op: 'update', ref: 'mailbox/1001@lk-acme-01', cause: 'wanted', before: '****,Ann', after: '****,Anna' },
  ];
  t.equal(
    planText('main', { ...empty, changes }, plain),
    [
      'main: plan p1: 1 to create, 2 to update, 1 to delete',
      '  - number/4930',
      '      company: acme ->',
      '  + aor/1001',
      '      max_contacts: 1',
      '  ~ extension/acme/1001  (was changed on the PBX)',
      '      ring: 10 -> 20',
      '      dnd: yes ->',
      '  ~ mailbox/1001@lk-acme-01',
      '      line: ****,Ann -> ****,Anna',
    ].join('\n'),
  );
});

t.test('refusals, reported drift and a needed approval are told', async (t) => {
  const text = planText(
    'main',
    {
      ...empty,
      needsApproval: true,
      refusals: [{ ref: 'endpoint/1001', code: 'ENDPOINT_TAKEN_ON_PBX', reason: 'is in pjsip.conf' }],
      drift: [{ ref: 'aor/1002', kind: 'missing', action: 'reported' }],
    },
    plain,
  );
  t.match(text, /1 refusal\n/);
  t.match(text, /! endpoint\/1001 {2}ENDPOINT_TAKEN_ON_PBX: is in pjsip\.conf/);
  t.match(text, /\? aor\/1002 {2}missing/);
  t.match(text, /linekeeper sync approve p1 --pbx main/);
});

t.test('a value that is no JSON is shown as it is', async (t) => {
  const changes: Plan['changes'] = [
    { op: 'update', ref: 'aor/1', cause: 'drift', before: 'broken{', after: '{"max_contacts":"1"}' },
  ];
  t.match(planText('main', { ...empty, changes }, plain), /line: broken\{ ->/);
});

const job: Import = {
  id: 'j1',
  companyId: 'c',
  name: 'p.csv',
  state: 'running',
  isQueued: false,
  strategy: 'fail',
  source: 'linekeeper',
  notes: 0,
  total: 40_000,
  processed: 12_000,
  created: 11_990,
  updated: 0,
  unchanged: 0,
  skipped: 0,
  failed: 10,
  undone: 0,
  undoRefused: 0,
  rowsPerSecond: 2600,
  secondsLeft: 10,
  waitingFor: null,
  error: null,
  credentials: 'available',
  createdAt: '2026-01-01T00:00:00Z',
  finishedAt: null,
};

t.test('progress is a bar, a count, a rate and the time left', async (t) => {
  t.equal(progressLine(job), '[#########.....................] 12,000 of 40,000  30 %  2,600/s  10 s left');
  t.match(progressLine({ ...job, total: 0, processed: 0, rowsPerSecond: null, secondsLeft: null }), /0 of 0 {2}100 %$/);
});

t.test('an outcome names only what happened', async (t) => {
  t.equal(
    outcomeText({ ...job, state: 'done', processed: 40_000, created: 39_990 }),
    'import j1 done, 40,000 of 40,000 rows: 39,990 created, 10 failed',
  );
  t.match(outcomeText({ ...job, state: 'failed', error: 'the file is gone' }), /\nthe file is gone$/);
});

t.test('what could not be carried over is pointed at, and told line by line', async (t) => {
  t.equal(notesText(job), '');
  t.match(notesText({ ...job, source: '3cx-users', notes: 2 }), /2 notes on what 3cx-users has .* imports report j1$/);
  const rows = [{ line: 3, column: 'PIN', message: 'the PIN does not have 4 to 6 digits' }];
  const told = reportText({ title: '3CX: users', notes: 2, rows, unread: [{ name: 'MAC_0', rows: 1 }] });
  t.match(told, /^3CX: users\n.*\n3 +PIN +the PIN .*\nand 1 more\nnot read:\n {2}MAC_0 \(1 row\)$/);
});

t.test('the files of an Asterisk configuration are one text, other files are not', async (t) => {
  const folder = t.testdir({ 'pjsip.conf': '[1001]', 'voicemail.conf': '[default]', 'a.csv': 'extension' });
  const { body, name } = await openSource([join(folder, 'pjsip.conf'), join(folder, 'voicemail.conf')]);
  t.equal(await text(body), '[1001]\n[default]\n');
  t.equal(name, 'pjsip.conf voicemail.conf');
  await t.rejects(openSource([join(folder, 'pjsip.conf'), join(folder, 'a.csv')]), { code: 'USAGE' });
});

t.test('a dry run shows what the PBX would be told, and every error', async (t) => {
  const text = dryRunText({
    import: job,
    errors: [{ line: 4, name: '77', column: 'extension', code: 'EXTENSION_OUT_OF_RANGE', message: 'is outside' }],
    summary: {
      rows: 2,
      created: 1,
      updated: 0,
      unchanged: 0,
      skipped: 0,
      failed: 1,
      plan: { counts: { 'create aor': 1 } },
    },
  });
  t.match(text, /^dry run, 2 rows: 1 to create.* 1 wrong\non the PBX:\n {2}1 x create aor\nLINE/);
});

t.test('only what was given is sent; "-" clears', async (t) => {
  t.same(await extensionBody({}), {});
  t.same(await extensionBody({ name: 'Ann', dnd: false, forwardBusy: '-' }), {
    displayName: 'Ann',
    doNotDisturb: false,
    forwardBusy: null,
  });
  t.same(await extensionBody({ mailbox: true }), { mailbox: {} });
  t.same(await extensionBody({ mailbox: false }), { mailbox: null });
  t.same(await extensionBody({ email: 'a@example.org' }), { mailbox: { email: 'a@example.org' } });
});

t.test('a sparkline shows the most of neighbours, and a blank where nothing is known', async (t) => {
  t.equal(sparkline([0, 4, null, 8]), '▁▅ █');
  t.equal(sparkline([1, 8, null, null, 2, 4], 3), '█ ▅');
  t.equal(sparkline([0, 0]), '▁▁');
  t.equal(sparkline([]), '');
});
