import { type FieldError, LinekeeperError } from '../errors.ts';
import { type AuditEntry, recordAudit } from '../store/audit-log.ts';
import type { Tx } from '../store/database.ts';

/** Who changes something, and which version of it they have seen (undefined: they do not mind). */
export interface ChangeContext {
  actor: string;
  ifVersion: number | undefined;
}

export function notFound(what: string): LinekeeperError {
  return new LinekeeperError('NOT_FOUND', `there is no such ${what}`);
}

/** A field of the request that cannot be taken, in the words of its code. */
export function wrongField(code: LinekeeperError['code'], path: string, message: string): LinekeeperError {
  const fields: FieldError[] = [{ path, code, message }];
  return new LinekeeperError(code, `${path}: ${message}`, { fields });
}

/** A field of the request names something that does not exist, or that the caller must not know of. */
export function badReference(path: string, what: string): LinekeeperError {
  return wrongField('REFERENCE_INVALID', path, `there is no such ${what}`);
}

/** The fields of a merge patch that are given and differ. */
export function differing<R extends object, P extends Partial<Record<keyof R, unknown>>>(row: R, patch: P) {
  const changed = Object.entries(patch).filter(
    ([name, value]) => value !== undefined && value !== row[name as keyof R],
  );
  return Object.fromEntries(changed) as { [K in keyof P]?: Exclude<P[K], undefined> };
}

/** Before and after of each changed field, for the activity log. */
export function beforeAfter(row: object, changed: object): Record<string, unknown> {
  const before = row as Record<string, unknown>;
  return Object.fromEntries(Object.entries(changed).map(([name, value]) => [name, [before[name], value]]));
}

export function audit(
  tx: Tx,
  { actor }: Pick<ChangeContext, 'actor'>,
  action: string,
  objectType: AuditEntry['objectType'],
  row: { id: string; companyId: string | null },
  details: Record<string, unknown>,
): Promise<void> {
  return recordAudit(tx, [{ actor, action, objectType, objectId: row.id, companyId: row.companyId, details }]);
}
