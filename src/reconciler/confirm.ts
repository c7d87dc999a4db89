import { isAstDb, kindOf, type PbxObjectKind, type Ref } from '../plan/pbx-object.ts';
import type { Reload } from '../plan/ports.ts';
import { ownerKey } from '../plan/source.ts';
import { type AppliedRow, recordApplied } from '../store/applied.ts';
import { type DirtyOwner, type Failure, postpone, recordFailures, settle } from '../store/outbox.ts';
import { appliedRow } from './applied-row.ts';
import { Batch, type Expectation } from './batch.ts';
import type { PbxContext } from './context.ts';

/** Objects that are recorded in one transaction: bounds how long other writers wait. */
const CHUNK = 20_000;
/** Longer than any reload takes (milliseconds): should it never answer, its owners come due again. */
const RELOAD_MS = 120_000;

/**
 * Reads back what was written. What is as expected is recorded; owners of which everything is confirmed are settled;
 * owners with lines in files go on to the reload, and stay pending until then.
 */
export async function confirm(context: PbxContext, batch: Batch): Promise<void> {
  const { port, log } = context;
  const seen = await port.observeRefs([...batch.expected.keys()]);
  const otherwise: AppliedRow[] = [];
  for (const [ref, { owner, value }] of batch.expected) {
    if (seen.get(ref) === value) continue;
    batch.expected.delete(ref);
    batch.fail(owner, {
      code: 'VERIFY_MISMATCH',
      reason: `${ref} was read back different from what was written`,
      retryable: true,
    });
    // What is there is recorded all the same: the next try starts from the truth. (A PIN in a file may be a phone's.)
    const found = { owner, value: seen.get(ref) };
    if (isAstDb(ref)) otherwise.push(appliedRow(ref, found, context.db.seal.fingerprint));
    log.warn({ ref }, 'read-back differs from what was written');
  }
  if (otherwise.length > 0) await context.db.note((tx) => recordApplied(tx, context.settings.id, otherwise));
  const waiting = batch.ownersInFiles();
  const ready = [...batch.owners.values()].filter((owner) => !waiting.has(ownerKey(owner)));
  await record(context, batch, ready, (ref) => isAstDb(ref));
  if (waiting.size > 0) {
    const later = [...batch.owners.values()].filter((owner) => waiting.has(ownerKey(owner)));
    const until = Date.now() + context.limits.reloadMaxMs + RELOAD_MS;
    await context.db.note((tx) => postpone(tx, context.settings.id, later, until));
    queueReloads(context.reloads, batch);
  }
}

const RELOADED_BY: Partial<Record<PbxObjectKind, Reload>> = { context: 'dialplan', mailbox: 'voicemail' };

/** Lines in files of ours are live only after their module has read them. */
export function queueReloads(reloads: PbxContext['reloads'], batch: Batch): void {
  for (const what of new Set([...batch.expected.keys()].map((ref) => RELOADED_BY[kindOf(ref)]))) {
    if (what !== undefined) reloads.add(what, batch);
  }
}

/** Owners of lines that this reload makes live: a batch may wait for more than one. */
export function reloadedOwners(batch: Batch, what: Reload): DirtyOwner[] {
  const keys = new Set<string>();
  for (const [ref, { owner }] of batch.expected) if (RELOADED_BY[kindOf(ref)] === what) keys.add(ownerKey(owner));
  return [...batch.owners.values()].filter((owner) => keys.has(ownerKey(owner)));
}

/**
 * The reload failed: its owners come again by themselves. What was written is kept, without them, so that it is known as
 * ours when one of them is deleted before that.
 */
export function unloaded(batches: readonly Batch[], what: Reload): Batch {
  const expected = new Map<Ref, Expectation>();
  for (const batch of batches) {
    for (const [ref, one] of batch.expected) if (RELOADED_BY[kindOf(ref)] === what) expected.set(ref, one);
  }
  const kept = new Batch();
  for (const [ref, { owner, value }] of expected) kept.expect(ref, owner, value);
  return kept;
}

/** The module has read the files: its lines are live, and their owners settled. */
export async function confirmReloaded(context: PbxContext, what: Reload, batch: Batch): Promise<void> {
  const isRead = (ref: Ref) => RELOADED_BY[kindOf(ref)] === what;
  await record(context, batch, reloadedOwners(batch, what), isRead);
  for (const ref of batch.expected.keys()) if (isRead(ref)) batch.expected.delete(ref);
}

async function record(
  context: PbxContext,
  batch: Batch,
  owners: readonly DirtyOwner[],
  which: (ref: Ref) => boolean,
): Promise<void> {
  const { db, settings, board } = context;
  const rows: AppliedRow[] = [];
  for (const [ref, expectation] of batch.expected)
    if (which(ref)) rows.push(appliedRow(ref, expectation, db.seal.fingerprint));
  const good = owners.filter((owner) => !batch.failures.has(ownerKey(owner)));
  const bad: Failure[] = [];
  for (const owner of owners) {
    const failure = batch.failures.get(ownerKey(owner));
    if (failure !== undefined) bad.push({ ...owner, ...failure });
  }
  for (let at = 0; at === 0 || at < Math.max(rows.length, good.length); at += CHUNK) {
    await db.note(async (tx) => {
      await recordApplied(tx, settings.id, rows.slice(at, at + CHUNK));
      await settle(tx, settings.id, good.slice(at, at + CHUNK));
      if (at === 0 && bad.length > 0) await recordFailures(tx, settings.id, bad);
    });
  }
  for (const owner of good) board.announce({ owner, state: 'synced' });
  for (const owner of bad) board.announce({ owner, state: 'failed', code: owner.code, reason: owner.reason });
}
