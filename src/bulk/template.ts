import { guardValue } from './csv/guard.ts';
import { BOM, csvLine } from './csv/write.ts';
import type { ImportTableName } from './tables/shape.ts';
import { SHAPES } from './tables/shapes.ts';

/**
 * An empty file to fill in: a line of words per column, the header, one example. The words hold nothing that a
 * spreadsheet would put in quotes; an import passes over lines that start with "#" before the header.
 */
export function templateCsv(table: ImportTableName): string {
  const { columns } = SHAPES[table];
  const notes = columns.map(({ name, note }) => `# ${name}: ${note}\r\n`).join('');
  const names = columns.map(({ name }) => name);
  const examples = columns.map(({ example }) => guardValue(example));
  const head =
    '# An empty cell changes nothing. A cell with only - clears the value. Lines like this one are not read.\r\n';
  return BOM + head + notes + csvLine(names, ',') + csvLine(examples, ',');
}
