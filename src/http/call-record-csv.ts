import { type ExportColumn, exportText } from '../bulk/export/export-text.ts';
import type { Database } from '../store/database.ts';
import { handleOf } from '../store/handles.ts';
import { scanCallRecords } from '../store/queries/call-records.ts';
import type { ExportCell } from '../store/queries/exports.ts';
import type { PageRequest } from '../store/queries/page.ts';

const TIMES: readonly string[] = ['startedAt', 'answeredAt', 'endedAt'];
const NAMES = [
  ...TIMES,
  ...['direction', 'fromNumber', 'fromName', 'toNumber', 'number', 'disposition', 'durationSeconds', 'talkSeconds'],
  ...['application', 'fromExtension', 'toExtension', 'companyId', 'callId', 'uniqueId', 'sequence', 'source'],
];
export const CALL_RECORD_COLUMNS: readonly ExportColumn[] = NAMES.map((name) => ({ name }));

const extension = (column: string) => `(SELECT e."number" FROM "Extension" e WHERE e.id = v."${column}")`;
const SELECT = NAMES.map((name) => {
  if (name === 'fromExtension' || name === 'toExtension') return `${extension(`${name}Id`)} AS "${name}"`;
  return `v."${name}"`;
}).join(', ');

type Row = Record<string, string | number | null>;
type Request = Pick<PageRequest, 'filters' | 'q'>;

/** Call records as a file for a spreadsheet, oldest first, without ever holding more than a piece of it. */
export function callRecordCsv(db: Database, request: Request): AsyncGenerator<string, void> {
  return exportText(callRecordRows(db, request, NAMES), CALL_RECORD_COLUMNS, { format: 'csv', bom: true });
}

/** The same as cells. */
export async function* callRecordRows(
  db: Database,
  request: Request,
  names: readonly string[],
): AsyncGenerator<ExportCell[][], void> {
  for await (const rows of scanCallRecords<Row>(handleOf(db.read), SELECT, request)) {
    if (rows.length > 0) yield rows.map((row) => names.map((name) => cellOf(name, row[name] ?? null)));
  }
}

function cellOf(name: string, value: string | number | null): ExportCell {
  return value === null || !TIMES.includes(name) ? value : new Date(Number(value)).toISOString();
}
