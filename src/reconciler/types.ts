import type { ErrorCode } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { Owner } from '../plan/source.ts';
import type { Tx } from '../store/database.ts';

/**
 *   disabled        offline <----(link lost)---- any
 *                      |
 *                 (link ready)
 *                      v
 *                  auditing ----(too many deletes)----> blocked
 *                   |    ^                                 |
 *                   v    | (interval, FullyBooted, asked)  | (approved)
 *   in-sync <--> syncing +<--------------------------------+
 */
export type PbxState = 'disabled' | 'offline' | 'auditing' | 'syncing' | 'in-sync' | 'blocked';

export interface PbxStatus {
  pbxId: string;
  name: string;
  state: PbxState;
  /** Why it is offline or blocked, in words. */
  reason: string | undefined;
  /** Owners that wait for the PBX, and those among them that failed are in `failed`. */
  pending: number;
  failed: number;
  /** Milliseconds since 1970; null: nothing waits. */
  oldestPendingAt: number | null;
  lastAuditAt: number | null;
  lastAuditMs: number | null;
  /** Objects in drift that the policy only reports. */
  drift: number;
  /** Id of the plan that waits for approval. */
  blockedPlan: string | undefined;
  asteriskVersion: string | undefined;
}

/** How the PBX took the change of one owner. */
export type SyncOutcome =
  | { owner: Owner; state: 'synced' }
  | { owner: Owner; state: 'failed'; code: ErrorCode; reason: string }
  | { owner: Owner; state: 'pending' };

export interface Touched {
  pbxId: string;
  owner: Owner;
}

/** The one way in which use-cases write: commit, then the PBX. */
export interface Changes {
  /** Commits `work` and pokes the reconcilers of what it marked dirty. */
  run<T>(work: (tx: Tx) => Promise<T>): Promise<{ value: T; touched: Touched[] }>;
  /** Does `work`, computes what it would change on the PBX, and rolls everything back. */
  preview<T>(work: (tx: Tx) => Promise<T>): Promise<{ value: T; plan: Plan }>;
  /** Waits until the PBX has confirmed or refused, at most `timeoutMs`. */
  settled(touched: readonly Touched[], timeoutMs: number): Promise<SyncOutcome[]>;
}

/** What operators may ask of the reconcilers. */
export interface SyncService {
  status(): Promise<PbxStatus[]>;
  /** Reads the PBX and answers what would be done now; changes nothing. */
  plan(pbxId: string): Promise<Plan>;
  /** A full audit now; resolves when it and what it found to do are finished. */
  run(pbxId: string): Promise<PbxStatus>;
  /** Lets the shown plan be applied although it deletes more than the cap. @throws PLAN_NOT_FOUND for any other plan. */
  approve(pbxId: string, planId: string, actor: string): Promise<void>;
  /** A PBX row was created, changed or deleted. */
  reload(): Promise<void>;
}
