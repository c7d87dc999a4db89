/**
 * Several values in one cell: `Sales|Night shift`. A bar or a backslash in a value has a backslash before it. The one place
 * for import and export.
 */
export function joinList(values: readonly string[]): string {
  return values.map((value) => value.replace(/[\\|]/g, '\\$&')).join('|');
}

/** The values of a cell, trimmed, without empty ones. */
export function splitList(cell: string): string[] {
  const values = [''];
  for (let i = 0; i < cell.length; i++) {
    const char = cell[i]!;
    const next = cell[i + 1];
    if (char === '|') values.push('');
    else if (char === '\\' && (next === '\\' || next === '|')) {
      values[values.length - 1] += next;
      i++;
    } else values[values.length - 1] += char;
  }
  return values.map((value) => value.trim()).filter((value) => value !== '');
}
