import { type ErrorCode, LinekeeperError } from '../errors.ts';
import { pinOf } from '../plan/mailbox-line.ts';
import { isNextAuth, keyOf, kindOf } from '../plan/pbx-object.ts';
import type { Change, Plan } from '../plan/plan.ts';
import type { Owner } from '../plan/source.ts';
import { announcePins } from '../store/applied.ts';
import type { Batch } from './batch.ts';
import type { PbxContext } from './context.ts';

const LINK_LOST: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['AMI_CLOSED', 'AMI_TIMEOUT', 'PBX_UNREACHABLE']);

/** What belongs to nobody we know (an unexpected object) is accounted to the PBX itself. */
export const NOBODY: Owner = { type: 'company', id: '' };

/**
 * Writes a plan and notes in `batch` what must be found at the read-back. One object that fails takes its owner with
 * it and nobody else.
 */
export async function applyPlan(context: PbxContext, plan: Plan, batch: Batch): Promise<void> {
  for (const { owner, code, reason } of plan.refusals) batch.fail(owner, { code, reason, retryable: false });
  const { changes } = plan;
  if (changes.length === 0) return;
  await announceNewPins(context, changes);
  const results = await context.port.apply(changes);
  const lost = results.find((result) => !result.ok && LINK_LOST.has(result.code));
  // Nobody's fault and nothing to remember: the marks stand, and the audit of the next login starts from what is there.
  if (lost !== undefined && !lost.ok) throw new LinekeeperError('PBX_UNREACHABLE', lost.reason);
  changes.forEach((change, index) => {
    const owner = change.owner ?? NOBODY;
    const result = results[index];
    if (result?.ok === true) {
      batch.expect(change.ref, owner, change.after);
      return;
    }
    const failure = result ?? { code: 'INTERNAL' as const, reason: 'no answer for this object', retryable: true };
    batch.fail(owner, { code: failure.code, reason: failure.reason, retryable: failure.retryable });
    context.log.warn({ ref: change.ref, code: failure.code, reason: failure.reason }, 'object refused by the PBX');
  });
  await dropStaleRegistrations(context, changes);
}

async function announceNewPins({ db, settings }: PbxContext, changes: readonly Change[]): Promise<void> {
  const pins = changes.flatMap(({ op, ref, before, after }) =>
    op === 'update' && kindOf(ref) === 'mailbox' && after !== undefined && pinOf(before ?? '') !== pinOf(after)
      ? [{ ref, fingerprint: db.seal.fingerprint(pinOf(after)) }]
      : [],
  );
  if (pins.length > 0) await db.note((tx) => announcePins(tx, settings.id, pins));
}

/** A phone that registered with credentials that are gone must not stay reachable under them. */
async function dropStaleRegistrations(context: PbxContext, changes: readonly Change[]): Promise<void> {
  // An adoption that is undone: the phone goes on under the operator's endpoint.
  const isTheirs = (ref: string) => context.foreignEndpoints.has(keyOf(ref));
  const aors = changes
    .filter(({ ref, op, keepsPhones }) => {
      // What is over of a rotation drops nobody: who has the new secret is to stay, who has the old one is told by the phones' follower.
      if (kindOf(ref) !== 'auth' || isNextAuth(ref) || keepsPhones === true) return false;
      return op === 'update' || (op === 'delete' && !isTheirs(ref));
    })
    .map(({ ref }) => keyOf(ref));
  if (aors.length > 0) await context.port.dropRegistrations(aors);
}
