import { setImmediate as requestsSent } from 'node:timers/promises';
import { isAstDb, type Ref } from '../plan/pbx-object.ts';
import { type Desired, type Observed, type Plan, plan } from '../plan/plan.ts';
import type { Observation } from '../plan/ports.ts';
import { desiredObjects } from '../plan/project.ts';
import { type Owner, ownerKey } from '../plan/source.ts';
import { adoptPins } from '../store/adopt-pin.ts';
import { finishAdoptions } from '../store/adoptions.ts';
import {
  type AppliedRow,
  appliedByRefs,
  dropSettledTombstones,
  recordApplied,
  recordedOwners,
} from '../store/applied.ts';
import { desiredOfPbx } from '../store/desired.ts';
import { replaceDrift } from '../store/drift.ts';
import { deletedOwners, dirtyOwners, markDirty, retryFailedNow } from '../store/outbox.ts';
import { appliedRow } from './applied-row.ts';
import { applyPlan } from './apply-plan.ts';
import { Batch } from './batch.ts';
import { confirm, queueReloads } from './confirm.ts';
import type { PbxContext } from './context.ts';
import { withUnrecorded } from './unrecorded.ts';

export interface AuditView {
  plan: Plan;
  desired: Map<Ref, Desired>;
  observation: Observation;
  startedAt: number;
}

/** Reads everything, on both sides at once, and plans. Changes nothing; throws when one side could not be read whole. */
export async function view(context: PbxContext): Promise<AuditView> {
  const { db, digests, settings, limits } = context;
  const startedAt = Date.now();
  const observing = context.port.observe();
  // Asterisk gathers its answer while we gather ours; should ours fail first, nobody else would hear of the other.
  observing.catch(() => {});
  await requestsSent();
  const desired = desiredObjects(desiredOfPbx(db.read, db.seal, digests, settings.id));
  const observation = await observing;
  const refs = differing(desired, observation.objects);
  const observed = new Map<Ref, Observed>();
  for (const ref of refs) {
    const value = observation.objects.get(ref);
    if (value !== undefined) observed.set(ref, { fingerprint: db.seal.fingerprint(value), value });
  }
  const recorded = await appliedByRefs(db, settings.id, refs, settings.lastAuditAt);
  const applied = withUnrecorded(recorded, refs, [], { toReload: context.reloads.batches() }, db.seal);
  return {
    desired,
    observation,
    startedAt,
    plan: plan({
      refs,
      desired,
      observed,
      applied,
      foreignEndpoints: observation.foreignEndpoints,
      policy: settings.policy,
      pinConflict: settings.pinConflict,
      deletedOwners: await deletedOwners(db, settings.id),
      cap: {
        share: limits.deleteCapShare,
        floor: limits.deleteCapFloor,
        owned: Math.max(desired.size, observation.objects.size),
      },
      fingerprint: db.seal.fingerprint,
    }),
  };
}

function differing(desired: ReadonlyMap<Ref, Desired>, observed: ReadonlyMap<Ref, string>): Ref[] {
  const refs: Ref[] = [];
  for (const [ref, { value }] of desired) if (observed.get(ref) !== value) refs.push(ref);
  for (const ref of observed.keys()) if (!desired.has(ref)) refs.push(ref);
  return refs;
}

export interface AuditOutcome {
  plan: Plan;
  /** True: the plan deletes too much and waits for approval; nothing was written. */
  blocked: boolean;
}

/** A full audit: observe, plan, apply, verify. `approved`: id of a plan that may exceed the delete cap. */
export async function audit(context: PbxContext, approved: string | null): Promise<AuditOutcome> {
  const { db, settings } = context;
  const seen = await view(context);
  context.foreignEndpoints = seen.observation.foreignEndpoints;
  const found = seen.plan;
  const blocked = found.needsApproval && found.id !== approved;
  const drift = blocked ? found.drift.map((one) => ({ ...one, action: 'reported' as const })) : found.drift;
  await db.write(async (tx) => {
    await replaceDrift(tx, settings, drift);
    await finishAdoptions(tx, settings, seen.observation.foreignEndpoints);
  });
  if (blocked) return { plan: found, blocked };

  const adopted = new Set(found.adoptions.filter(({ pin }) => pin !== undefined).map(({ owner }) => ownerKey(owner)));
  await adoptPins(db, settings, found.adoptions);
  const changes = found.changes.filter(({ owner }) => owner === undefined || !adopted.has(ownerKey(owner)));
  const batch = new Batch();
  await applyPlan(context, { ...found, changes }, batch);
  await confirm(context, batch);
  await retryThroughOutbox(context, batch);
  if (context.records.areInDoubt) {
    // Before the work: what goes wrong from here on puts it back into doubt.
    context.records.areInDoubt = false;
    await heal(context, seen);
  }
  await db.note(async (tx) => {
    await dropSettledTombstones(tx, settings.id, seen.startedAt);
    // The drain that follows settles those of which everything was found, or has just been made, as it is wanted.
    await retryFailedNow(tx, settings.id, batch.failures.keys());
    await tx.pbx.update({
      where: { id: settings.id },
      data: { lastAuditAt: new Date(seen.startedAt), approvedPlan: null },
    });
  });
  settings.lastAuditAt = seen.startedAt;
  return { plan: found, blocked: false };
}

/** What the audit could not write is tried again, with its reason on the extension, like any other change. */
async function retryThroughOutbox(context: PbxContext, batch: Batch): Promise<void> {
  const failed = [...batch.failures.keys()].map((key) => {
    const at = key.indexOf(':');
    return { pbxId: context.settings.id, type: key.slice(0, at) as 'company', id: key.slice(at + 1) };
  });
  const known = failed.filter(({ id }) => id !== '');
  if (known.length > 0) await context.db.write((tx) => markDirty(tx, known, { keepState: true }));
}

/**
 * Makes our records true again where a crash came between a write and its read-back, or the database was restored from
 * a backup: what is not recorded would stay behind when its owner is deleted, and what is recorded and gone would be
 * believed to be there. The records of an owner that is not dirty are right, whatever its objects were. Of a line in
 * a file nobody knows whether the PBX has read it: it is recorded after a reload.
 */
async function heal(context: PbxContext, seen: AuditView): Promise<void> {
  const { db, settings, reloads } = context;
  const { desired, observation } = seen;
  const recorded = await recordedOwners(db, settings.id);
  const dirty = await dirtyOwners(db, settings.id);
  const rows: AppliedRow[] = [];
  const unloaded = new Batch();
  const add = (ref: Ref, owner: Owner, value: string | undefined) => {
    if (isAstDb(ref)) rows.push(appliedRow(ref, { owner, value }, db.seal.fingerprint));
    else unloaded.expect(ref, owner, value);
  };
  for (const [ref, { owner, value }] of desired) {
    if (observation.objects.get(ref) !== value) continue;
    const isRecorded = recorded.get(ref)?.id === owner.id;
    if (!isRecorded || (isAstDb(ref) && dirty.has(ownerKey(owner)))) add(ref, owner, value);
  }
  for (const [ref, owner] of recorded)
    if (!desired.has(ref) && !observation.objects.has(ref)) add(ref, owner, undefined);
  await db.note((tx) => recordApplied(tx, settings.id, rows));
  queueReloads(reloads, unloaded);
}
