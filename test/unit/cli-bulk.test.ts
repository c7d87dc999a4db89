import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import t from 'tap';
import { z } from 'zod';
import type { Api } from '../../src/cli/api/client.ts';
import type { Job, JsonSchema, MassAction, Preview } from '../../src/cli/api/job-views.ts';
import { unreachable } from '../../src/cli/api/unreachable.ts';
import { paramsOf } from '../../src/cli/bulk-params.ts';
import { withIds } from '../../src/cli/bulk-references.ts';
import { selectionOf } from '../../src/cli/bulk-selection.ts';
import { actionsText, previewText } from '../../src/cli/bulk-text.ts';
import { type FollowTerminal, followJob } from '../../src/cli/follow-job.ts';
import { jobExit, jobText, stateWords } from '../../src/cli/job-text.ts';
import { progressLine } from '../../src/cli/progress-bar.ts';
import { mustBeNew, saveFile } from '../../src/cli/save-file.ts';
import { widthOf } from '../../src/cli/text-width.ts';
import { disableOptionsSchema } from '../../src/domain/lifecycle.ts';

const schemaOf = (params: z.ZodType) => z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }) as JsonSchema;

function actionOf(params: z.ZodType, more: Partial<MassAction> = {}): MassAction {
  const about = { name: 'do-it', on: 'users', title: 'Do it to users', needs: 'users:write', canUndo: true } as const;
  return { ...about, params: schemaOf(params), ...more };
}

const everything = actionOf(
  z.strictObject({
    text: z.string(),
    note: z.string().nullable().optional(),
    mailbox: z.boolean().default(false).meta({ description: 'Whether there is one.' }),
    seconds: z.int().optional(),
    share: z.number().optional(),
    codecs: z.array(z.enum(['opus', 'alaw'])).nullable(),
    rule: z.union([
      z.strictObject({ add: z.int() }),
      z.strictObject({ prefix: z.strictObject({ from: z.string(), to: z.string() }) }),
      z.strictObject({ table: z.record(z.string(), z.string()) }).meta({ description: 'New by old.' }),
    ]),
  }),
);

t.test('parameters get the types that the schema of the action says', async (t) => {
  const cases: [string[], object][] = [
    [['text=1001'], { text: '1001' }],
    [['text=-'], { text: '-' }],
    [['text=a=b'], { text: 'a=b' }],
    [['note=-'], { note: null }],
    [['note=x'], { note: 'x' }],
    [['mailbox=yes'], { mailbox: true }],
    [['mailbox=FALSE'], { mailbox: false }],
    [['seconds=30'], { seconds: 30 }],
    [['share=0.25'], { share: 0.25 }],
    [['codecs=opus, alaw'], { codecs: ['opus', 'alaw'] }],
    [['codecs=-'], { codecs: null }],
    [['rule.add=-100'], { rule: { add: -100 } }],
    [['rule.prefix.from=10', 'rule.prefix.to=20'], { rule: { prefix: { from: '10', to: '20' } } }],
    [['rule.table.1000=2000'], { rule: { table: { 1000: '2000' } } }],
    [['text=', 'seconds=1'], { text: '', seconds: 1 }],
  ];
  for (const [sets, params] of cases) t.same(paramsOf(everything, sets), params, sets.join(' '));
  t.same(paramsOf(everything, ['rule.add=1'], '{"text":"x","rule":{"add":5}}'), { text: 'x', rule: { add: 1 } });
  const hostile = paramsOf(everything, ['rule.table.__proto__=1', 'rule.table.x=2']) as { rule: { table: object } };
  t.same(Object.keys(hostile.rule.table), ['__proto__', 'x']);
});

function refusal(action: MassAction): unknown {
  try {
    return paramsOf(action, ['x=1']);
  } catch (error) {
    return error;
  }
}

t.test('a parameter that cannot be is refused with what can', async (t) => {
  const cases: [string[], RegExp][] = [
    [['text'], /--set text: write it as name=value/],
    [['colour=red'], /do-it has no parameter colour/],
    [['mailbox=maybe'], /--set mailbox=maybe: must be yes \| no/],
    [['seconds=1.5'], /must be whole number/],
    [['seconds='], /must be whole number/],
    [['codecs=opus,gsm'], /--set codecs=gsm: must be opus \| alaw/],
    [['rule.prefix.over=1'], /no parameter rule\.prefix\.over/],
  ];
  for (const [sets, message] of cases) t.throws(() => paramsOf(everything, sets), { code: 'USAGE', message });
  t.match(refusal(everything), { advice: /text, note, mailbox, .*rule\.table\.<name>/ });
  t.match(refusal(actionOf(z.strictObject({}))), { advice: 'do-it has no parameters.' });
  for (const json of ['[1]', 'null', '{']) t.throws(() => paramsOf(everything, [], json), { message: /JSON object/ });
});

t.test('actions are listed with what they take', async (t) => {
  const disable = actionOf(disableOptionsSchema, { name: 'disable-users', canUndo: false });
  const text = actionsText([disable, everything, actionOf(z.strictObject({}), { name: 'plain' })]);
  for (const line of [
    /^disable-users\n {2}Do it to users\n {2}on users; needs users:write; cannot be undone\n/,
    / {2}--set extension\.answer= +voicemail \| forward \| nothing; default voicemail\n/,
    / {2}--set extension\.forwardTo= +text\n/,
    / {2}--set text= +text; required\n/,
    / {2}--set note= +text \| - \(none\)\n/,
    / {2}--set mailbox= +yes \| no; default no; Whether there is one\.\n/,
    / {2}--set codecs= +opus \| alaw, joined by commas \| - \(none\); required\n/,
    / {2}--set rule\.table\.<name>= +text; New by old\.\n/,
    /can be undone$/,
  ]) {
    t.match(text, line);
  }
});

const preview: Preview = {
  count: 12_000,
  tried: 200,
  updated: 198,
  unchanged: 1,
  failed: 1,
  sample: [
    {
      id: '1',
      name: 'anna',
      result: 'updated',
      changes: { state: ['active', 'disabled'], title: [null, 'Dr'] },
      errors: [],
    },
    { id: '2', name: '\u001b[2Jevil', result: 'updated', changes: { groups: [[], ['Sales', 'Here']] }, errors: [] },
    { id: '3', name: 'carl', result: 'failed', changes: null, errors: [{ column: 'title', code: 'X', message: 'no' }] },
  ],
  plan: { counts: { 'update extension': 1200 }, sample: [] },
  token: 't',
};

t.test('a preview is told in words', async (t) => {
  t.equal(
    previewText({ ...everything, canUndo: false }, preview, 100),
    [
      'Do it to users',
      '12,000 users; of the first 200 198 would change, 1 is so already, 1 would fail',
      '  anna  state: active -> disabled, title: (none) -> Dr',
      '  \\u001b[2Jevil  groups: (none) -> Sales Here',
      '  ... and 196 more',
      'on the PBX:',
      '  1,200 x update extension',
      'would fail:',
      'NAME  FIELD  CODE  WHY',
      'carl  title  X     no',
      'this cannot be undone',
    ].join('\n'),
  );
  const all = {
    ...preview,
    count: 1,
    tried: 1,
    updated: 1,
    unchanged: 0,
    failed: 0,
    sample: preview.sample.slice(0, 1),
  };
  t.equal(
    previewText(everything, { ...all, plan: { counts: {}, sample: [] } }, 30),
    'Do it to users\n1 user: 1 would change\n  anna  state: active -> disa…',
  );
});

const job: Job = {
  ...{ id: 'j1', type: 'action', kind: 'disable-users', companyId: 'c', actor: 'token:x', state: 'running' },
  ...{ isQueued: false, pause: null, limits: {}, total: 40_000, processed: 12_000, created: 0, updated: 11_990 },
  ...{ unchanged: 0, skipped: 0, failed: 10, undone: 0, undoRefused: 0, canUndo: true, rowsPerSecond: 2600 },
  ...{ secondsLeft: 10, waitingFor: null, error: null, credentials: 'none' },
  ...{ createdAt: '2026-01-01T00:00:00Z', finishedAt: null },
};

t.test('the bar fits whatever the width, and gives way first', async (t) => {
  t.equal(progressLine(job), '[#########.....................] 12,000 of 40,000  30 %  2,600/s  10 s left');
  t.equal(progressLine(job, 60), '[#####..........] 12,000 of 40,000  30 %  2,600/s  10 s left');
  t.equal(progressLine(job, 45), '12,000 of 40,000  30 %  2,600/s  10 s left');
  t.equal(progressLine(job, 20), '12,000 of 40,000  3…');
  const waitingFor = { code: 'DATABASE_FULL', message: '磁盘已满 🈵 '.repeat(10) };
  for (let width = 1; width < 140; width++) {
    for (const one of [job, { ...job, isQueued: true }, { ...job, waitingFor }]) {
      t.ok(widthOf(progressLine(one, width)) <= width, `${width}`);
    }
  }
});

t.test('the bar of what is queued, canceled and undone', async (t) => {
  const idle = { ...job, rowsPerSecond: null, secondsLeft: null };
  t.match(progressLine({ ...idle, total: 0, processed: 0 }), /#\] 0 of 0 {2}100 %$/);
  t.match(progressLine({ ...idle, processed: 0, isQueued: true }), /0 of 40,000 {2}0 % {2}waits behind another job/);
  t.match(progressLine({ ...idle, state: 'canceling' }), /30 % {2}canceling$/);
  t.match(
    progressLine({ ...idle, state: 'undoing', undone: 5990, undoRefused: 5 }),
    / 5,995 of 11,990 {2}50 % {2}undoing$/,
  );
});

t.test('a job says what became of it and what can be done', async (t) => {
  const done = { ...job, state: 'done', processed: 40_000, updated: 39_990 };
  t.equal(
    jobText(done),
    [
      'disable-users j1 done, 40,000 of 40,000 rows: 39,990 updated, 10 failed',
      'what failed, and why: linekeeper jobs rows j1 --result failed',
      'take it back: linekeeper jobs undo j1',
    ].join('\n'),
  );
  t.match(jobText({ ...done, canUndo: false }), /it cannot be taken back$/);
  t.match(jobText({ ...done, credentials: 'available' }), /jobs credentials j1 --output/);
  t.notMatch(jobText({ ...done, updated: 0 }), /take it back/);
  t.match(jobText(job), /j1 running, .*\n\[###.*left$/);
  t.match(jobText({ ...job, state: 'ready' }), /\nnobody has started it$/);
  t.match(jobText({ ...done, type: 'import', kind: 'users' }), /^import j1 done/);
  t.match(
    jobText({ ...done, state: 'undone', undone: 3, undoRefused: 2 }),
    /2 not undone.*\n.*\n.*--result undo_refused$/s,
  );
});

t.test('a paused job says why, and what then', async (t) => {
  const paused = (because: NonNullable<Job['pause']>['because'], reason = '') => ({
    ...job,
    state: 'paused',
    pause: { because, reason },
  });
  t.match(
    jobText(paused('errors', '20 of 20 rows failed')),
    /\npaused, because too many rows failed: 20 of 20 rows failed\n/,
  );
  t.match(jobText(paused('canary')), /do the other 28,000: linekeeper jobs resume j1 --wait\nleave it.*jobs cancel j1/);
  t.match(jobText(paused('rights')), /may no longer/);
  t.equal(stateWords(paused('operator')), 'paused (operator)');
  t.equal(stateWords({ ...job, isQueued: true }), 'queued');
  t.equal(stateWords(job), 'running');
});

t.test('exit codes say whether all of it was done', async (t) => {
  const exit = (state: string, failed = 0, undoRefused = 0) => jobExit({ state, failed, undoRefused });
  t.same([exit('done'), exit('undone', 5), exit('done', 1), exit('paused'), exit('canceled')], [0, 0, 2, 2, 2]);
  t.same([exit('undone', 0, 1), exit('failed')], [2, 1]);
});

function fake(isLive: boolean) {
  const notes: string[] = [];
  const drawn: string[] = [];
  const terminal: FollowTerminal = {
    ...{ isJson: false, isLive, columns: () => 60 },
    note: (text) => void notes.push(text),
    redraw: (text) => void drawn.push(text),
  };
  return { terminal, notes, drawn };
}

function answers(...given: (Job | Error)[]) {
  const paths: string[] = [];
  const call = async (_method: string, path: string) => {
    paths.push(path);
    const next = given.length > 1 ? given.shift() : given[0];
    if (next instanceof Error) throw next;
    return next;
  };
  return { api: { call } as unknown as Pick<Api, 'call'>, paths };
}

t.test('a job is followed with one line that is cleared in the end', async (t) => {
  const { terminal, drawn, notes } = fake(true);
  const { api, paths } = answers(job, { ...job, state: 'done' });
  t.match(await followJob<Job>(api, terminal, 'j/1', 'jobs'), { state: 'done' });
  t.match(drawn, [/^\[#+\.+\] 12,000 of 40,000/, /^$/]);
  t.ok(drawn.every((line) => widthOf(line) < 60 && !/[\r\n\u001b]/.test(line)));
  t.same([notes, paths], [[], ['/jobs/j%2F1', '/jobs/j%2F1']]);
});

t.test('a daemon that is being restarted is waited for; one that was never there is not', async (t) => {
  const gone = unreachable('here', 'ECONNREFUSED', 'start it');
  const { terminal, notes, drawn } = fake(false);
  const broken = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
  const back = answers(job, broken, gone, { ...job, state: 'paused' });
  t.match(await followJob<Job>(back.api, terminal, 'j1', 'jobs'), { state: 'paused' });
  t.same([notes, drawn], [['the daemon does not answer; waiting for it'], []]);
  await t.rejects(followJob<Job>(answers(gone).api, terminal, 'j1', 'jobs'), { code: 'DAEMON_UNREACHABLE' });
  await t.rejects(followJob<Job>(answers(job, new Error('a bug')).api, terminal, 'j1', 'jobs'), /a bug/);
});

t.test('a job that nobody started is not waited for', async (t) => {
  const { terminal } = fake(false);
  t.match(await followJob<Job>(answers({ ...job, state: 'ready' }).api, terminal, 'j1', 'jobs'), { state: 'ready' });
});

/** Users u0, u1 ... as the list answers them. */
const people = Array.from({ length: 40 }, (_, i) => ({ id: `id${i}`, username: `U${i}`, number: `10${i}` }));
const lists = {
  calls: 0,
  async all<T>(_path: string, query: Record<string, unknown> = {}): Promise<T[]> {
    lists.calls++;
    const wanted = String(query.username ?? query.number ?? '').toLowerCase();
    const fits = ({ username, number }: (typeof people)[number]) => [username.toLowerCase(), number].includes(wanted);
    return (wanted === '' ? people : people.filter(fits)) as T[];
  },
};
const select = (options: object, on: MassAction['on'] = 'users') =>
  selectionOf(lists, { name: 'do-it', on }, 'c', options);

t.test('what it is done to is said in one way', async (t) => {
  t.same(await select({ all: true }), { all: true });
  t.same(await select({ filter: ['state=active', 'x=a=b'], q: 'ann' }), {
    filter: { state: 'active', x: 'a=b', q: 'ann' },
  });
  t.same(await select({ q: 'ann' }), { filter: { q: 'ann' } });
  t.same(await select({ ids: 'a,b, a,' }), { ids: ['a', 'b'] });
  t.same(await select({ usernames: 'u3,U1' }), { ids: ['id3', 'id1'] });
  t.same(await select({ numbers: '107' }, 'extensions'), { ids: ['id7'] });
  await t.rejects(select({}), { code: 'USAGE', message: 'say what to do it to' });
  await t.rejects(select({ all: true, ids: 'a' }), { code: 'USAGE', message: 'say in one way what to do it to' });
  await t.rejects(select({ numbers: '107' }), { message: 'do-it is about users: name them with --usernames' });
  await t.rejects(select({ filter: ['state'] }), { message: '--filter state: write name=value' });
  await t.rejects(select({ ids: ',' }), { code: 'SELECTION_EMPTY' });
  await t.rejects(select({ usernames: 'u3,nobody' }), { code: 'NOT_FOUND', message: 'not in the company: nobody' });
});

t.test('names come from a file, one a line, or a column of an export', async (t) => {
  const folder = t.testdir({
    'a.txt': '# who leaves\nu1\n\n  u2 \r\nu1\n',
    'b.csv': '\ufeffusername\r\nu1\r\nu2\r\n',
    'many.txt': people.map(({ username }) => username).join('\n'),
    'most.txt': Array.from({ length: 10_001 }, (_, i) => `x${i}`).join('\n'),
  });
  const from = (name: string) => select({ usernamesFrom: join(folder, name) });
  t.same(await from('a.txt'), { ids: ['id1', 'id2'] });
  t.same(await from('b.csv'), { ids: ['id1', 'id2'] });
  t.same(await select({ usernames: 'u9', usernamesFrom: join(folder, 'a.txt') }), { ids: ['id9', 'id1', 'id2'] });
  lists.calls = 0;
  t.same(await from('many.txt'), { ids: people.map(({ id }) => id) });
  t.equal(lists.calls, 1, 'many names are one look at the list');
  await t.rejects(from('most.txt'), { code: 'USAGE', message: '10,001 are named, 10,000 is the most' });
  await t.rejects(from('none.txt'), { code: 'ENOENT' });
});

t.test('what people know by name becomes an id, where the action takes one', async (t) => {
  const asked: string[] = [];
  const api = {
    async all(path: string, query: Record<string, unknown> = {}) {
      asked.push(`${path} ${query.kind ?? ''}`.trim());
      return path === '/companies' ? [{ id: 'c', slug: 'acme' }] : [{ id: 'found', name: 'Sales' }];
    },
  } as unknown as Api;
  const company = { id: 'c', slug: 'acme' } as Parameters<typeof withIds>[1];
  const ids = (schema: z.ZodType, ...sets: string[]) => withIds(api, company, schemaOf(schema), sets);
  const group = z.strictObject({ groupId: z.string() });
  t.same(await ids(group, 'team=Sales', 'label=desk:Window'), ['groupId=found', 'groupId=found']);
  t.ok(asked.includes('/teams') && asked.includes('/labels desk'));
  t.same(await ids(z.strictObject({ siteId: z.string().nullable() }), 'site=Sales', 'site=-'), [
    'siteId=found',
    'siteId=-',
  ]);
  t.same(await ids(z.strictObject({ roleId: z.string() }), 'role=Sales'), ['roleId=found']);
  await t.rejects(ids(z.strictObject({ roleId: z.string() }), 'role=None'), { code: 'NOT_FOUND' });
  t.same(await ids(z.strictObject({ site: z.string() }), 'site=x'), ['site=x'], 'a parameter of that name comes first');
  t.same(await ids(group, 'site=x', 'constructor=x', 'odd'), ['site=x', 'constructor=x', 'odd']);
});

t.test('a file is saved whole or not at all, and not over another', async (t) => {
  const folder = t.testdir({});
  const path = join(folder, 'users.csv');
  async function* breaks() {
    yield 'username\r\n';
    throw new Error('the line is cut');
  }
  await t.rejects(
    saveFile(path, async () => Readable.from(breaks())),
    /the line is cut/,
  );
  t.same((await import('node:fs')).readdirSync(folder), []);
  await saveFile(path, async () => Readable.from(['username\r\n']));
  t.equal(readFileSync(path, 'utf8'), 'username\r\n');
  await t.rejects(mustBeNew(path), { code: 'FILE_EXISTS', advice: /--force/ });
  writeFileSync(path, '');
  await t.resolves(mustBeNew(join(folder, 'new.csv')));
});
