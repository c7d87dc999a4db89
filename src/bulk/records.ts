import { createCellReader } from './cell.ts';
import { decodeFile } from './csv/decode.ts';
import { isPreamble } from './csv/dialect.ts';
import { type CsvRecord, RecordReader } from './csv/record-reader.ts';
import { type Header, parseHeader } from './header.ts';
import { numberKey } from './number-key.ts';
import type { CellOptions, FileFormat, ReadOptions } from './options.ts';
import type { ParsedRow } from './row.ts';
import { SeenInFile } from './seen-in-file.ts';
import type { TableShape } from './tables/shape.ts';

/** Characters of one record; the widest real one is far below (a name of 80 characters in 27 columns). */
const MAX_RECORD = 64 * 1024;

export interface Table {
  shape: TableShape;
  header: Header;
  /** The records below the header, as many at a time as a block of the file holds. */
  batches: AsyncGenerator<CsvRecord[], void>;
}

/** Reads a file up to its header; `shapeOf` says, by its cells, which columns there may be. @throws CSV_INVALID */
export async function openTable(
  file: string,
  format: FileFormat,
  shapeOf: (cells: readonly string[]) => TableShape,
): Promise<Table> {
  const { header: read, batches } = await openRecords(file, format, (cells) => {
    const shape = shapeOf(cells);
    return { shape, header: parseHeader(cells, shape) };
  });
  return { ...read, batches };
}

/** The same of a file whose header is somebody else's. */
export async function openRecords<H>(
  file: string,
  format: FileFormat,
  readHeader: (cells: string[]) => H,
): Promise<{ header: H; batches: AsyncGenerator<CsvRecord[], void> }> {
  const records = recordsOf(file, format);
  try {
    for (;;) {
      const { value, done } = await records.next();
      const batch = done === true ? [] : value;
      const at = batch.findIndex(({ cells }) => !isPreamble(cells.join(format.delimiter)));
      if (at === -1 && done !== true) continue;
      return { header: readHeader(batch[at]?.cells ?? []), batches: below(batch.slice(at + 1), records) };
    }
  } catch (error) {
    // The generator was never handed on: nobody else would close the file.
    await records.return();
    throw error;
  }
}

async function* below(
  first: CsvRecord[],
  records: AsyncGenerator<CsvRecord[], void>,
): AsyncGenerator<CsvRecord[], void> {
  try {
    yield first;
    yield* records;
  } finally {
    await records.return();
  }
}

async function* recordsOf(file: string, format: FileFormat): AsyncGenerator<CsvRecord[], void> {
  const reader = new RecordReader(format, MAX_RECORD);
  for await (const block of decodeFile(file, format.charset)) yield reader.push(block);
  yield reader.end();
}

/** What turns the records of a file into rows. */
export interface RowReader<R> {
  shape: TableShape;
  parser(header: Header, options: CellOptions): (record: CsvRecord) => ParsedRow<R> | undefined;
}

/** The rows of a file, a block at a time; those that say something twice have an error for it. */
async function* rowsOf<R>(
  file: string,
  format: ReadOptions,
  reader: RowReader<R>,
): AsyncGenerator<ParsedRow<R>[], void> {
  const { header, batches } = await openTable(file, format, () => reader.shape);
  const parse = reader.parser(header, format);
  const seen = new SeenInFile();
  for await (const batch of batches) {
    const rows: ParsedRow<R>[] = [];
    for (const record of batch) {
      const row = parse(record);
      if (row === undefined) continue;
      seen.check(row);
      rows.push(row);
    }
    yield rows;
  }
}

/** The rows below a line, in chunks: each is one transaction. `size` is asked while a chunk grows. */
export async function* chunksOf<R>(
  file: string,
  format: ReadOptions,
  reader: RowReader<R>,
  range: { after: number; size: () => number },
): AsyncGenerator<ParsedRow<R>[], void> {
  let chunk: ParsedRow<R>[] = [];
  for await (const rows of rowsOf(file, format, reader)) {
    for (const row of rows) {
      if (row.line <= range.after) continue;
      chunk.push(row);
      if (chunk.length < range.size()) continue;
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

/** Every extension number that a file names, by `numberKey`. */
export async function numbersIn(file: string, format: FileFormat, shape: TableShape): Promise<Set<number>> {
  const { header, batches } = await openTable(file, format, () => shape);
  const at = header.columns.findIndex((column) => column?.name === 'extension');
  const read = createCellReader(header.columns[at]!);
  const numbers = new Set<number>();
  for await (const batch of batches) {
    for (const { cells } of batch) {
      const cell = read(cells[at] ?? '');
      if (cell.kind === 'set' && /^\d+$/.test(String(cell.value))) numbers.add(numberKey(String(cell.value)));
    }
  }
  return numbers;
}
