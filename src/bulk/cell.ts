import { fieldErrors } from '../domain/rule.ts';
import type { Column } from './columns.ts';
import { CLEAR, unguard } from './csv/guard.ts';
import { splitList } from './csv/list-cell.ts';
import type { CellOptions } from './options.ts';

/** One thing wrong in a row. `column` is the name in the header; empty when it is about the row as a whole. */
export interface CellError {
  column: string;
  code: string;
  message: string;
}

/** What a cell says about a value: nothing (it was empty), clear it, set it, or something nobody can take. */
export type Cell =
  | { kind: 'absent' }
  | { kind: 'clear'; isEmpty?: true }
  | { kind: 'set'; value: unknown }
  | { kind: 'faults'; errors: CellError[] };

const YES = new Set(['yes', 'true', '1', 'on']);
const NO = new Set(['no', 'false', '0', 'off']);
/** What a spreadsheet makes of a long number: "4,93E+11". Its digits are gone. */
const DAMAGED = /^\d(?:[.,]\d+)?E\+?\d+$/i;

const ABSENT: Cell = { kind: 'absent' };
/** An empty cell of a file in which these clear. */
const EMPTIED: Cell = { kind: 'clear', isEmpty: true };
/** A column with more different texts than this (names, PINs) gains nothing from remembering them. */
const REMEMBERED = 64;

/**
 * Reads and judges the cells of one column. Texts that come again and again (a site, a class, a time zone) are judged
 * once: looking up a time zone alone takes 130 microseconds.
 */
export function createCellReader(column: Column, options: CellOptions = {}): (text: string) => Cell {
  const isCleared = options.emptyCells === 'clear' && column.cleared !== undefined;
  const schema = options.allowWeakSecrets === true ? (column.weakSchema ?? column.schema) : column.schema;
  return createReader({ ...column, schema }, isCleared ? EMPTIED : ABSENT);
}

function createReader(column: Column, empty: Cell): (text: string) => Cell {
  let known: Map<string, Cell> | undefined = new Map();
  return (text) => {
    if (text === '') return empty;
    const before = known?.get(text);
    if (before !== undefined) return before;
    const read = readCell(column, text);
    const cell = read === ABSENT ? empty : read;
    if (known !== undefined) {
      if (known.size < REMEMBERED) known.set(text, cell);
      else known = undefined;
    }
    return cell;
  };
}

function readCell(column: Column, text: string): Cell {
  const written = text.trim();
  const cell = unguard(written).trim();
  if (cell === '') return ABSENT;
  if (written === CLEAR) {
    if (column.cleared !== undefined) return { kind: 'clear' };
    return fault(column, 'CLEAR_NOT_ALLOWED', 'must not be cleared: leave the cell empty to keep what is there');
  }
  switch (column.type) {
    case 'text':
      return judged(column, cell);
    case 'digits':
      return DAMAGED.test(cell) ? damaged(column, cell) : judged(column, cell);
    case 'word':
      return judged(column, cell.toLowerCase());
    case 'yesno':
      return yesNo(column, cell.toLowerCase());
    case 'integer':
      return /^\d{1,9}$/.test(cell) ? judged(column, Number(cell)) : fault(column, 'TYPE_INVALID', 'must be a number');
    case 'words':
      return judged(column, cell.toLowerCase().split(/[\s|]+/));
    case 'list':
      return judged(column, splitList(cell));
    case 'numbers': {
      const numbers = cell.split(/[\s|]+/).map(unguard);
      const broken = numbers.find((number) => DAMAGED.test(number));
      return broken === undefined ? judged(column, numbers) : damaged(column, broken);
    }
  }
}

function judged(column: Column, value: unknown): Cell {
  const checked = column.schema.safeParse(value);
  if (checked.success) return { kind: 'set', value: checked.data };
  const errors = fieldErrors(checked.error).map(({ code, message }) => ({ column: column.name, code, message }));
  return { kind: 'faults', errors };
}

function fault(column: Column, code: string, message: string): Cell {
  return { kind: 'faults', errors: [{ column: column.name, code, message }] };
}

function yesNo(column: Column, cell: string): Cell {
  if (YES.has(cell)) return { kind: 'set', value: true };
  if (NO.has(cell)) return { kind: 'set', value: false };
  return fault(column, 'TYPE_INVALID', 'must be yes or no');
}

function damaged(column: Column, cell: string): Cell {
  const message = `"${cell}" was a number before a spreadsheet rounded it: format the column as text`;
  return fault(column, 'NUMBER_DAMAGED', message);
}
