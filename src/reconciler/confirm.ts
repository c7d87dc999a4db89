import { isAstDb, kindOf, type Ref } from '../plan/pbx-object.ts';
import { ownerKey } from '../plan/source.ts';
import { type AppliedRow, recordApplied } from '../store/applied.ts';
import { type DirtyOwner, type Failure, postpone, recordFailures, settle } from '../store/outbox.ts';
import { appliedRow } from './applied-row.ts';
import type { Batch } from './batch.ts';
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

/** Lines in files of ours are live only after their module has read them. */
export function queueReloads(reloads: PbxContext['reloads'], batch: Batch): void {
  const kinds = new Set([...batch.expected.keys()].map(kindOf));
  if (kinds.has('context')) reloads.add('dialplan', batch);
  if (kinds.has('mailbox')) reloads.add('voicemail', batch);
}

/** The module has read the files: their lines are live, and their owners settled. */
export async function confirmReloaded(context: PbxContext, batch: Batch): Promise<void> {
  const inFiles = batch.ownersInFiles();
  const owners = [...batch.owners.values()].filter((owner) => inFiles.has(ownerKey(owner)));
  await record(context, batch, owners, (ref) => !isAstDb(ref));
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
