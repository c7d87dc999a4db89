import { LinekeeperError } from '../../errors.ts';
import type { Charset } from '../csv/charset.ts';
import { csvInvalid } from '../csv/csv-error.ts';
import { decodeFile } from '../csv/decode.ts';
import { parseHeader } from '../header.ts';
import { ConvertedFile, convertedCell } from './converted-file.ts';
import { textLines } from './text-lines.ts';

export const JSON_LINES = 'json-lines';

/** The line of a JSON Lines file where the header of the converted one stands: above the first. */
export const JSON_LINES_FIRST = 0;

type Append = (block: string) => Promise<void>;
type Entries = [name: string, cell: string][];

/**
 * JSON Lines (jsonlines.org) into our CSV: an object a line, with our column names. Numbers, true, false and lists are
 * written as a cell has them, null clears, what an object does not name stays as it is. Reads the file twice: the first
 * time for the columns, which may differ from line to line.
 * @throws CSV_INVALID for the first line that is no such object, CSV_TOO_MANY_ROWS
 */
export async function convertJsonLines(file: string, charset: Charset, maxRows: number, append: Append): Promise<void> {
  const columns = new Map<string, number>();
  let rows = 0;
  for await (const { entries, line } of objectsOf(file, charset)) {
    if (++rows > maxRows) {
      throw new LinekeeperError('CSV_TOO_MANY_ROWS', `the file has more than ${maxRows} rows; send it in parts`);
    }
    for (const [name] of entries) {
      if (columns.has(name)) continue;
      columns.set(name, columns.size);
      checkName(name, line);
    }
  }
  const names = [...columns.keys()];
  parseHeader(names.length === 0 ? ['extension'] : names);
  const converted = new ConvertedFile(append, JSON_LINES_FIRST, names.length === 0 ? ['extension'] : names);
  for await (const { entries, line } of objectsOf(file, charset)) {
    if (entries.length === 0) continue;
    const cells = new Array<string>(names.length).fill('');
    for (const [name, cell] of entries) cells[columns.get(name)!] = cell;
    await converted.row(line, cells);
  }
  await converted.flush();
}

/** Says in which line an unknown name stands, and keeps the list of names short. */
function checkName(name: string, line: number): void {
  try {
    parseHeader(name.trim().toLowerCase() === 'extension' ? [name] : ['extension', name]);
  } catch (error) {
    if (error instanceof LinekeeperError && error.fields?.[0] !== undefined) {
      const { code, message, path } = error.fields[0];
      throw csvInvalid(code, `line ${line}: ${message}`, path);
    }
    throw error;
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
  return Object.entries(value).map(([name, item]) => [name, cellOf(item, line)]);
}

function cellOf(value: unknown, line: number): string {
  if (value === null) return convertedCell(null);
  if (Array.isArray(value)) {
    if (value.length === 0) return '';
    return convertedCell(value.map((item) => textOf(item, line)).join(' '));
  }
  return convertedCell(textOf(value, line));
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
