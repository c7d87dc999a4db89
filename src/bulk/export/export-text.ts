import type { ExportCell } from '../../store/queries/exports.ts';
import type { Column } from '../columns.ts';
import { CLEAR, guardValue } from '../csv/guard.ts';
import { joinList } from '../csv/list-cell.ts';
import { BOM, csvLine } from '../csv/write.ts';

export const EXPORT_FORMATS = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** A column of an export: what it is called, and how an import reads several values. */
export type ExportColumn = Pick<Column, 'name'> & { type?: Column['type'] };

/** Rows as the text of a file, piece by piece. A byte order mark is for spreadsheets; JSON Lines never has one. */
export async function* exportText(
  rows: AsyncIterable<ExportCell[][]>,
  columns: readonly ExportColumn[],
  { format, bom }: { format: ExportFormat; bom: boolean },
): AsyncGenerator<string, void> {
  const names = columns.map(({ name }) => name);
  if (format === 'csv') yield (bom ? BOM : '') + csvLine(names, ',');
  for await (const some of rows) {
    if (format === 'csv')
      yield some
        .map((row) =>
          csvLine(
            row.map((cell, at) => cellText(cell, columns[at]!)),
            ',',
          ),
        )
        .join('');
    else yield some.map((row) => `${jsonLine(row, names)}\n`).join('');
  }
}

function cellText(cell: ExportCell, column: ExportColumn): string {
  if (cell === null) return '';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  if (typeof cell === 'number') return String(cell);
  if (typeof cell === 'string') return guardValue(cell);
  // Somebody without any role, said by an empty cell, would get the one that everybody starts with.
  if (cell.length === 0) return column.name === 'roles' ? CLEAR : '';
  return guardValue(column.type === 'list' ? joinList(cell) : cell.join('|'));
}

/** What is not there is left out. */
function jsonLine(row: readonly ExportCell[], names: readonly string[]): string {
  const entries = names.map((name, at): [string, ExportCell] => [name, row[at] ?? null]);
  const isSaid = ([name, cell]: [string, ExportCell]) =>
    cell !== null && (!Array.isArray(cell) || cell.length > 0 || name === 'roles');
  return JSON.stringify(Object.fromEntries(entries.filter(isSaid)));
}
