import { type Content, newestRow, rowHash } from './activity/chain.ts';
import { detailsText } from './activity/mask.ts';
import type { Tx } from './database.ts';
import { handleOf } from './handles.ts';
import { currentOrigin } from './origin.ts';

/** One line of the activity log. `details` must hold no secret: callers mask before. */
export interface AuditEntry {
  /** `token:<name>`, `user:<username>`, `job:<id>`, `local` (admin socket), `phone`, `pbx:<name>`, `system`. */
  actor: string;
  /** `<object type>.<verb>`: `extension.updated`, `drift.found`, `mailbox.pin_adopted`. */
  action: string;
  objectType: string;
  objectId: string;
  companyId?: string | null;
  details?: Record<string, unknown>;
}

const INSERT = `INSERT INTO "AuditEvent" ("at","actor","action","objectType","objectId","companyId","details","address",
  "requestId","hash") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** What these do came from no address, even while a request waits for it. */
const BACKGROUND = /^(job:|pbx:|(phone|system)$)/;

/** Adds lines to the activity log, each chained to the one before by its hash; part of the change that it tells of. */
export async function recordAudit(tx: Tx, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const handle = handleOf(tx);
  const insert = handle.prepare(INSERT);
  const origin = currentOrigin();
  const at = Date.now();
  // The transaction holds the write lock: nobody else adds a row after this one.
  let last = newestRow(handle)?.hash ?? '';
  for (const entry of entries) {
    const from = BACKGROUND.test(entry.actor) ? undefined : origin;
    const content: Content = [
      at,
      wellFormed(entry.actor),
      entry.action,
      entry.objectType,
      wellFormed(entry.objectId),
      entry.companyId ?? null,
      entry.details === undefined ? null : detailsText(entry.details),
      from?.address ?? null,
      from?.requestId ?? null,
    ];
    last = rowHash(last, content);
    insert.run(...content, last);
  }
}

/** SQLite keeps UTF-8, in which half a surrogate pair comes back as something else than was hashed. */
function wellFormed(text: string): string {
  return /\p{Surrogate}/u.test(text) ? Buffer.from(text).toString() : text;
}
