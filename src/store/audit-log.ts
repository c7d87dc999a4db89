import type { Tx } from './database.ts';
import { executeEach } from './sql.ts';

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
  const now = Date.now();
  await executeEach(
    tx,
    `INSERT INTO "AuditEvent" ("at","actor","action","objectType","objectId","companyId","details") VALUES (?, ?, ?, ?, ?, ?, ?)`,
    entries.map((entry) => [
      now,
      entry.actor,
      entry.action,
      entry.objectType,
      entry.objectId,
      entry.companyId ?? null,
      entry.details === undefined ? null : JSON.stringify(entry.details),
    ]),
  );
}
