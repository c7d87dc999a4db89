import type { z } from 'zod';
import type { Permission } from '../domain/permission.ts';
import type { FieldError } from '../errors.ts';
import type { Caller } from './caller.ts';
import type { Tx } from './database.ts';

/** What a mass action can be done to, by the name of its list. */
export const MASS_OBJECTS = ['users', 'deleted-users', 'extensions'] as const;
export type MassObjects = (typeof MASS_OBJECTS)[number];

export interface MassContext {
  companyId: string;
  /** For the activity log: `job:<id>`. */
  actor: string;
  jobId: string;
  /** By whose rights: they were looked up in this very transaction. */
  caller: Caller;
}

export interface MassObject {
  id: string;
  /** As people call it: a user name, an extension number. */
  name: string;
}

/** What became of one object. */
export interface MassResult {
  id: string;
  result: 'created' | 'updated' | 'unchanged' | 'failed';
  /** What an undo needs, as JSON; secrets sealed. Only of what was changed. */
  before?: unknown;
  /** Version of the object afterwards: an undo refuses what was changed since. */
  version?: number;
  /** Before and after by field, for the preview; secrets masked. */
  changes?: Record<string, unknown>;
  /** Only of what failed. */
  errors?: FieldError[];
}

/** A row of a job that is to be taken back. */
export interface MassUndo extends MassObject {
  before: unknown;
  version: number | undefined;
}

export interface MassUndone {
  id: string;
  ok: boolean;
  /** Why not. */
  reason?: string;
}

/**
 * One thing that can be done to any number of objects: a chunk at a time, in the transaction of the job that counts them.
 * Errors of single objects are results. What `apply` throws is blamed on the rows of the chunk: it is halved until the one
 * at fault stands alone, so that a use-case that does all or nothing can be used as it is.
 */
export interface MassAction<P = unknown> {
  /** In the API: `disable-users`. */
  readonly name: string;
  readonly on: MassObjects;
  /** One sentence for people, without a full stop. */
  readonly title: string;
  /** What whoever starts it must hold, for as long as it runs. */
  readonly needs: Permission;
  readonly params: z.ZodType<P>;
  /** All objects in one transaction instead of a thousand at a time: for what must be judged as a whole. */
  readonly isWhole?: true;
  /** Objects of one transaction, where a thousand would keep others from writing for long. */
  readonly atOnce?: number;
  /** It makes SIP secrets, PINs or user names that somebody has to fetch; a function: with these parameters. */
  readonly makesCredentials?: true | ((params: P) => boolean);
  /** Says before anything is begun that it cannot be done at all. @throws REFERENCE_INVALID, RIGHTS_NOT_HELD */
  check?(reader: Tx, context: Omit<MassContext, 'jobId' | 'actor'>, params: P): Promise<void>;
  apply(tx: Tx, context: MassContext, objects: readonly MassObject[], params: P): Promise<MassResult[]>;
  /** Absent: it cannot be taken back. Results in any order; every row must have one. */
  undo?(tx: Tx, context: MassContext, rows: readonly MassUndo[], params: P): Promise<MassUndone[]>;
  /** Something was committed: whoever proves it may look. */
  committed?(): void;
}

/** Keeps the parameters' type where the actions are a list. */
export function massAction<P>(action: MassAction<P>): MassAction {
  return action as unknown as MassAction;
}
