import type { BatchContext, ExtensionRow, ExtensionSnapshot, RowResult } from '../domain/extension-row.ts';
import type { Plan } from '../plan/plan.ts';
import type { Caller } from '../store/caller.ts';
import type { Tx } from '../store/database.ts';

/** What an import needs of the rest of the daemon, as shapes: floors of one height never import each other. */

export interface UndoResult {
  extensionId: string;
  ok: boolean;
  reason?: string;
}

/** Writes rows in a transaction that is given to it. */
export interface RowWriter {
  /** Results in the order of `rows`; a bad row never throws. */
  apply(tx: Tx, context: BatchContext, rows: ExtensionRow[]): Promise<RowResult[]>;
  /** Whose e-mail address the caller may not change, with what it is and the reason, by folded user name. */
  outOfReach(
    tx: Tx,
    caller: Caller,
    usernames: string[],
  ): Promise<ReadonlyMap<string, { email: string | null; reason: string }>>;
  /** Removes extensions that nobody changed since they had that version. */
  removeCreated(tx: Tx, actor: string, items: { extensionId: string; ifVersion: number }[]): Promise<UndoResult[]>;
  /** Writes extensions back as they stood, unless somebody changed them since. */
  restore(tx: Tx, actor: string, items: { snapshot: ExtensionSnapshot; ifVersion: number }[]): Promise<UndoResult[]>;
  /** Why users must stay, by their id: changed since that version, or owner of more than theirs and those in `going`. */
  heldUsers(
    tx: Tx,
    users: { id: string; version: number; extensionId: string }[],
    going: { extensionId: string; ifVersion: number }[],
  ): Promise<Map<string, string>>;
  removeUsers(tx: Tx, actor: string, ids: string[]): Promise<void>;
}

/** The way in which use-cases write: commit, then the PBX. */
export interface Changes {
  run<T>(work: (tx: Tx) => Promise<T>): Promise<{ value: T }>;
  /** Does `work`, computes what it would change on the PBX, and rolls everything back. */
  preview<T>(work: (tx: Tx) => Promise<T>): Promise<{ value: T; plan: Plan }>;
}

export interface JobLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
