import { createHash } from 'node:crypto';
import type { ErrorCode } from '../errors.ts';
import { mergePin, type PinConflict } from './merge-pin.ts';
import {
  isNextAuth,
  keyOf,
  kindOf,
  nextAuthKey,
  PBX_OBJECT_KINDS,
  type PbxObjectKind,
  type Ref,
} from './pbx-object.ts';
import { type Owner, ownerKey } from './source.ts';

/** What to do about drift: write ours back, only say it, or (PINs, always) take theirs. */
export const DRIFT_POLICIES = ['enforce', 'report', 'adopt'] as const;
export type DriftPolicy = (typeof DRIFT_POLICIES)[number];

/** What we last wrote and read back. An empty fingerprint is the tombstone of a delete. */
export interface Applied {
  owner: Owner;
  fingerprint: string;
  /** As `mergePin` takes it. */
  pinFingerprint: string | null;
  /** An audit has seen it since. What is not settled may have been un-saved by a crash of the PBX: it is ours to repair. */
  settled: boolean;
}

export interface Desired {
  owner: Owner;
  value: string;
  /** Part of an endpoint that is being adopted: may stand beside the operator's own of the same name. */
  isBeside?: true;
}

/** `value` is undefined when the object was not read but is believed to be what we applied last. */
export interface Observed {
  fingerprint: string;
  value: string | undefined;
}

export interface PlanInput {
  /** The objects to look at: those whose desired and observed differ, or those of some owners. */
  refs: Iterable<Ref>;
  desired: ReadonlyMap<Ref, Desired>;
  observed: ReadonlyMap<Ref, Observed>;
  applied: ReadonlyMap<Ref, Applied>;
  foreignEndpoints: ReadonlySet<string>;
  policy: DriftPolicy;
  pinConflict: PinConflict;
  /** Owners that somebody deleted on purpose (outbox): their deletes are no accident. */
  deletedOwners: ReadonlySet<string>;
  /** A plan with more unexplained deletes than `max(floor, share * owned)` needs approval. */
  cap: { share: number; floor: number; owned: number };
  fingerprint: (value: string) => string;
}

export interface Change {
  op: 'create' | 'update' | 'delete';
  ref: Ref;
  owner: Owner | undefined;
  before: string | undefined;
  after: string | undefined;
  cause: 'wanted' | 'drift';
  /** Of an auth: its phones may have registered with what it becomes, for that was accepted already. */
  keepsPhones?: true;
}

export interface DriftFinding {
  ref: Ref;
  kind: 'missing' | 'changed' | 'unexpected';
  owner: Owner | undefined;
  expected: string | undefined;
  observed: string | undefined;
  action: 'enforced' | 'reported' | 'adopted';
}

export interface PinAdoption {
  ref: Ref;
  owner: Owner;
  /** undefined: the phone's PIN lost a conflict and only the loss is recorded. */
  pin: string | undefined;
  loser: 'phone' | 'database' | undefined;
}

export interface Refusal {
  ref: Ref;
  owner: Owner;
  code: ErrorCode;
  reason: string;
}

export interface Plan {
  /** Equal plans have equal ids: what is approved is what was shown. */
  id: string;
  changes: readonly Change[];
  drift: readonly DriftFinding[];
  adoptions: readonly PinAdoption[];
  refusals: readonly Refusal[];
  unexplainedDeletes: number;
  needsApproval: boolean;
}

/**
 * The differ. Per object, with D desired, O observed, A last applied:
 *
 * | D | O       | A     | outcome                                                            |
 * |---|---------|-------|--------------------------------------------------------------------|
 * | x | x       | any   | nothing                                                            |
 * | x | y or -  | = O   | wanted: create or update                                           |
 * | x | -       | x, settled | drift `missing`: by policy                                    |
 * | x | -       | x, not settled | wanted: the PBX lost it before it was saved               |
 * | x | y       | = x, settled | drift `changed`: by policy                                  |
 * | x | y       | = x, not settled | ours is written, the drift is told: the PBX may have un-saved it |
 * | x | y       | z     | both changed: ours is written, the drift is told                   |
 * | - | x       | = x   | wanted: delete                                                     |
 * | - | x       | -     | drift `unexpected`: by policy                                      |
 * | - | x       | tombstone | wanted: a delete that the PBX un-saved                          |
 */
export function plan(input: PlanInput): Plan {
  const changes: Change[] = [];
  const drift: DriftFinding[] = [];
  const adoptions: PinAdoption[] = [];
  const refusals: Refusal[] = [];
  let unexplainedDeletes = 0;
  // Losing one object is an edit of an owner that still has others, not the loss of the owner.
  let living: Set<string> | undefined;
  const isExplained = (owner: Owner | undefined): boolean => {
    if (owner === undefined) return false;
    living ??= ownersOf(input.desired);
    return input.deletedOwners.has(ownerKey(owner)) || living.has(ownerKey(owner));
  };

  for (const ref of input.refs) {
    const desired = input.desired.get(ref);
    const observed = input.observed.get(ref);
    const applied = input.applied.get(ref);
    const owner = desired?.owner ?? applied?.owner;
    let value = desired?.value;
    let lost: PinAdoption | undefined;

    if (desired !== undefined && desired.isBeside !== true && isShadowing(ref, input.foreignEndpoints)) {
      const reason = `the PBX already has an endpoint ${keyOf(ref)} of its own in pjsip.conf`;
      refusals.push({ ref, owner: desired.owner, code: 'ENDPOINT_TAKEN_ON_PBX', reason });
      continue;
    }
    if (desired !== undefined && kindOf(ref) === 'mailbox') {
      const merge = mergePin({
        desired: desired.value,
        observed: observed?.value,
        // A mailbox made anew has nothing in common with the one before it, the PIN least of all.
        appliedPin: applied?.owner.id === desired.owner.id ? (applied.pinFingerprint ?? undefined) : undefined,
        fingerprint: input.fingerprint,
        conflict: input.pinConflict,
      });
      value = merge.line;
      const adoption = { ref, owner: desired.owner, pin: merge.adopted, loser: merge.loser };
      if (merge.adopted !== undefined) adoptions.push(adoption);
      else if (merge.loser !== undefined) lost = adoption;
    }
    if (observed === undefined && value === undefined) continue;
    if (observed !== undefined && value !== undefined && observed.fingerprint === input.fingerprint(value)) continue;

    const finding = driftOf({ ref, value, observed, applied, owner, adopted: value !== desired?.value, input });
    if (finding !== undefined) {
      const isEnforced = finding.action !== 'reported';
      drift.push(finding);
      if (!isEnforced) continue;
    }
    // The phone's PIN has lost when ours is written over it, not while its difference is only reported.
    if (lost !== undefined) adoptions.push(lost);
    const op = value === undefined ? 'delete' : observed === undefined ? 'create' : 'update';
    const isRepeated = applied?.fingerprint === '' && finding === undefined;
    if (op === 'delete' && !isRepeated && !isExplained(owner)) unexplainedDeletes++;
    const cause = finding === undefined ? 'wanted' : 'drift';
    const keepsPhones = isAcceptedAlready(ref, op, value, input);
    changes.push({ op, ref, owner, before: observed?.value, after: value, cause, ...(keepsPhones && { keepsPhones }) });
  }

  changes.sort(byOrder);
  const limit = Math.max(input.cap.floor, Math.floor(input.cap.share * input.cap.owned));
  let id: string | undefined;
  return Object.freeze({
    // Only who shows or approves a plan asks for its id; hashing thousands of values for nobody would cost.
    get id() {
      id ??= planId(changes, input.fingerprint);
      return id;
    },
    changes: Object.freeze(changes),
    drift: Object.freeze(drift),
    adoptions: Object.freeze(adoptions),
    refusals: Object.freeze(refusals),
    unexplainedDeletes,
    needsApproval: unexplainedDeletes > limit,
  });
}

function isShadowing(ref: Ref, foreign: ReadonlySet<string>): boolean {
  const kind = kindOf(ref);
  return (kind === 'endpoint' || kind === 'auth' || kind === 'aor') && foreign.has(keyOf(ref));
}

/** The end of a rotation: the new secret takes the place of the old one. */
function isAcceptedAlready(ref: Ref, op: Change['op'], value: string | undefined, input: PlanInput): boolean {
  if (op !== 'update' || kindOf(ref) !== 'auth' || value === undefined) return false;
  return input.observed.get(nextAuthKey(ref))?.fingerprint === input.fingerprint(value);
}

function ownersOf(desired: ReadonlyMap<Ref, Desired>): Set<string> {
  const owners = new Set<string>();
  for (const { owner } of desired.values()) owners.add(ownerKey(owner));
  return owners;
}

function driftOf(x: {
  ref: Ref;
  value: string | undefined;
  observed: Observed | undefined;
  applied: Applied | undefined;
  owner: Owner | undefined;
  adopted: boolean;
  input: PlanInput;
}): DriftFinding | undefined {
  const { ref, value, observed, applied, owner, input } = x;
  const action = x.adopted ? 'adopted' : input.policy === 'enforce' ? 'enforced' : 'reported';
  const seen = { ref, owner, expected: value, observed: observed?.value };
  if (applied === undefined) {
    // Never applied by us: absent is the normal case before a create; present was put there by somebody else.
    return observed === undefined
      ? undefined
      : { ...seen, kind: value === undefined ? 'unexpected' : 'changed', action };
  }
  if (observed === undefined) {
    if (applied.fingerprint === '' || !applied.settled) return undefined;
    const isWanted = value !== undefined && input.fingerprint(value) !== applied.fingerprint;
    return { ...seen, kind: 'missing', action: isWanted ? 'enforced' : action };
  }
  if (observed.fingerprint === applied.fingerprint) return undefined;
  if (applied.fingerprint === '')
    return value === undefined && applied.settled ? { ...seen, kind: 'unexpected', action } : undefined;
  const isWanted = value === undefined || input.fingerprint(value) !== applied.fingerprint || !applied.settled;
  return { ...seen, kind: 'changed', action: isWanted && !x.adopted ? 'enforced' : action };
}

const ORDER = new Map<PbxObjectKind, number>(PBX_OBJECT_KINDS.map((kind, index) => [kind, index]));

/** Deletes first, in reverse order of kinds (an endpoint goes before its auth), then writes so that nothing points to what is not there yet. */
function byOrder(a: Change, b: Change): number {
  // The endpoint names it until it was written anew.
  const isNext = Number(isLeavingNext(a)) - Number(isLeavingNext(b));
  if (isNext !== 0) return isNext;
  const isDelete = Number(b.op === 'delete') - Number(a.op === 'delete');
  if (isDelete !== 0) return isDelete;
  const kind = (ORDER.get(kindOf(a.ref)) ?? 0) - (ORDER.get(kindOf(b.ref)) ?? 0);
  if (kind !== 0) return a.op === 'delete' ? -kind : kind;
  return a.ref < b.ref ? -1 : a.ref > b.ref ? 1 : 0;
}

function isLeavingNext({ op, ref }: Change): boolean {
  return op === 'delete' && isNextAuth(ref);
}

function planId(changes: readonly Change[], fingerprint: (value: string) => string): string {
  const hash = createHash('sha256');
  for (const { op, ref, after } of changes)
    hash.update(`${op} ${ref} ${after === undefined ? '' : fingerprint(after)}\n`);
  return hash.digest('hex').slice(0, 16);
}
