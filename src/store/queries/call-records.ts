import { breathe, type Handle, prepare } from '../activity/chain.ts';
import { conditionsOf, type ListSpec, type PageRequest } from './page.ts';
import { columns, iso, object } from './sql.ts';

/** Greater than everything that begins with `w.v`: the last code point there is. */
const BEGINS = (column: string) => `r."${column}" >= w.v AND r."${column}" < w.v || char(1114111)`;

/** Ids by several ways, each of which an index answers. */
function anyOf(...conditions: string[]): string {
  const ways = conditions.map((one) => `SELECT r.id FROM w CROSS JOIN "CallRecord" r WHERE ${one}`);
  return `v.id IN (WITH w(v) AS (SELECT ?) ${ways.join(' UNION ALL ')})`;
}

const OF_USER = (column: string) =>
  `SELECT r.id FROM w CROSS JOIN "Extension" e ON e."userId" = w.v CROSS JOIN "CallRecord" r ON r."${column}" = e.id`;

export const CALL_RECORDS: ListSpec = {
  item: object({
    ...columns('v', 'id', 'pbxId', 'companyId', 'callId', 'direction'),
    from: object({ number: 'v."fromNumber"', name: 'v."fromName"', extensionId: 'v."fromExtensionId"' }),
    to: object({ number: 'v."toNumber"', extensionId: 'v."toExtensionId"' }),
    number: 'v."number"',
    startedAt: iso('v."startedAt"'),
    answeredAt: iso('v."answeredAt"'),
    endedAt: iso('v."endedAt"'),
    ...columns('v', 'durationSeconds', 'talkSeconds', 'disposition', 'application', 'source'),
  }),
  from: 'FROM "CallRecord" v',
  id: 'v.id',
  sorts: { startedAt: 'v."startedAt"' },
  filters: {
    companyId: 'v."companyId" = ?',
    pbxId: 'v."pbxId" = ?',
    callId: 'v."callId" = ?',
    extensionId: anyOf('r."fromExtensionId" = w.v', 'r."toExtensionId" = w.v'),
    userId: `v.id IN (WITH w(v) AS (SELECT ?) ${OF_USER('fromExtensionId')} UNION ALL ${OF_USER('toExtensionId')})`,
    number: anyOf(BEGINS('fromNumber'), BEGINS('toNumber'), BEGINS('number')),
    direction: 'v."direction" = ?',
    disposition: 'v."disposition" = ?',
    minSeconds: 'v."talkSeconds" >= ?',
    since: 'v."startedAt" >= ?',
    until: 'v."startedAt" < ?',
    ids: 'v.id IN (SELECT value FROM json_each(?))',
  },
  search: ['v."fromNumber"', 'v."fromName"', 'v."toNumber"', 'v."number"'],
};

export const CALL_RECORD_GAPS: ListSpec = {
  item: object({
    ...columns('v', 'id', 'pbxId'),
    from: iso('v."fromAt"'),
    until: iso('v."untilAt"'),
    ...columns('v', 'reason', 'recovered', 'lost'),
  }),
  from: 'FROM "CallRecordGap" v',
  id: 'v.id',
  sorts: { from: 'v."fromAt"' },
  filters: {
    pbxId: 'v."pbxId" = ?',
    companyId: 'v."pbxId" = (SELECT c."pbxId" FROM "Company" c WHERE c.id = ?)',
    // One that lasts reaches into every later time.
    since: `coalesce(v."untilAt", 9e15) >= ?`,
    until: 'v."fromAt" < ?',
  },
  search: [],
};

/** Rows that one statement looks through: what no index helps with must not keep everybody waiting. */
const WINDOW = 5000;
const ENDS = `SELECT (SELECT coalesce(min(rowid), 1) FROM "CallRecord"), (SELECT coalesce(max(rowid), 0) FROM "CallRecord")`;

/**
 * All records that fit, as they were written (by their ends, but for those that were recovered), in windows, with pauses:
 * of each the columns of `select`. An export needs all; a search for text looks at every row.
 */
export async function* scanCallRecords<T>(
  handle: Handle,
  select: string,
  request: Pick<PageRequest, 'filters' | 'q'>,
): AsyncGenerator<T[]> {
  const { conditions, values } = conditionsOf(CALL_RECORDS, request);
  const sql = `SELECT ${select} ${CALL_RECORDS.from} WHERE ${['v.rowid >= ?', 'v.rowid < ?', ...conditions].join(' AND ')} ORDER BY v.rowid`;
  const [first, last] = prepare(handle, ENDS).raw().get() as [number, number];
  for (let from = first; from <= last; from += WINDOW) {
    yield prepare(handle, sql).all(from, Math.min(from + WINDOW, last + 1), ...values) as T[];
    await breathe();
  }
}
