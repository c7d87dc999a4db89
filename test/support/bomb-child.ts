/** Sends files to an import that no import should take, and tells how each was refused; run with a small heap. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBulk } from '../../src/bulk/create-bulk.ts';
import { LinekeeperError } from '../../src/errors.ts';
import { COMPANY, openStore, realParts, seed } from './imports.ts';

const MB = 1024 * 1024;
const GB = 1024 * MB;

/** A start, then the same over and over until so many bytes were asked for. */
async function* bomb(start: string | Buffer, more: string, bytes: number, count: (size: number) => void) {
  const first = Buffer.from(start);
  count(first.length);
  yield first;
  const block = Buffer.from(more.repeat(Math.ceil((64 * 1024) / more.length)));
  for (let sent = first.length; sent < bytes; sent += block.length) {
    count(block.length);
    yield block;
  }
}

const BOMBS: [name: string, start: string | Buffer, more: string, bytes: number][] = [
  ['one line', 'extension,display_name\n1001,', 'x', GB],
  ['ten million columns', 'extension', ',a', 20 * MB],
  ['a spreadsheet', Buffer.from([0x50, 0x4b, 3, 4, 20, 0]), 'x\n', GB],
  ['an old spreadsheet', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1]), 'x\n', GB],
  ['gzip', Buffer.from([0x1f, 0x8b, 8, 0]), 'x\n', GB],
  ['PDF', '%PDF-1.7\n', 'x\n', GB],
  ['NUL bytes', 'extension\n', 'x\0\0\0\n', GB],
  ['deep JSON', '{"extension":', '[', GB],
  ['an endless file', 'extension,display_name\n', '1001,Anna\n', GB],
  ['a cell of short lines', 'extension,display_name\n1001,"', 'x\n', 8 * MB],
  ['blank lines', 'extension\n', '\n', 8 * MB],
  ['empty objects', '{"extension":"1001"}\n', '{}\n', 8 * MB],
  ['rows of another system', 'extension,tech,name,secret\n', '1,sip,n,s\n', 8 * MB],
  ['a long configuration', '[1001]\ntype=endpoint\n', '; comment\n', 30 * MB],
  ['a configuration of sections', '', '[a]\n', 8 * MB],
];

const folder = mkdtempSync(join(tmpdir(), 'lk-bombs-'));
const db = await openStore(folder);
await seed(db);
const log = { info() {}, warn() {}, error() {} };
const limits = { maxBytes: 32 * MB, maxRows: 100_000, keepDays: 7 };
const { imports } = createBulk({ db, ...realParts(db), dataDir: folder, limits, log });
const results: Record<string, unknown> = {};
for (const [name, start, more, bytes] of BOMBS) {
  let sent = 0;
  const body = bomb(start, more, bytes, (size) => {
    sent += size;
  });
  const choices = { companyId: COMPANY, actor: 'x', strategy: 'fail', allowWeakPins: false, name: null } as const;
  const code = await imports.upload({ ...choices, body }).then(
    () => 'taken',
    (error: unknown) => (error instanceof LinekeeperError ? (error.fields?.[0]?.code ?? error.code) : String(error)),
  );
  const files = readdirSync(join(folder, 'imports'));
  results[name] = { code, early: sent <= MB, files, sentMb: Math.round(sent / MB) };
}
await db.close();
rmSync(folder, { recursive: true, force: true });
process.stdout.write(JSON.stringify({ results, maxRssMb: Math.round(process.resourceUsage().maxRSS / 1024) }));
