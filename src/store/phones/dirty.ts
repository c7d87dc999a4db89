import type { Reader, Tx } from '../database.ts';
import { execute, queryJson } from '../sql.ts';

/** A mark of a device whose files may have become different; `generation` grows when it is marked again. */
export type DirtyDevice = [deviceId: string, generation: number];

/** All marks, by device. The text is another one for each mark there ever is: a mark that went and came has another time. */
export async function dirtyMarks(reader: Reader): Promise<Map<string, string>> {
  const rows = await queryJson<[string, string][]>(
    reader,
    `SELECT json_group_array(json_array("deviceId", "generation" || ' ' || "dirtyAt")) AS json FROM "DeviceDirty"`,
  );
  return new Map(rows);
}

/** The oldest marks. */
export function oldestDirty(reader: Reader, limit: number): Promise<DirtyDevice[]> {
  return queryJson<DirtyDevice[]>(
    reader,
    `SELECT json_group_array(json_array("deviceId", "generation")) AS json
     FROM (SELECT * FROM "DeviceDirty" ORDER BY "dirtyAt", rowid LIMIT ?1)`,
    limit,
  );
}

/** Looked at: the marks go, but for those of devices that were changed again meanwhile. */
export async function settleDirty(tx: Tx, marks: readonly DirtyDevice[]): Promise<void> {
  await execute(
    tx,
    `DELETE FROM "DeviceDirty" WHERE rowid IN (SELECT d.rowid FROM json_each(?1) j CROSS JOIN "DeviceDirty" d
       ON d."deviceId" = j.value->>0 AND d."generation" = j.value->>1)`,
    JSON.stringify(marks),
  );
}

/** Everything is made again: definitions or templates have become others. */
export async function markAllDevices(tx: Tx): Promise<void> {
  await execute(
    tx,
    `INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt") SELECT id, ?1 FROM "Device" WHERE 1
     ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1`,
    Date.now(),
  );
}

/** The same for some. */
export async function markDevices(tx: Tx, deviceIds: readonly string[]): Promise<void> {
  await execute(
    tx,
    `INSERT INTO "DeviceDirty" ("deviceId", "dirtyAt")
       SELECT d.id, ?2 FROM json_each(?1) j CROSS JOIN "Device" d ON d.id = j.value WHERE 1
     ON CONFLICT ("deviceId") DO UPDATE SET "generation" = "generation" + 1`,
    JSON.stringify(deviceIds),
    Date.now(),
  );
}
