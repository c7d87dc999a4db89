import type { ExtensionExtras, ExtensionInput } from '../domain/extension-input.ts';
import type { ExtensionRow } from '../domain/extension-row.ts';
import type { FieldError } from '../errors.ts';
import { type CellError, createCellReader } from './cell.ts';
import { type Column, columnOfPath } from './columns.ts';
import type { CsvRecord } from './csv/record-reader.ts';
import type { Header } from './header.ts';
import { numberKey } from './number-key.ts';
import type { CellOptions } from './options.ts';

export interface ParsedRow<R = ExtensionRow> {
  line: number;
  /** What people call it, as the file gives it; also when the row has errors. */
  name: string | undefined;
  /** What may stand in a file once only. */
  keys: readonly RowKey[];
  /** Only of a row without errors. */
  row: R | undefined;
  errors: CellError[];
}

export interface RowKey {
  column: string;
  text: string;
  /** Equal for what is the same; numbers take less memory. */
  key: number | string;
}

type Values = Record<string, unknown>;

/** What the cells of a row say, put where the API has it. Each value was judged by the schema of its place. */
export interface Draft {
  line: number;
  input: Values;
  extras: Values;
  /** Of tables other than extensions. */
  fields: Values;
  hasMailbox: boolean | undefined;
  errors: CellError[];
}

const NO_KEYS: readonly RowKey[] = [];

/** Makes rows of records, with every error of every cell. Undefined for a row of nothing but empty cells. */
export function createRowParser(
  header: Header,
  options: CellOptions = {},
): (record: CsvRecord) => ParsedRow | undefined {
  return createParser(header, options, finishExtension);
}

/** The same for any table: `finish` makes its row of what the cells say. */
export function createParser<R>(
  header: Header,
  options: CellOptions,
  finish: (draft: Draft) => ParsedRow<R>,
): (record: CsvRecord) => ParsedRow<R> | undefined {
  const readers = header.columns.map((column) =>
    column === undefined ? undefined : { column, read: createCellReader(column, options) },
  );
  return (record) => {
    const { line, cells } = record;
    if (cells.every((cell) => cell === '' || cell.trim() === '')) return undefined;
    const shape = shapeError(header, record);
    if (shape !== undefined) return { line, name: undefined, keys: NO_KEYS, row: undefined, errors: [shape] };

    const draft: Draft = { line, input: {}, extras: {}, fields: {}, hasMailbox: undefined, errors: [] };
    const emptied: Column[] = [];
    for (let i = 0; i < readers.length; i++) {
      const reader = readers[i];
      if (reader === undefined) continue;
      const cell = reader.read(cells[i]!);
      if (cell.kind === 'set') place(draft, reader.column, cell.value);
      else if (cell.kind === 'clear' && cell.isEmpty === true) emptied.push(reader.column);
      else if (cell.kind === 'clear') clear(draft, reader.column);
      else if (cell.kind === 'faults') draft.errors.push(...cell.errors);
    }
    for (const column of emptied) if (isSpokenOf(draft, column)) clear(draft, column);
    return finish(draft);
  };
}

function shapeError(header: Header, { cells, isMalformed }: CsvRecord): CellError | undefined {
  if (isMalformed) {
    return {
      column: '',
      code: 'QUOTE_INVALID',
      message: 'text follows a closing quote; write a quote in a cell as ""',
    };
  }
  const width = header.columns.length;
  const isLonger = cells.length > width && cells.slice(width).some((cell) => cell.trim() !== '');
  if (cells.length >= width && !isLonger) return undefined;
  // Guessing which cell is missing would put names into the wrong columns without a word.
  const message = `the row has ${cells.length} cells, the header has ${width}`;
  return { column: '', code: 'ROW_WIDTH', message };
}

function place(draft: Draft, column: Column, value: unknown): void {
  if (column.name === 'mailbox') {
    draft.hasMailbox = value as boolean;
    return;
  }
  const values = draft[column.target];
  const [first, second] = column.path;
  if (second === undefined) {
    values[first] = value;
  } else {
    values[first] ??= {};
    (values[first] as Values)[second] = value;
  }
}

function clear(draft: Draft, column: Column): void {
  if (column.clears === undefined) place(draft, column, column.cleared);
  else draft.input[column.clears] = null;
}

/**
 * An empty cell clears what the row is about. A mailbox, a user and a SIP account are things of their own: a row with
 * nothing but empty cells for one says nothing of it, and must not make one.
 */
function isSpokenOf(draft: Draft, { target, path: [group, field] }: Column): boolean {
  if (group === 'mailbox' && draft.hasMailbox !== undefined) return draft.hasMailbox;
  return field === undefined || (group === 'user' && field === 'username') || isObject(draft[target][group]);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

export function settleMailbox(draft: Draft): void {
  if (draft.hasMailbox === true) draft.input.mailbox ??= {};
  if (draft.hasMailbox !== false) return;
  if (draft.input.mailbox !== undefined) {
    const message = 'is "no", which deletes the mailbox, but other mailbox columns of the row are filled';
    draft.errors.push({ column: 'mailbox', code: 'MAILBOX_CONTRADICTION', message });
  }
  draft.input.mailbox = null;
}

function settleUser(draft: Draft): void {
  const user = draft.extras.user as Values | undefined;
  if (user === undefined || user.username !== undefined) return;
  if (draft.errors.some((error) => error.column === 'user')) return;
  const message = 'is empty, but first_name, last_name or email is filled';
  draft.errors.push({ column: 'user', code: 'USERNAME_MISSING', message });
}

function finishExtension(draft: Draft): ParsedRow {
  settleMailbox(draft);
  settleUser(draft);
  return extensionRow(draft);
}

/** What the extension columns of a row say. */
export function extensionRow({ line, input, extras, errors }: Draft): ParsedRow {
  const { number, ...rest } = extras as ExtensionExtras;
  const row: ExtensionRow | undefined =
    errors.length > 0 ? undefined : { line, number, input: input as ExtensionInput, extras: rest };
  return { line, name: number, keys: extensionKeys(number, rest.phoneNumbers), row, errors };
}

function extensionKeys(number: string | undefined, phoneNumbers: readonly string[] | undefined): readonly RowKey[] {
  if (number === undefined && phoneNumbers === undefined) return NO_KEYS;
  const keys: RowKey[] = [];
  if (number !== undefined) keys.push({ column: 'extension', text: number, key: numberKey(number) });
  for (const text of phoneNumbers ?? []) keys.push({ column: 'phone_numbers', text, key: Number(text.slice(1)) });
  return keys;
}

/** An error of the writer as one of a cell. */
export function cellError({ path, code, message }: FieldError): CellError {
  return { column: columnOfPath(path), code, message };
}
