/**
 * A cell that starts like a formula is run by spreadsheets (CWE-1236). Exports put an apostrophe before it, imports take
 * it off again; a text that already has apostrophes gets one more, so that every value comes back as it was.
 */
const FORMULA = /^[=+\-@\t\r\0]/;
const GUARDED = /^'+[=+\-@\t\r\0]/;

/** The sign for "clear this value" in an import, when it stands there bare: the text "-" is written with a guard. */
export const CLEAR = '-';

/** A value of ours as the text of a cell. */
export function guardValue(value: string): string {
  return FORMULA.test(value) || GUARDED.test(value) ? `'${value}` : value;
}

/** The text of a cell of somebody's file, to be written into a file again: what is guarded already stays as it is. */
export function guardRaw(cell: string): string {
  return cell !== CLEAR && FORMULA.test(cell) ? `'${cell}` : cell;
}

export function unguard(cell: string): string {
  return GUARDED.test(cell) ? cell.slice(1) : cell;
}
