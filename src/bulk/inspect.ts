import { LinekeeperError } from '../errors.ts';
import type { Charset } from './csv/charset.ts';
import { csvInvalid } from './csv/csv-error.ts';
import { decodeFile } from './csv/decode.ts';
import { recogniseDialect } from './csv/dialect.ts';
import { normalise } from './header.ts';
import type { FileFormat } from './options.ts';
import { openTable } from './records.ts';
import type { ImportTableName } from './tables/shape.ts';
import { recogniseTable, SHAPES } from './tables/shapes.ts';

export interface Inspection {
  table: ImportTableName;
  format: FileFormat;
  /** As the header spells them. */
  columns: string[];
  rows: number;
  unnumbered: number;
}

/**
 * Reads a file to its end before anything is written: what makes it unreadable as a whole (an unclosed quote in the
 * last line) is told at once instead of after 90,000 rows. Without `wanted` the header says which table it is. @throws CSV_INVALID, CSV_TOO_MANY_ROWS
 */
export async function inspect(
  file: string,
  charset: Charset,
  maxRows: number,
  known: { table?: ImportTableName | undefined; format?: FileFormat | undefined },
): Promise<Inspection> {
  const format = known.format ?? { charset, ...recogniseDialect(await firstBlock(file, charset)) };
  const { shape, header, batches } = await openTable(
    file,
    format,
    (cells) => SHAPES[known.table ?? recogniseTable(new Set(cells.map(normalise)))],
  );
  const at = header.columns.findIndex((column) => column?.name === 'extension');
  let rows = 0;
  let unnumbered = 0;
  for await (const batch of batches) {
    for (const { cells } of batch) {
      if (cells.every((cell) => cell.trim() === '')) continue;
      rows++;
      if (at !== -1 && shape.wantsNumber?.(cells[at] ?? '') === true) unnumbered++;
    }
    if (rows > maxRows) {
      throw new LinekeeperError('CSV_TOO_MANY_ROWS', `the file has more than ${maxRows} rows; send it in parts`);
    }
  }
  if (rows === 0) throw csvInvalid('FILE_NO_ROWS', 'the file has a header but no rows');
  return { table: shape.name, format, columns: header.names, rows, unnumbered };
}

export async function firstBlock(file: string, charset: Charset): Promise<string> {
  for await (const block of decodeFile(file, charset)) return block;
  throw csvInvalid('FILE_EMPTY', 'the file is empty');
}
