import { v7 as uuid } from 'uuid';
import type { Reader, Tx } from './database.ts';
import { handleOf } from './handles.ts';
import { execute } from './sql.ts';

/** When a PBX was last listened to, and which start of Asterisk that was. */
export interface Heard {
  /** Milliseconds since 1970. */
  at: number;
  pbxStartedAt: string;
}

export interface OpenGap {
  id: string;
  fromAt: number;
}

const nameOf = (pbxId: string) => `records.heard:${pbxId}`;

export function lastHeard(reader: Reader, pbxId: string): Heard | undefined {
  const value = handleOf(reader).prepare('SELECT "value" FROM "Setting" WHERE "name" = ?').pluck().get(nameOf(pbxId));
  return value === undefined ? undefined : (JSON.parse(value as string) as Heard);
}

export async function noteHeard(tx: Tx, pbxId: string, heard: Heard): Promise<void> {
  const sql = 'INSERT INTO "Setting" ("name", "value") VALUES (?1, ?2) ON CONFLICT ("name") DO UPDATE SET "value" = ?2';
  await execute(tx, sql, nameOf(pbxId), JSON.stringify(heard));
}

/** The gap that lasts, if there is one. */
export function openGap(reader: Reader, pbxId: string): OpenGap | undefined {
  const sql = `SELECT "id", "fromAt" FROM "CallRecordGap" WHERE "pbxId" = ? AND "untilAt" IS NULL ORDER BY "fromAt" LIMIT 1`;
  return handleOf(reader).prepare(sql).get(pbxId) as OpenGap | undefined;
}

/** Does nothing while one lasts. */
export async function beginGap(tx: Tx, pbxId: string, fromAt: number, reason: string): Promise<OpenGap> {
  const open = openGap(tx, pbxId);
  if (open !== undefined) return open;
  const id = uuid();
  await execute(
    tx,
    'INSERT INTO "CallRecordGap" ("id", "pbxId", "fromAt", "reason", "recovered") VALUES (?1, ?2, ?3, ?4, 0)',
    id,
    pbxId,
    fromAt,
    reason,
  );
  return { id, fromAt };
}

/** `lost`: records that nobody has; null: it cannot be known. `note` is added to the reason. */
export async function endGap(
  tx: Tx,
  id: string,
  end: { untilAt: number; recovered: number; lost: number | null; note?: string | undefined },
): Promise<void> {
  await execute(
    tx,
    `UPDATE "CallRecordGap" SET "untilAt" = max(?2, "fromAt"), "recovered" = ?3, "lost" = ?4, "reason" = "reason" || ?5 WHERE "id" = ?1`,
    id,
    end.untilAt,
    end.recovered,
    end.lost,
    end.note === undefined ? '' : `; ${end.note}`,
  );
}
