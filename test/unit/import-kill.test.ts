import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { createBulk } from '../../src/bulk/create-bulk.ts';
import type { Database } from '../../src/store/database.ts';
import { bodyOf, COMPANY, importsOf, openStore, realParts, seed, type TestImports } from '../support/imports.ts';

const ROWS = 3000;
const KILLS = 4;
const child = fileURLToPath(new URL('../support/import-child.ts', import.meta.url));

/** Runs the child; kills it so many milliseconds after it committed so many chunks. Resolves with what it printed. */
function runChild(folder: string, kill?: { chunks: number; ms: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    const running = spawn(
      process.execPath,
      ['--import=./scripts/typescript.mjs', '--no-warnings', child, folder, '20'],
      { stdio: 'pipe' },
    );
    let printed = '';
    let isArmed = kill !== undefined;
    running.stdout.on('data', (data: Buffer) => {
      printed += data;
      if (kill === undefined || !isArmed || printed.length < kill.chunks) return;
      isArmed = false;
      setTimeout(() => running.kill('SIGKILL'), kill.ms);
    });
    running.stderr.on('data', (data: Buffer) => reject(new Error(String(data))));
    running.on('close', () => resolve(printed));
  });
}

function fileOf(rows: number): string {
  let text = 'extension,display_name,mailbox,user,phone_numbers\n';
  for (let i = 0; i < rows; i++) {
    // Every tenth is bad, every seventh takes the next free number.
    const number = i % 10 === 9 ? 'bad' : i % 7 === 0 ? '' : String(120_000 + i);
    text += `${number},User ${i},yes,user${i},+4930${5_000_000 + i}\n`;
  }
  return text;
}

t.test(`an import and its undo, each killed ${KILLS} times at any moment, do each row exactly once`, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lk-import-kill-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));

  /** Does something with the daemon's parts while no child has the database. */
  const between = async <T>(work: (db: Database, imports: TestImports) => Promise<T>): Promise<T> => {
    const db = await openStore(folder);
    const limits = { maxBytes: 1e9, maxRows: 1e6, keepDays: 7, chunkRows: 20 };
    const log = { info() {}, warn() {}, error() {} };
    const imports = importsOf(createBulk({ db, ...realParts(db), dataDir: folder, limits, log }));
    try {
      return await work(db, imports);
    } finally {
      await imports.stop();
      await db.close();
    }
  };
  const killed = async (id: string) => {
    for (let i = 0; i < KILLS; i++) {
      const kill = { chunks: 1 + Math.floor(Math.random() * 20), ms: Math.random() * 15 };
      await runChild(folder, kill);
      const job = await between((_db, imports) => imports.get(id));
      const where = `${job?.processed} rows done, ${job?.undone} undone`;
      t.comment(`killed ${kill.ms.toFixed(1)} ms after ${kill.chunks} chunks: ${where}`);
      t.match(job?.state, /^(running|undoing)$/, 'killed in the middle');
    }
    t.match(await runChild(folder), /done/);
  };
  const good = ROWS - ROWS / 10;
  const check = async (id: string, left: number) => {
    await between(async (db, imports) => {
      t.match(await imports.get(id), { total: ROWS, processed: ROWS, created: good, failed: ROWS / 10 });
      const lines = await db.read.jobRow.findMany({ where: { jobId: id }, orderBy: { line: 'asc' } });
      const expected = Array.from({ length: ROWS }, (_, i) => i + 2);
      t.strictSame(
        lines.map(({ line }) => line),
        expected,
        'each line has one result',
      );
      t.equal(await db.read.extension.count(), left);
      t.equal(await db.read.sipAccount.count(), left);
      t.equal(await db.read.mailbox.count(), left);
      t.equal(await db.read.phoneNumber.count({ where: { state: 'assigned' } }), left);
      t.equal(await db.read.auditEvent.count({ where: { action: 'extension.created' } }), good);
      t.equal(await db.read.auditEvent.count({ where: { action: 'extension.deleted' } }), good - left);
    });
  };

  const id = await between(async (db, imports) => {
    await seed(db);
    const choices = { companyId: COMPANY, actor: 'x', strategy: 'fail', allowWeakPins: false, name: null } as const;
    const job = await imports.upload({ ...choices, body: bodyOf(fileOf(ROWS)) });
    await imports.act(job.id, 'start', 'x');
    return job.id;
  });
  await killed(id);
  await check(id, good);
  await between((_db, imports) => imports.act(id, 'undo', 'x'));
  await killed(id);
  await check(id, 0);
  t.match(await between((_db, imports) => imports.get(id)), { state: 'undone', undone: good, undoRefused: 0 });
});
