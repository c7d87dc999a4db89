import type { Permission } from '../../domain/permission.ts';
import type { Column } from '../columns.ts';

export const IMPORT_TABLES = [
  'extensions',
  'users',
  'groups',
  'memberships',
  'numbers',
  'mailboxes',
  'devices',
] as const;
export type ImportTableName = (typeof IMPORT_TABLES)[number];

/** What a file may say of one kind of objects. */
export interface TableShape {
  name: ImportTableName;
  /** In the order of the template. */
  columns: readonly Column[];
  /** Columns without which a row says nothing, each with the words for whoever forgot it. */
  must: Readonly<Record<string, string>>;
  /** What an import needs besides `imports:write`, by the columns it has. */
  needs(columns: ReadonlySet<string>): Permission[];
  /** Whether a cell of the column `extension` asks for the next free number; absent: none does. */
  wantsNumber?(cell: string): boolean;
  /** What the column is called of a field that an error is about. */
  columnOf(path: string): string;
}

/** By the places that the columns have in the values of a row. */
export function columnNames(columns: readonly Column[]): (path: string) => string {
  const names = new Map(columns.map((one) => [one.path.join('.'), one.name]));
  return (path) => names.get(path) ?? names.get(path.replace(/\.\d+(\..*)?$/, '')) ?? path;
}
