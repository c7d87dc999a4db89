import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { createBulk } from '../../src/bulk/create-bulk.ts';
import { bodyOf, COMPANY, importsOf, openStore, realParts, seed } from '../support/imports.ts';

const ROWS = 50_000;

function* file(): Generator<string> {
  yield 'username,first_name,last_name,groups,extension,phone_numbers,mailbox,mailbox_email,ring_seconds\n';
  for (let i = 0; i < ROWS; i += 1000) {
    let text = '';
    for (let n = i; n < i + 1000; n++) {
      const person = `user${n},Anna,"Berg, ${n}",Everybody|Group ${n % 50}`;
      text += `${person},${100_000 + n},+4930${5_000_000 + n},yes,user${n}@example.com,25\n`;
    }
    yield text;
  }
}

t.test(`${ROWS} people with groups and extensions, imported and exported, do not fill a heap of 96 MB`, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lk-import-heap-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const db = await openStore(folder);
  const limits = { maxBytes: 1e9, maxRows: 1e6, keepDays: 7 };
  const log = { info() {}, warn() {}, error() {} };
  const imports = importsOf(createBulk({ db, ...realParts(db), dataDir: folder, limits, log }));
  await seed(db);
  const choices = { companyId: COMPANY, actor: 'x', allowWeakPins: false, name: null, createGroups: true };
  const { id } = await imports.upload({ ...choices, body: bodyOf(...file()) });
  await imports.act(id, 'start', 'x');
  await imports.stop();
  await db.close();

  const child = fileURLToPath(new URL('../support/import-child.ts', import.meta.url));
  const flags = ['--max-old-space-size=96', '--import=./scripts/typescript.mjs', '--no-warnings'];
  const args = [...flags, child, folder, '1000', 'users,memberships,extensions'];
  const started = Date.now();
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  t.comment(`${stdout} ${stderr} ${Date.now() - started} ms`);
  t.match(stdout, /done/);
  // Each has its header and a row for everybody; everybody is in two groups.
  for (const [table, lines] of Object.entries({ users: ROWS, memberships: 2 * ROWS, extensions: ROWS })) {
    t.match(stdout, `${table} ${lines + 1} lines`);
  }
  const after = await openStore(folder);
  t.teardown(() => after.close());
  t.match(await after.read.job.findFirst(), { state: 'done', processed: ROWS, created: ROWS });
});
