import { UPLOAD_LIMITS } from '../../domain/phones/device.ts';
import type { Tx } from '../database.ts';
import { execute } from '../sql.ts';

/**
 * Keeps what a phone put, in place of an earlier one of the same name. The oldest give way when the device would have more
 * than 4 MiB: logs come again and again.
 */
export async function keepUpload(
  tx: Tx,
  { deviceId, name, at, content }: { deviceId: string; name: string; at: number; content: Buffer },
): Promise<void> {
  await execute(
    tx,
    `INSERT INTO "DeviceUpload" ("deviceId","name","at","content") SELECT "id", ?2, ?3, ?4 FROM "Device" WHERE "id" = ?1
     ON CONFLICT ("deviceId","name") DO UPDATE SET "at" = excluded."at", "content" = excluded."content"`,
    deviceId,
    name,
    at,
    content,
  );
  await execute(
    tx,
    `DELETE FROM "DeviceUpload" WHERE "deviceId" = ?1 AND "name" IN (
       SELECT "name" FROM (SELECT "name", sum(length("content")) OVER (ORDER BY "at" DESC, "name") AS "sum"
         FROM "DeviceUpload" WHERE "deviceId" = ?1) WHERE "sum" > ?2)`,
    deviceId,
    UPLOAD_LIMITS.deviceBytes,
  );
}
