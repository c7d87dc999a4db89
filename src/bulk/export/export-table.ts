import { recordAudit } from '../../store/audit-log.ts';
import type { Database } from '../../store/database.ts';
import { type ExportCell, exportRows, membershipRows } from '../../store/queries/exports.ts';
import type { PageRequest } from '../../store/queries/page.ts';
import type { Column } from '../columns.ts';
import type { ImportTableName } from '../tables/shape.ts';
import { SHAPES } from '../tables/shapes.ts';
import { PERSON_COLUMNS } from '../tables/user-columns.ts';
import { type ExportColumn, type ExportFormat, exportText } from './export-text.ts';

/** An import takes them, nobody gets them from us. */
const SECRETS = new Set(['mailbox_pin', 'sip_secret']);

/** What an export of a table has: the columns of its import but for the secrets; extensions have an export of their own. */
export function exportColumns(table: ImportTableName): readonly Column[] {
  const columns = table === 'users' ? PERSON_COLUMNS : SHAPES[table].columns;
  return columns.filter(({ name }) => !SECRETS.has(name));
}

export interface ExportChoices {
  actor: string;
  companyId: string;
  format: ExportFormat;
  bom: boolean;
  /** undefined: all. */
  columns: readonly string[] | undefined;
  filters: PageRequest['filters'];
  q: string | undefined;
}

/** A table as the file that its import takes. What was given to whom stands in the activity log at the end. */
export function exportTable(
  db: Database,
  table: ImportTableName,
  choices: ExportChoices,
): AsyncGenerator<string, void> {
  const columns = exportColumns(table).filter(({ name }) => choices.columns?.includes(name) ?? true);
  const names = columns.map(({ name }) => name);
  const request = { filters: { ...choices.filters, companyId: choices.companyId }, q: choices.q };
  const rows =
    table === 'memberships'
      ? picked(membershipRows(db.read, request), names)
      : exportRows(db.read, table, names, request);
  return auditedExport(db, table, rows, columns, choices);
}

/** Any rows as a file, with a line in the activity log; also of an export that was broken off. */
export async function* auditedExport(
  db: Database,
  table: string,
  rows: AsyncIterable<ExportCell[][]>,
  columns: readonly ExportColumn[],
  {
    actor,
    companyId,
    format,
    bom,
    q,
    filters,
  }: Omit<ExportChoices, 'columns' | 'companyId'> & { companyId: string | null },
): AsyncGenerator<string, void> {
  let count = 0;
  let isWhole = false;
  async function* counted(): AsyncGenerator<ExportCell[][], void> {
    for await (const some of rows) {
      count += some.length;
      yield some;
    }
  }
  try {
    yield* exportText(counted(), columns, { format, bom });
    isWhole = true;
  } finally {
    const given = Object.entries({ ...filters, q }).filter(
      ([name, value]) => name !== 'companyId' && value !== undefined,
    );
    const details = {
      ...{ rows: count, format, columns: columns.map(({ name }) => name) },
      ...(given.length === 0 ? {} : { filter: Object.fromEntries(given) }),
      ...(isWhole ? {} : { brokenOff: true }),
    };
    await db.write((tx) =>
      recordAudit(tx, [
        { actor, action: `export.${table}`, objectType: 'export', objectId: table, companyId, details },
      ]),
    );
  }
}

const MEMBERSHIP: readonly string[] = ['kind', 'group', 'username'];

async function* picked(
  rows: AsyncIterable<ExportCell[][]>,
  names: readonly string[],
): AsyncGenerator<ExportCell[][], void> {
  const places = names.map((name) => MEMBERSHIP.indexOf(name));
  for await (const some of rows) yield some.map((row) => places.map((at) => row[at] ?? null));
}
