import type { Tx } from './database.ts';
import { execute } from './sql.ts';

/** One line of the activity log. `details` must hold no secret: callers mask before. */
export interface AuditEntry {
  /** `token:<name>`, `job:<id>`, `local` (admin socket), `phone`, `pbx:<name>`, `system`. */
  actor: string;
  /** `<object type>.<verb>`: `extension.updated`, `drift.found`, `mailbox.pin_adopted`. */
  action: string;
  objectType: string;
  objectId: string;
  companyId?: string | null;
  details?: Record<string, unknown>;
}

export async function recordAudit(tx: Tx, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await execute(
    tx,
    `INSERT INTO "AuditEvent" ("at","actor","action","objectType","objectId","companyId","details")
     SELECT ?2, value->>0, value->>1, value->>2, value->>3, value->>4, value->>5 FROM json_each(?1)`,
    JSON.stringify(
      entries.map((entry) => [
        entry.actor,
        entry.action,
        entry.objectType,
        entry.objectId,
        entry.companyId ?? null,
        entry.details === undefined ? null : JSON.stringify(entry.details),
      ]),
    ),
    Date.now(),
  );
}
