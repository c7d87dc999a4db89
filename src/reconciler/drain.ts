import { isAstDb, type Ref } from '../plan/pbx-object.ts';
import { type Applied, type Desired, type Observed, plan } from '../plan/plan.ts';
import { desiredObjects } from '../plan/project.ts';
import { ownerKey } from '../plan/source.ts';
import { adoptPins } from '../store/adopt-pin.ts';
import { appliedOf } from '../store/applied.ts';
import { desiredOf } from '../store/desired.ts';
import type { DirtyOwner } from '../store/outbox.ts';
import { applyPlan } from './apply-plan.ts';
import type { Batch } from './batch.ts';
import type { PbxContext } from './context.ts';
import { withUnrecorded } from './unrecorded.ts';

/**
 * Brings some dirty owners to the PBX. AstDB objects are believed to be what we applied last (a write is absolute, and
 * the read-back and the audits tell the truth); files are read, because people change PINs in them.
 */
export async function applyDirty(context: PbxContext, dirty: readonly DirtyOwner[], batch: Batch): Promise<void> {
  const { db, digests, settings } = context;
  const desired = desiredObjects(desiredOf(db.read, db.seal, digests, dirty));
  const recorded = await appliedOf(db, settings.id, dirty, [...desired.keys()], settings.lastAuditAt);
  const writes = { toReload: context.reloads.batches(), toReadBack: batch };
  const applied = withUnrecorded(recorded, desired.keys(), dirty, writes, db.seal);
  const refs = new Set<Ref>([...desired.keys(), ...heldBy(dirty, applied)]);
  const plans = plan({
    refs,
    desired,
    observed: await believed(context, refs, applied),
    applied,
    foreignEndpoints: context.foreignEndpoints,
    policy: 'enforce',
    pinConflict: settings.pinConflict,
    deletedOwners: new Set(dirty.map(ownerKey)),
    cap: { share: 1, floor: Number.POSITIVE_INFINITY, owned: 0 },
    fingerprint: db.seal.fingerprint,
  });
  const adopted = new Set(plans.adoptions.filter(({ pin }) => pin !== undefined).map(({ owner }) => ownerKey(owner)));
  if (plans.adoptions.length > 0) await adoptPins(db, settings, plans.adoptions);
  if (adopted.size > 0) {
    // What is wanted has just changed under the plan: these owners are dirty again and come with the next batch.
    const others = dirty.filter((owner) => !adopted.has(ownerKey(owner)));
    if (others.length > 0) await applyDirty(context, others, batch);
    return;
  }
  for (const owner of dirty) batch.add(owner);
  await applyPlan(context, plans, batch);
  expectUnloaded(desired, recorded, refs, batch, db.seal.fingerprint);
  expectInherited(desired, applied, batch);
}

/**
 * The objects of these owners. What another owner has taken over since is not theirs any more, though it may stand
 * in our records as theirs until a reload: an extension that was deleted must not take its successor's mailbox along.
 */
function heldBy(owners: readonly DirtyOwner[], applied: ReadonlyMap<Ref, Applied>): Ref[] {
  const keys = new Set(owners.map(ownerKey));
  return [...applied].filter(([, { owner }]) => keys.has(ownerKey(owner))).map(([ref]) => ref);
}

async function believed(
  context: PbxContext,
  refs: ReadonlySet<Ref>,
  applied: ReadonlyMap<Ref, Applied>,
): Promise<Map<Ref, Observed>> {
  const observed = new Map<Ref, Observed>();
  for (const [ref, { fingerprint }] of applied) {
    if (isAstDb(ref) && fingerprint !== '') observed.set(ref, { fingerprint, value: undefined });
  }
  const inFiles = [...refs].filter((ref) => !isAstDb(ref));
  if (inFiles.length > 0) {
    for (const [ref, value] of await context.port.observeRefs(inFiles)) {
      if (value !== undefined) observed.set(ref, { fingerprint: context.db.seal.fingerprint(value), value });
    }
  }
  return observed;
}

/**
 * An extension that was deleted and made anew takes over objects of the old one that need no change. They are read
 * back and recorded as its own, or they would stay behind when it is deleted in its turn.
 */
function expectInherited(desired: ReadonlyMap<Ref, Desired>, applied: ReadonlyMap<Ref, Applied>, batch: Batch): void {
  for (const [ref, { owner, value }] of desired) {
    const holder = (batch.expected.get(ref) ?? applied.get(ref))?.owner;
    if (holder === undefined || holder.id === owner.id || batch.failures.has(ownerKey(owner))) continue;
    batch.expect(ref, owner, value);
  }
}

/**
 * A line that stands in the file as wanted although we never recorded it (a crash came between the write and the
 * reload) is not live yet, and one that is gone from it still is: both are read back and reloaded like one just written.
 */
function expectUnloaded(
  desired: ReadonlyMap<Ref, Desired>,
  recorded: ReadonlyMap<Ref, Applied>,
  refs: ReadonlySet<Ref>,
  batch: Batch,
  fingerprint: (value: string) => string,
): void {
  for (const [ref, { owner, value }] of desired) {
    if (isAstDb(ref) || batch.expected.has(ref) || batch.failures.has(ownerKey(owner))) continue;
    if (recorded.get(ref)?.fingerprint !== fingerprint(value)) batch.expect(ref, owner, value);
  }
  for (const [ref, { owner, fingerprint: last }] of recorded) {
    if (isAstDb(ref) || last === '' || desired.has(ref) || !refs.has(ref) || batch.expected.has(ref)) continue;
    if (!batch.failures.has(ownerKey(owner))) batch.expect(ref, owner, undefined);
  }
}
