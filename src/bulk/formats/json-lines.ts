import { LinekeeperError } from '../../errors.ts';
import type { Charset } from '../csv/charset.ts';
import { csvInvalid } from '../csv/csv-error.ts';
import { decodeFile } from '../csv/decode.ts';
import { joinList } from '../csv/list-cell.ts';
import { type Header, MAX_COLUMNS, normalise, parseHeader } from '../header.ts';
import type { ImportTableName, TableShape } from '../tables/shape.ts';
import { recogniseTable, SHAPES } from '../tables/shapes.ts';
import { ConvertedFile, convertedCell } from './converted-file.ts';
import { textLines } from './text-lines.ts';

export const JSON_LINES = 'json-lines';

/** The line of a JSON Lines file where the header of the converted one stands: above the first. */
export const JSON_LINES_FIRST = 0;

type Append = (block: string) => Promise<void>;
type Entries = [name: string, value: unknown][];

interface JsonContext {
  maxRows: number;
  /** undefined: as the names say. */
  table?: ImportTableName | undefined;
}

/**
 * JSON Lines (jsonlines.org) into our CSV: an object a line, with our column names. Numbers, true, false and lists are
 * written as a cell has them, null clears, what an object does not name stays as it is. Reads the file twice: the first
 * time for the columns, which may differ from line to line. Answers what the file is about.
 * @throws CSV_INVALID for the first line that is no such object, CSV_TOO_MANY_ROWS
 */
export async function convertJsonLines(
  file: string,
  charset: Charset,
  context: JsonContext,
  append: Append,
): Promise<ImportTableName> {
  /** With the line that had each first. */
  const columns = new Map<string, number>();
  let rows = 0;
  for await (const { entries, line } of objectsOf(file, charset)) {
    if (++rows > context.maxRows) {
      throw new LinekeeperError(
        'CSV_TOO_MANY_ROWS',
        `the file has more than ${context.maxRows} rows; send it in parts`,
      );
    }
    for (const [name, value] of entries) {
      if (!columns.has(name)) columns.set(name, line);
      cellOf(value, line, false);
    }
    if (columns.size > MAX_COLUMNS) parseHeader([...columns.keys()], SHAPES.extensions);
  }
  const names = columns.size === 0 ? ['extension'] : [...columns.keys()];
  const shape = SHAPES[context.table ?? recogniseTable(new Set(names.map(normalise)))];
  const header = headerOf(names, shape, columns);
  const at = new Map(names.map((name, i) => [name, { i, isList: header.columns[i]?.type === 'list' }]));
  const converted = new ConvertedFile(append, JSON_LINES_FIRST, names);
  for await (const { entries, line } of objectsOf(file, charset)) {
    if (entries.length === 0) continue;
    const cells = new Array<string>(names.length).fill('');
    for (const [name, value] of entries) {
      const { i, isList } = at.get(name)!;
      cells[i] = cellOf(value, line, isList);
    }
    await converted.row(line, cells);
  }
  await converted.flush();
  return shape.name;
}

/** Says in which line an unknown name stands. */
function headerOf(names: readonly string[], shape: TableShape, lines: ReadonlyMap<string, number>): Header {
  try {
    return parseHeader(names, shape);
  } catch (error) {
    const first = error instanceof LinekeeperError ? error.fields?.[0] : undefined;
    const line = first && (lines.get(first.path) ?? [...lines].find(([name]) => normalise(name) === first.path)?.[1]);
    if (first === undefined || line === undefined) throw error;
    throw csvInvalid(first.code, `line ${line}: ${first.message}`, first.path);
  }
}

async function* objectsOf(file: string, charset: Charset): AsyncGenerator<{ entries: Entries; line: number }> {
  let line = 0;
  for await (const texts of textLines(decodeFile(file, charset))) {
    for (const text of texts) {
      line++;
      if (text.trim() !== '') yield { entries: entriesOf(text, line), line };
    }
  }
}

function entriesOf(text: string, line: number): Entries {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw jsonInvalid('JSON_INVALID', line, 'is no JSON; each line is an object of its own');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw jsonInvalid('JSON_INVALID', line, 'is no JSON object');
  }
  return Object.entries(value);
}

function cellOf(value: unknown, line: number, isList: boolean): string {
  if (value === null) return convertedCell(null);
  if (!Array.isArray(value)) return convertedCell(textOf(value, line));
  const texts = value.map((item) => textOf(item, line));
  // Nothing of a list means none of it; of what is no list it says nothing.
  if (texts.length === 0) return isList ? convertedCell(null) : '';
  return convertedCell(isList ? joinList(texts) : texts.join('|'));
}

function textOf(value: unknown, line: number): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  // A long number has lost digits already; written as text it has them.
  if (typeof value === 'number' && (Number.isSafeInteger(value) || !Number.isInteger(value))) return String(value);
  throw jsonInvalid(
    'JSON_VALUE',
    line,
    'holds a value that is no text, whole number, true, false, null or list of these',
  );
}

function jsonInvalid(code: string, line: number, message: string): LinekeeperError {
  return csvInvalid(code, `line ${line} ${message}`, `line ${line}`);
}
