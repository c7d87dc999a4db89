import type { Logger } from 'pino';
import type { PinConflict } from '../plan/merge-pin.ts';
import type { DriftPolicy } from '../plan/plan.ts';
import type { PbxPort } from '../plan/ports.ts';
import type { Database } from '../store/database.ts';
import type { Digests } from '../store/digests.ts';
import type { ReloadQueue } from './reload-queue.ts';
import type { SettledBoard } from './settled.ts';

/** A PBX as its row says, with what must be known before anything is read from it. */
export interface PbxSettings {
  id: string;
  name: string;
  policy: DriftPolicy;
  pinConflict: PinConflict;
  /** Milliseconds since 1970 of the last full audit; 0: never. */
  lastAuditAt: number;
}

export interface ReconcilerLimits {
  /** A plan with more unexplained deletes than max(floor, share of what we own) waits for approval. */
  deleteCapShare: number;
  deleteCapFloor: number;
  /** Milliseconds between full audits. */
  auditIntervalMs: number;
  /** A voicemail reload waits this long for more mailboxes, and never longer than the second (milliseconds). */
  reloadQuietMs: number;
  reloadMaxMs: number;
}

/** What the parts of one PBX's reconciler share. */
export interface PbxContext {
  db: Database;
  digests: Digests;
  port: PbxPort;
  board: SettledBoard;
  limits: ReconcilerLimits;
  log: Logger;
  settings: PbxSettings;
  /** Endpoints somebody else keeps in pjsip.conf, as the last audit saw them. */
  foreignEndpoints: ReadonlySet<string>;
  /** Called with the files that wait for a reload; the owners stay pending until it is done. */
  reloads: Pick<ReloadQueue, 'add' | 'batches'>;
  /** Writes may have gone unrecorded: since the start, or since a pass that failed. The next audit puts that right. */
  records: { areInDoubt: boolean };
}
