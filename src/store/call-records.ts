import type { Reader, Tx } from './database.ts';
import { handleOf } from './handles.ts';
import { execute } from './sql.ts';

export interface CallRecordRow {
  id: string;
  pbxId: string;
  companyId: string | null;
  callId: string;
  uniqueId: string;
  sequence: number;
  direction: string;
  fromNumber: string;
  fromName: string | null;
  toNumber: string;
  number: string | null;
  fromExtensionId: string | null;
  toExtensionId: string | null;
  /** Looked up in the company when there is no `toExtensionId`. */
  toExtensionNumber: string | null;
  startedAt: number;
  answeredAt: number | null;
  endedAt: number;
  durationSeconds: number;
  talkSeconds: number;
  disposition: string;
  application: string | null;
  source: 'journal' | 'event';
}

const COLUMNS = [
  ...['id', 'pbxId', 'companyId', 'callId', 'uniqueId', 'sequence', 'direction', 'fromNumber', 'fromName', 'toNumber'],
  ...['number', 'fromExtensionId', 'startedAt', 'answeredAt', 'endedAt', 'durationSeconds', 'talkSeconds'],
  ...['disposition', 'application', 'source'],
] as const;

const INSERT = `INSERT OR IGNORE INTO "CallRecord" (${COLUMNS.map((name) => `"${name}"`).join(', ')}, "toExtensionId")
  VALUES (${COLUMNS.map(() => '?').join(', ')},
    coalesce(?, (SELECT e.id FROM "Extension" e WHERE e."companyId" = ? AND e."number" = ?))) RETURNING "toExtensionId"`;

/** Inserts what is not there yet; a record is known by its PBX, unique id and sequence. Answers those that were new. */
export function insertCallRecords(tx: Tx, rows: readonly CallRecordRow[]): CallRecordRow[] {
  const statement = handleOf(tx).prepare(INSERT).pluck();
  return rows.flatMap((row) => {
    const values = COLUMNS.map((name) => row[name as keyof CallRecordRow]);
    const inserted = statement.get(...values, row.toExtensionId, row.companyId, row.toExtensionNumber);
    return inserted === undefined ? [] : [{ ...row, toExtensionId: inserted as string | null }];
  });
}

export function hasCallRecord(reader: Reader, pbxId: string, uniqueId: string, sequence: number): boolean {
  const sql = 'SELECT 1 FROM "CallRecord" WHERE "pbxId" = ? AND "uniqueId" = ? AND "sequence" = ?';
  return handleOf(reader).prepare(sql).get(pbxId, uniqueId, sequence) !== undefined;
}

/** Rows of one transaction: others must get in between. */
const PIECE = 5000;

/** Deletes the oldest records, and gaps, that ended before. True: there are more. */
export async function expireCallRecords(tx: Tx, before: number): Promise<boolean> {
  await execute(tx, 'DELETE FROM "CallRecordGap" WHERE "untilAt" < ?1', before);
  const deleted = await execute(
    tx,
    `DELETE FROM "CallRecord" WHERE "id" IN (SELECT "id" FROM "CallRecord" WHERE "startedAt" < ?1 ORDER BY "startedAt", "id" LIMIT ?2)`,
    before,
    PIECE,
  );
  return deleted === PIECE;
}
