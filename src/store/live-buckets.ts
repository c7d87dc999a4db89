import type { Reader, Tx } from './database.ts';
import { execute, queryJson } from './sql.ts';

/** What is known of one minute, of one company (or "": the whole PBX) on one PBX. */
export interface BucketRow {
  pbxId: string;
  companyId: string;
  callsMax: number;
  calls: number;
  answered: number;
  registered: number;
  heard: number;
}

const MINUTE_S = 60;
const HOUR_S = 3600;

/**
 * Adds to a minute and to its hour: the most stays the most, what is counted is added. So a minute that was begun before a
 * restart goes on.
 */
export async function addToBuckets(tx: Tx, at: number, rows: readonly BucketRow[]): Promise<void> {
  if (rows.length === 0) return;
  await execute(
    tx,
    `INSERT INTO "LiveBucket" ("seconds","pbxId","companyId","at","callsMax","calls","answered","registered","heard")
     SELECT s.value, r.value->>0, r.value->>1, ?2 - ?2 % (s.value * 1000), r.value->>2, r.value->>3, r.value->>4,
       r.value->>5, r.value->>6 FROM json_each(?1) r CROSS JOIN json_each(?3) s WHERE true
     ON CONFLICT ("seconds","companyId","pbxId","at") DO UPDATE SET
       "callsMax" = max("callsMax", excluded."callsMax"), "calls" = "calls" + excluded."calls",
       "answered" = "answered" + excluded."answered", "registered" = max("registered", excluded."registered"),
       "heard" = min("heard" + excluded."heard", "seconds")`,
    JSON.stringify(
      rows.map((row) => [row.pbxId, row.companyId, row.callsMax, row.calls, row.answered, row.registered, row.heard]),
    ),
    at,
    JSON.stringify([MINUTE_S, HOUR_S]),
  );
}

export interface BucketPoint {
  at: number;
  callsMax: number;
  calls: number;
  answered: number;
  registered: number;
  heard: number;
}

export interface BucketQuery {
  /** undefined: of all companies together. */
  companyId: string | undefined;
  seconds: 60 | 3600;
  /** Milliseconds since 1970. */
  from: number;
  to: number;
}

/**
 * Points from `from` until before `to`, oldest first; where nobody listened there is none. Whether a PBX was heard, its row
 * of all companies tells: a company has a row only when it had something to count. What several PBXs had at most at one
 * time is added up.
 */
export function readBuckets(reader: Reader, { companyId, seconds, from, to }: BucketQuery): Promise<BucketPoint[]> {
  const whole = companyId === undefined;
  const own = whole
    ? 'JOIN "LiveBucket" o ON o."seconds" = w."seconds" AND o."companyId" = \'\' AND o."pbxId" = w."pbxId" AND o."at" = w."at"'
    : 'LEFT JOIN "LiveBucket" o ON o."seconds" = w."seconds" AND o."companyId" = ?4 AND o."pbxId" = w."pbxId" AND o."at" = w."at"';
  const sum = (name: string) => `sum(coalesce(o."${name}", 0))`;
  return queryJson<BucketPoint[]>(
    reader,
    `SELECT json_group_array(json(v)) FROM (
       SELECT json_object('at', w."at", 'callsMax', ${sum('callsMax')}, 'calls', ${sum('calls')},
         'answered', ${sum('answered')}, 'registered', ${sum('registered')}, 'heard', min(w."heard")) AS v
       FROM "LiveBucket" w ${own}
       WHERE w."seconds" = ?1 AND w."companyId" = '' AND w."at" >= ?2 AND w."at" < ?3 AND w."heard" > 0
       ${whole ? '' : 'AND w."pbxId" = (SELECT c."pbxId" FROM "Company" c WHERE c.id = ?4)'}
       GROUP BY w."at" ORDER BY w."at")`,
    seconds,
    from,
    to,
    companyId ?? null,
  );
}

/** Milliseconds since 1970 before which minutes and hours go. */
export async function forgetBuckets(tx: Tx, minutesBefore: number, hoursBefore: number): Promise<void> {
  const sql = 'DELETE FROM "LiveBucket" WHERE "seconds" = ?1 AND "at" < ?2';
  await execute(tx, sql, MINUTE_S, Math.floor(minutesBefore));
  await execute(tx, sql, HOUR_S, Math.floor(hoursBefore));
}
