/** Planted fault: after its first audit the daemon believes its own records instead of looking. */
import * as original from '../../../../src/reconciler/audit.ts';

export * from '../../../../src/reconciler/audit.ts';

let first: original.AuditOutcome | undefined;

export async function audit(...args: Parameters<typeof original.audit>): Promise<original.AuditOutcome> {
  first ??= await original.audit(...args);
  return first;
}
