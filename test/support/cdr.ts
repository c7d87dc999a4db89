import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { TestAsterisk } from './asterisk.ts';

/** One line of Asterisk's own Master.csv. */
export interface Cdr {
  src: string;
  dst: string;
  channel: string;
  dstChannel: string;
  lastApp: string;
  start: number;
  /** null: nobody answered. */
  answer: number | null;
  end: number;
  duration: number;
  disposition: string;
  uniqueId: string;
}

/** Makes Asterisk write its call records to a file; gives those that are written. */
export async function keepCdr(pbx: TestAsterisk): Promise<() => Cdr[]> {
  const folder = join(pbx.root, 'log/cdr-csv');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(pbx.configDir, 'cdr.conf'),
    '[general]\nenable=yes\nunanswered=yes\n[csv]\nusegmtime=yes\nloguniqueid=yes\n',
  );
  await pbx.rx('module reload cdr');
  const loaded = await pbx.rx('module load cdr_csv.so');
  if (!loaded.includes('Loaded')) throw new Error(loaded);
  const time = (text: string) => Date.parse(`${text.replace(' ', 'T')}Z`);
  return () =>
    (parse(read(join(folder, 'Master.csv')), { relax_quotes: true }) as string[][]).map((row) => ({
      src: row[1] ?? '',
      dst: row[2] ?? '',
      channel: row[5] ?? '',
      dstChannel: row[6] ?? '',
      lastApp: row[7] ?? '',
      start: time(row[9] ?? ''),
      answer: row[10] === '' ? null : time(row[10] ?? ''),
      end: time(row[11] ?? ''),
      duration: Number(row[12]),
      disposition: row[14] ?? '',
      uniqueId: row[16] ?? '',
    }));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
