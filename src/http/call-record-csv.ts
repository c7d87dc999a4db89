import { guardValue } from '../bulk/csv/guard.ts';
import { BOM, csvLine } from '../bulk/csv/write.ts';
import type { Database } from '../store/database.ts';
import { handleOf } from '../store/handles.ts';
import { scanCallRecords } from '../store/queries/call-records.ts';
import type { PageRequest } from '../store/queries/page.ts';

const TIMES: readonly string[] = ['startedAt', 'answeredAt', 'endedAt'];
const COLUMNS = [
  ...TIMES,
  ...['direction', 'fromNumber', 'fromName', 'toNumber', 'number', 'disposition', 'durationSeconds', 'talkSeconds'],
  ...['application', 'fromExtension', 'toExtension', 'companyId', 'callId', 'uniqueId', 'sequence', 'source'],
] as const;

const extension = (column: string) => `(SELECT e."number" FROM "Extension" e WHERE e.id = v."${column}")`;
const SELECT = COLUMNS.map((name) => {
  if (name === 'fromExtension' || name === 'toExtension') return `${extension(`${name}Id`)} AS "${name}"`;
  return `v."${name}"`;
}).join(', ');

type Row = Record<string, string | number | null>;

/** Call records as a file for a spreadsheet, oldest first, without ever holding more than a piece of it. */
export async function* callRecordCsv(
  db: Database,
  request: Pick<PageRequest, 'filters' | 'q'>,
): AsyncGenerator<string, void> {
  yield BOM + csvLine(COLUMNS, ',');
  for await (const rows of scanCallRecords<Row>(handleOf(db.read), SELECT, request)) {
    if (rows.length > 0) yield rows.map((row) => csvLine(cellsOf(row), ',')).join('');
  }
}

function cellsOf(row: Row): string[] {
  return COLUMNS.map((name) => {
    const value = row[name] ?? null;
    if (value === null) return '';
    return TIMES.includes(name) ? new Date(Number(value)).toISOString() : guardValue(String(value));
  });
}
