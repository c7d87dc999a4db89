import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';

interface Result {
  code: string;
  early: boolean;
  files: string[];
}

/** How each is refused; early: before a megabyte of it came. */
const EXPECTED: [name: string, code: string, early: boolean][] = [
  ['one line', 'RECORD_TOO_LONG', true],
  ['ten million columns', 'RECORD_TOO_LONG', true],
  ['a spreadsheet', 'FILE_SPREADSHEET', true],
  ['an old spreadsheet', 'FILE_SPREADSHEET', true],
  ['gzip', 'FILE_COMPRESSED', true],
  ['PDF', 'FILE_BINARY', true],
  ['NUL bytes', 'FILE_BINARY', true],
  ['deep JSON', 'RECORD_TOO_LONG', true],
  ['an endless file', 'PAYLOAD_TOO_LARGE', false],
  ['a cell of short lines', 'QUOTE_UNCLOSED', false],
  ['blank lines', 'LINES_BLANK', false],
  ['empty objects', 'CSV_TOO_MANY_ROWS', false],
  ['rows of another system', 'CSV_TOO_MANY_ROWS', false],
  ['a long configuration', 'CONFIG_TOO_LARGE', false],
  ['a configuration of sections', 'CONFIG_TOO_LARGE', false],
];

t.test('bombs are refused in a heap of 96 MB and leave nothing on the disk', async (t) => {
  const child = fileURLToPath(new URL('../support/bomb-child.ts', import.meta.url));
  const args = ['--max-old-space-size=96', '--import=./scripts/typescript.mjs', '--no-warnings', child];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  t.comment(`${stdout} ${stderr}`);
  const { results, maxRssMb } = JSON.parse(stdout) as { results: Record<string, Result>; maxRssMb: number };
  for (const [name, code, early] of EXPECTED) t.match(results[name], { code, early, files: [] }, name);
  t.ok(maxRssMb < 400, 'a gigabyte was never in memory');
});
