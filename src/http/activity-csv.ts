import { guardValue } from '../bulk/csv/guard.ts';
import { BOM, csvLine } from '../bulk/csv/write.ts';
import type { Database } from '../store/database.ts';
import { handleOf } from '../store/handles.ts';
import { scanActivity } from '../store/queries/activity.ts';
import type { PageRequest } from '../store/queries/page.ts';

const COLUMNS = [
  'at',
  'actor',
  'action',
  'objectType',
  'objectId',
  'companyId',
  'address',
  'requestId',
  'details',
] as const;

type Row = Record<(typeof COLUMNS)[number], string | number | null>;

/** The activity log as a file for a spreadsheet, oldest first, without ever holding more than a piece of it. */
export async function* activityCsv(
  db: Database,
  request: Pick<PageRequest, 'filters' | 'q'>,
): AsyncGenerator<string, void> {
  yield BOM + csvLine(COLUMNS, ',');
  const select = COLUMNS.map((name) => `v."${name}"`).join(', ');
  for await (const rows of scanActivity<Row>(handleOf(db.read), select, request, 'up')) {
    if (rows.length > 0) yield rows.map((row) => csvLine(cellsOf(row), ',')).join('');
  }
}

function cellsOf(row: Row): string[] {
  return COLUMNS.map((name) => {
    if (name === 'at') return new Date(Number(row.at)).toISOString();
    return guardValue(String(row[name] ?? ''));
  });
}
