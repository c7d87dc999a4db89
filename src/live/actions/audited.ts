import { isLinekeeperError } from '../../errors.ts';
import { type AuditEntry, recordAudit } from '../../store/audit-log.ts';
import type { Database } from '../../store/database.ts';

/** Does something that no transaction can take back, and notes what came of it, a failure too. */
export async function audited<T>(
  db: Database,
  entry: Omit<AuditEntry, 'details'> & { details?: Record<string, unknown> },
  work: () => Promise<T>,
  outcomeOf: (result: T) => Record<string, unknown>,
): Promise<T> {
  const note = (outcome: Record<string, unknown>) =>
    db.write((tx) => recordAudit(tx, [{ ...entry, details: { ...entry.details, ...outcome } }]));
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await note({ failed: isLinekeeperError(error) ? error.code : 'INTERNAL' });
    throw error;
  }
  await note(outcomeOf(result));
  return result;
}
