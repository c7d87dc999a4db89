import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { ImportSetup } from '../support/imports.ts';
import { bodyOf, COMPANY, reaches, rowsCsv, setUpImports, textOf } from '../support/imports.ts';

const choices = { companyId: COMPANY, actor: 'token:test', allowWeakPins: false, name: 'staff.csv' };

function upload({ imports }: ImportSetup, csv: string, strategy: 'update' | 'skip' | 'fail' = 'update') {
  return imports.upload({ ...choices, strategy, body: bodyOf(csv) });
}

t.test('an import writes its rows, keeps a result for each and lets the file go', async (t) => {
  const setup = await setUpImports(t);
  const { imports, db, folder } = setup;
  const job = await upload(setup, `${rowsCsv(1000, 25)}12x,Bad number,\n1000,Again,\n`);
  t.match(job, { state: 'ready', total: 27, processed: 0, credentials: 'none', name: 'staff.csv' });
  const file = join(folder, 'imports', `${job.id}.csv`);
  t.equal(statSync(file).mode & 0o777, 0o600, 'only the daemon may read it');

  await imports.act(job.id, 'start', 'token:test');
  const done = await reaches(imports, job.id, 'done');
  t.match(done, { processed: 27, created: 25, failed: 2, unchanged: 0, error: null, credentials: 'available' });
  t.equal(await db.read.extension.count(), 25);
  t.equal(await db.read.jobRow.count(), 27);
  t.equal(await db.read.outbox.count(), 25, 'the PBX will hear of each extension');
  const failed = await imports.rows(job.id, { after: 0, limit: 100, results: ['failed'] });
  t.equal(failed.total, 2);
  t.match(failed.items, [
    { line: 27, errors: [{ column: 'extension', code: 'EXTENSION_NUMBER_INVALID' }] },
    { line: 28, name: '1000', errors: [{ code: 'DUPLICATE_IN_FILE', message: '1000 stands in line 2 already' }] },
  ]);
  const page = await imports.rows(job.id, { after: 10, limit: 2, results: undefined });
  t.match(page, { total: 27, items: [{ line: 11 }, { line: 12 }] });
  while (existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5));
  t.strictSame(readdirSync(join(folder, 'imports')), [`${job.id}.failed.csv`]);
});

t.test('failed.csv has the cells as they were and can be imported after correction', async (t) => {
  const setup = await setUpImports(t);
  const { imports, db } = setup;
  const text = 'extension;display_name;forward_busy\r\n1001;"Berg; Anna";=1+1\r\n1002;Good;\r\n007x;Müller;\r\n';
  const job = await upload(setup, text);
  await imports.act(job.id, 'start', 'token:test');
  await reaches(imports, job.id, 'done');
  const failed = await textOf(await imports.failedCsv(job.id));
  const lines = failed.split('\r\n');
  t.equal(lines[0], '\ufeffextension;display_name;forward_busy;error_line;error_codes;error_text');
  t.match(lines[1], /^1001;"Berg; Anna";'=1\+1;2;FORWARD_TARGET_INVALID;/);
  t.match(lines[2], /^007x;Müller;;4;EXTENSION_NUMBER_INVALID;/);
  t.equal(lines.length, 4);

  const again = await upload(setup, failed.replace("'=1+1", '1002').replace('007x', '1007'));
  await imports.act(again.id, 'start', 'token:test');
  t.match(await reaches(imports, again.id, 'done'), { created: 2, failed: 0 });
  const anna = await db.read.extension.findFirst({ where: { number: '1001' } });
  t.match(anna, { displayName: 'Berg; Anna', forwardBusy: '1002' });
  t.rejects(async () => imports.failedCsv(again.id), { code: 'NOT_FOUND' });
});

t.test('result.csv tells what happened to each row', async (t) => {
  const setup = await setUpImports(t);
  const job = await upload(setup, 'extension,display_name\n1001,A\n1002x,B\n');
  await setup.imports.act(job.id, 'start', 'token:test');
  await reaches(setup.imports, job.id, 'done');
  const lines = (await textOf(await setup.imports.resultCsv(job.id))).split('\r\n');
  t.equal(lines[1], '2,1001,created,,');
  t.match(lines[2], /^3,,failed,EXTENSION_NUMBER_INVALID,extension: must be 2 to 10 digits$/);
});

t.test('strategies: update writes, skip leaves alone, fail refuses; an empty cell changes nothing', async (t) => {
  const setup = await setUpImports(t);
  const { imports, db } = setup;
  const first = await upload(setup, 'extension,display_name,forward_busy\n1001,Anna,1002\n1002,Bert,\n');
  await imports.act(first.id, 'start', 'x');
  await reaches(imports, first.id, 'done');
  const change = 'extension,display_name,forward_busy\n1001,,-\n1002,Bert,\n1003,New,\n';
  for (const [strategy, counts] of [
    ['fail', { created: 1, updated: 0, unchanged: 0, skipped: 0, failed: 2 }],
    ['skip', { created: 0, updated: 0, unchanged: 0, skipped: 3, failed: 0 }],
    ['update', { created: 0, updated: 1, unchanged: 2, skipped: 0, failed: 0 }],
  ] as const) {
    const job = await upload(setup, change, strategy);
    await imports.act(job.id, 'start', 'x');
    t.match(await reaches(imports, job.id, 'done'), counts, strategy);
  }
  const anna = await db.read.extension.findFirst({ where: { number: '1001' } });
  t.match(anna, { displayName: 'Anna', forwardBusy: null });
});

t.test('rows without a number get free ones, never one that a later row names', async (t) => {
  const setup = await setUpImports(t);
  const job = await upload(setup, 'extension,display_name\n,A\n,B\n1001,C\n,D\n1000,E\n');
  await setup.imports.act(job.id, 'start', 'x');
  t.match(await reaches(setup.imports, job.id, 'done'), { created: 5, failed: 0 });
  const all = await setup.db.read.extension.findMany({ orderBy: { number: 'asc' } });
  t.strictSame(
    all.map(({ number, displayName }) => number + displayName),
    ['1000E', '1001C', '1002A', '1003B', '1004D'],
  );
});

t.test('credentials are given once, and what was rotated since is not among them', async (t) => {
  const setup = await setUpImports(t);
  const { imports, db } = setup;
  const job = await upload(
    setup,
    'extension,display_name,mailbox,mailbox_pin\n1001,=A,yes,\n1002,B,yes,4821\n1003,C,,\n',
  );
  await t.rejects(imports.credentialsCsv(job.id, 'x'), { code: 'JOB_STATE_INVALID' });
  await imports.act(job.id, 'start', 'x');
  await reaches(imports, job.id, 'done');
  await db.write((tx) =>
    tx.sipAccount.updateMany({
      where: { extension: { number: '1003' } },
      data: { rotatedAt: new Date(Date.now() + 5000) },
    }),
  );
  const lines = (await textOf(await imports.credentialsCsv(job.id, 'token:test'))).split('\r\n');
  t.equal(lines[0], '\ufeffextension,display_name,user,username,secret,pin');
  t.match(lines[1], /^1001,'=A,,1001,[A-Za-z0-9]{24},\d{6}$/);
  t.match(lines[2], /^1002,B,,1002,[A-Za-z0-9]{24},$/, 'a PIN that the file gave is not repeated');
  t.equal(lines[3], '1003,C,,1003,,');
  await t.rejects(imports.credentialsCsv(job.id, 'x'), { code: 'CREDENTIALS_ALREADY_TAKEN' });
  t.equal(await db.read.auditEvent.count({ where: { action: 'import.credentials_taken' } }), 1);
});

t.test('pause, resume, cancel and undo', async (t) => {
  const setup = await setUpImports(t);
  const { imports, db } = setup;
  const job = await upload(setup, rowsCsv(1000, 500));
  await t.rejects(imports.act(job.id, 'resume', 'x'), { code: 'JOB_STATE_INVALID' });
  await imports.act(job.id, 'start', 'x');
  while (((await imports.get(job.id))?.processed ?? 0) < 50) await new Promise(setImmediate);
  const paused = await imports.act(job.id, 'pause', 'x');
  t.equal(paused.state, 'paused');
  const at = (await imports.get(job.id))?.processed ?? 0;
  t.ok(at >= 50 && at < 500, `paused after ${at} rows`);
  t.equal(at, await db.read.extension.count());
  await imports.act(job.id, 'resume', 'x');
  while (((await imports.get(job.id))?.processed ?? 0) < at + 20) await new Promise(setImmediate);
  await imports.act(job.id, 'cancel', 'x');
  const canceled = await reaches(imports, job.id, 'canceled');
  t.ok(canceled.processed < 500);
  t.equal(canceled.processed, await db.read.extension.count());
  t.equal(canceled.processed, await db.read.jobRow.count());

  await db.write((tx) => tx.extension.updateMany({ where: { number: '1003' }, data: { version: { increment: 1 } } }));
  await imports.act(job.id, 'undo', 'x');
  const undone = await reaches(imports, job.id, 'undone');
  t.match(undone, { undone: canceled.processed - 1, undoRefused: 1 });
  t.equal(await db.read.extension.count(), 1, 'what was changed since stays');
  const {
    items: [refused],
  } = await imports.rows(job.id, { after: 0, limit: 9, results: ['undo_refused'] });
  t.match(refused, { name: '1003', errors: [{ code: 'UNDO_REFUSED', message: 'it was changed since' }] });
  await t.rejects(imports.act(job.id, 'undo', 'x'), { code: 'JOB_STATE_INVALID' });
});

t.test('undo gives changed extensions their values back', async (t) => {
  const setup = await setUpImports(t);
  const { imports, db } = setup;
  const first = await upload(setup, 'extension,display_name,ring_seconds,mailbox\n1001,Anna,30,yes\n');
  await imports.act(first.id, 'start', 'x');
  await reaches(imports, first.id, 'done');
  const second = await upload(setup, 'extension,display_name,ring_seconds,mailbox\n1001,Bert,60,no\n');
  await imports.act(second.id, 'start', 'x');
  await reaches(imports, second.id, 'done');
  t.match(await db.read.extension.findFirst({ include: { mailbox: true } }), { displayName: 'Bert', mailbox: null });
  await imports.act(second.id, 'undo', 'x');
  await reaches(imports, second.id, 'undone');
  const anna = await db.read.extension.findFirst({ include: { mailbox: true } });
  t.match(anna, { displayName: 'Anna', ringSeconds: 30, mailbox: { enabled: true } });
});

t.test('the imports of a company run one after the other', async (t) => {
  const setup = await setUpImports(t);
  const one = await upload(setup, rowsCsv(1000, 200));
  const two = await upload(setup, rowsCsv(1200, 20));
  await setup.imports.act(one.id, 'start', 'x');
  t.match(await setup.imports.act(two.id, 'start', 'x'), { state: 'running', isQueued: true });
  await reaches(setup.imports, two.id, 'done');
  const first = await setup.imports.get(one.id);
  t.equal(first?.state, 'done', 'the first was done before');
});

t.test('a queued import can be canceled without waiting for the one before', async (t) => {
  const setup = await setUpImports(t);
  const one = await upload(setup, rowsCsv(1000, 500));
  const two = await upload(setup, rowsCsv(1500, 20));
  await setup.imports.act(one.id, 'start', 'x');
  await setup.imports.act(two.id, 'start', 'x');
  t.equal((await setup.imports.act(two.id, 'cancel', 'x')).state, 'canceled');
  t.equal((await setup.imports.get(one.id))?.state, 'running');
});

t.test('a stop leaves the import resumable, and the next start goes on', async (t) => {
  const setup = await setUpImports(t);
  const job = await upload(setup, rowsCsv(1000, 300));
  await setup.imports.act(job.id, 'start', 'x');
  while (((await setup.imports.get(job.id))?.processed ?? 0) < 50) await new Promise(setImmediate);
  await setup.imports.stop();
  const stopped = await setup.imports.get(job.id);
  t.equal(stopped?.state, 'running');
  t.ok((stopped?.processed ?? 0) < 300);
  const next = setup.restart();
  await next.start();
  t.match(await reaches(next, job.id, 'done'), { processed: 300, created: 300 });
});

t.test('a dry run tells everything and writes nothing', async (t) => {
  const setup = await setUpImports(t);
  const { imports, db } = setup;
  const first = await upload(setup, 'extension,display_name\n1001,Anna\n');
  await imports.act(first.id, 'start', 'x');
  await reaches(imports, first.id, 'done');
  const before = await db.read.auditEvent.count();
  const csv = `extension,display_name,mailbox_pin\n1001,Anna Berg,\n1002,B,1234\n10x,C,\n${Array.from({ length: 30 }, () => ',N,\n').join('')}`;
  const job = await upload(setup, csv);
  const run = await imports.dryRun(job.id, new AbortController().signal);
  const errors: { line: number; column: string; code: string }[] = [];
  let step = await run.next();
  for (; step.done !== true; step = await run.next()) errors.push(...step.value);
  t.match(errors, [
    { line: 3, column: 'mailbox_pin', code: 'PIN_WEAK' },
    { line: 4, column: 'extension', code: 'EXTENSION_NUMBER_INVALID' },
  ]);
  t.match(step.value, { rows: 33, created: 30, updated: 1, failed: 2, unchanged: 0 });
  t.match(step.value.plan.counts, { 'create extension': 31 });
  t.equal(await db.read.extension.count(), 1);
  t.equal(await db.read.jobRow.count({ where: { jobId: job.id } }), 0);
  t.equal(await db.read.auditEvent.count(), before + 1, 'only the upload is noted');
  await imports.act(job.id, 'start', 'x');
  t.match(await reaches(imports, job.id, 'done'), { created: 30, updated: 1, failed: 2 }, 'and it was right');
});

t.test('a job is forgotten with its rows when its results were kept long enough', async (t) => {
  const limits = { maxBytes: 1e6, maxRows: 1000, keepDays: 7, keepResultsDays: 100, chunkRows: 10 };
  const setup = await setUpImports(t, { limits });
  const { db, imports, restart } = setup;
  const send = async () => (await upload(setup, rowsCsv(1000, 12))).id;
  const [old, young] = [await send(), await send()];
  for (const id of [old, young]) {
    await imports.act(id, 'start', 'tester');
    await reaches(imports, id, 'done');
  }
  const finishedAt = new Date(Date.now() - 101 * 24 * 60 * 60 * 1000);
  await db.write((tx) => tx.job.update({ where: { id: old }, data: { finishedAt } }));
  await restart().start();
  while ((await imports.get(old)) !== undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  t.equal(await db.read.jobRow.count({ where: { jobId: old } }), 0);
  t.equal(await db.read.jobRow.count({ where: { jobId: young } }), 12);
});
