import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { TableWriters } from '../../src/bulk/tables/tables.ts';
import { LinekeeperError } from '../../src/errors.ts';
import { bodyOf, COMPANY, reaches, realParts, rowsCsv, setUpImports } from '../support/imports.ts';

const choices = { companyId: COMPANY, actor: 'x', strategy: 'update', allowWeakPins: false, name: null } as const;

t.test('a full disk makes an import wait and go on, without failing a row', async (t) => {
  const setup = await setUpImports(t);
  const { changes } = realParts(setup.db);
  let isFull = true;
  const imports = setup.restart({
    changes: {
      preview: changes.preview,
      async run(work) {
        if (isFull) throw new LinekeeperError('DATABASE_FULL', 'the disk is full: nothing was changed');
        return changes.run(work);
      },
    },
  });
  const { id } = await imports.upload({ ...choices, body: bodyOf(rowsCsv(1000, 30)) });
  await imports.act(id, 'start', 'x');
  for (;;) {
    const job = await imports.get(id);
    if (job?.waitingFor != null) {
      t.match(job, { state: 'running', processed: 0, waitingFor: { code: 'DATABASE_FULL' } });
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  isFull = false;
  t.match(await reaches(imports, id, 'done'), { created: 30, failed: 0, waitingFor: null });
});

t.test('a pause does not wait for the disk', async (t) => {
  const setup = await setUpImports(t);
  const { changes } = realParts(setup.db);
  const imports = setup.restart({
    changes: {
      preview: changes.preview,
      run: () => Promise.reject(new LinekeeperError('DATABASE_BUSY', 'locked')),
    },
  });
  const { id } = await imports.upload({ ...choices, body: bodyOf(rowsCsv(1000, 30)) });
  await imports.act(id, 'start', 'x');
  t.match(await imports.act(id, 'pause', 'x'), { state: 'paused' });
  await imports.stop();
  t.match(await imports.get(id), { state: 'paused', processed: 0 });
});

/** The real writer, but some rows bring its transaction down, as a bug would. */
function breaking(writers: TableWriters, isBroken: (number: string | undefined) => boolean): TableWriters {
  const { extensions } = writers;
  return {
    ...writers,
    extensions: {
      ...extensions,
      async apply(tx, context, rows) {
        if (rows.some(({ number }) => isBroken(number))) throw new TypeError('a bug');
        return extensions.apply(tx, context, rows);
      },
    },
  };
}

t.test('a row that breaks its transaction fails alone', async (t) => {
  const setup = await setUpImports(t);
  const imports = setup.restart({ writers: breaking(setup.writers, (number) => number === '1017') });
  const { id } = await imports.upload({ ...choices, body: bodyOf(rowsCsv(1000, 40)) });
  await imports.act(id, 'start', 'x');
  t.match(await reaches(imports, id, 'done'), { processed: 40, created: 39, failed: 1 });
  const { items } = await imports.rows(id, { after: 0, limit: 9, results: ['failed'] });
  t.match(items, [{ line: 19, name: '1017', errors: [{ code: 'INTERNAL' }] }]);
});

t.test('when many rows break, the import fails instead of blaming them all', async (t) => {
  const setup = await setUpImports(t);
  const imports = setup.restart({ writers: breaking(setup.writers, () => true) });
  const { id } = await imports.upload({ ...choices, body: bodyOf(rowsCsv(1000, 200)) });
  await imports.act(id, 'start', 'x');
  const job = await reaches(imports, id, 'failed');
  t.match(job, { created: 0, error: 'INTERNAL: the log tells more' });
  t.ok(job.failed <= 20, `${job.failed} rows blamed`);
});

t.test('an import whose company was deleted fails with a reason', async (t) => {
  const setup = await setUpImports(t);
  const { id } = await setup.imports.upload({ ...choices, body: bodyOf(rowsCsv(1000, 20)) });
  await setup.db.write((tx) => tx.company.deleteMany());
  await setup.imports.act(id, 'start', 'x');
  t.match(await reaches(setup.imports, id, 'failed'), { error: /^NOT_FOUND: the company/ });
});

t.test('an upload without end is cut off at the limit and leaves nothing', async (t) => {
  const setup = await setUpImports(t);
  let sent = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      sent += 65_536;
      yield Buffer.alloc(65_536, 'a line\n');
    }
  }
  await t.rejects(setup.imports.upload({ ...choices, body: endless() }), { code: 'PAYLOAD_TOO_LARGE' });
  t.ok(sent <= 1024 * 1024 + 65_536, `${sent} bytes taken`);
  t.strictSame(readdirSync(join(setup.folder, 'imports')), []);
});

t.test('an upload that breaks off leaves nothing', async (t) => {
  const setup = await setUpImports(t);
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('extension\n1001\n');
    throw new Error('connection lost');
  }
  await t.rejects(setup.imports.upload({ ...choices, body: broken() }), { message: 'connection lost' });
  t.strictSame(readdirSync(join(setup.folder, 'imports')), []);
  t.equal(await setup.db.read.job.count(), 0);
});

t.test('a quote that swallows megabytes is refused in bounded memory', async (t) => {
  const setup = await setUpImports(t);
  const imports = setup.restart({ limits: { maxBytes: 100e6, maxRows: 1e6, keepDays: 7 } });
  async function* quote(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('extension,display_name\n1001,"');
    for (let i = 0; i < 50; i++) yield Buffer.alloc(1e6, 'a line\n');
  }
  const refused = imports.upload({ ...choices, body: quote() });
  await t.rejects(refused, { code: 'CSV_INVALID', fields: [{ path: 'line 2', code: 'QUOTE_UNCLOSED' }] });
});

t.test('a start takes away what a crash left, and what was kept long enough', async (t) => {
  const setup = await setUpImports(t);
  const { imports, db, folder } = setup;
  const kept = await imports.upload({ ...choices, body: bodyOf(rowsCsv(1000, 3)) });
  const old = await imports.upload({ ...choices, body: bodyOf(rowsCsv(1000, 3)) });
  await db.write((tx) => tx.job.update({ where: { id: old.id }, data: { createdAt: new Date(0) } }));
  writeFileSync(join(folder, 'imports', 'lost.part'), 'x');
  writeFileSync(join(folder, 'imports', 'lost.csv'), 'x');
  const next = setup.restart();
  await next.start();
  t.strictSame(readdirSync(join(folder, 'imports')), [`${kept.id}.csv`]);
  t.match(await next.get(old.id), { state: 'canceled' });
});
