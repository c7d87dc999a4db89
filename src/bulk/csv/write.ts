/** Spreadsheets take a file without it for Windows-1252. */
export const BOM = '\ufeff';

/** One record as RFC 4180 has it. Guarding formulas is the caller's part: it knows what is a value and what a raw cell. */
export function csvLine(cells: readonly string[], delimiter: string): string {
  return `${cells.map((cell) => quoted(cell, delimiter)).join(delimiter)}\r\n`;
}

function quoted(cell: string, delimiter: string): string {
  return cell.includes(delimiter) || /["\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
