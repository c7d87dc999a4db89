import { type ErrorCode, isLinekeeperError, LinekeeperError, messageOf } from '../../errors.ts';
import type { Ref } from '../../plan/pbx-object.ts';
import type { Observation, Reload, Write, WriteResult } from '../../plan/ports.ts';
import type { AmiRole } from '../ami/actions.ts';
import type { AmiLog } from '../ami/log.ts';
import type { PbxRejection } from '../events/rejections.ts';
import type { LoginState } from '../pbx-connection.ts';
import type { PbxContact } from '../pbx-port/contacts.ts';
import type { PbxCounters } from '../pbx-port/counters.ts';

/** What the main thread may ask of the thread of a PBX: plain values in, plain values out. */
export interface Methods {
  start(): void;
  stop(): void;
  observe(): PackedObservation;
  observeRefs(refs: readonly Ref[]): (string | undefined)[];
  apply(writes: PackedWrites): Failure[];
  reload(what: Reload): void;
  dropRegistrations(aors: readonly string[]): void;
  contactsOf(aor: string): PbxContact[];
  version(): string;
  counters(): PbxCounters;
  logins(): Record<AmiRole, LoginState>;
  lastRejection(account: string): PbxRejection | undefined;
}
export type Method = keyof Methods;

export interface Call {
  id: number;
  method: Method;
  argument: unknown;
}

/** Something that the PBX says of itself: a reason to look, never the truth. */
export type Hint = { type: 'restarted' } | { type: 'pinChanged'; number: string; context: string };

export type FromThread =
  | { type: 'answer'; id: number; value: unknown }
  | { type: 'error'; id: number; error: PackedError }
  | { type: 'ready' }
  | { type: 'down'; reason: string }
  | { type: 'hint'; hint: Hint }
  | { type: 'log'; level: keyof AmiLog; fields: object; message: string };

/** Columns instead of rows: between threads an array of strings costs a tenth of as many objects. */
export interface PackedWrites {
  refs: Ref[];
  before: (string | undefined)[];
  after: (string | undefined)[];
}

export function packWrites(writes: readonly Write[]): PackedWrites {
  return {
    refs: writes.map(({ ref }) => ref),
    before: writes.map(({ before }) => before),
    after: writes.map(({ after }) => after),
  };
}

export function unpackWrites({ refs, before, after }: PackedWrites): Write[] {
  return refs.map((ref, index) => ({ ref, before: before[index], after: after[index] }));
}

/** A write that failed, by its place among the writes: nearly all succeed. */
export type Failure = Omit<Extract<WriteResult, { ok: false }>, 'ref' | 'ok'> & { index: number };

export function packResults(results: readonly WriteResult[]): Failure[] {
  return results.flatMap((result, index) =>
    result.ok ? [] : [{ index, code: result.code, reason: result.reason, retryable: result.retryable }],
  );
}

export function unpackResults(writes: readonly Write[], failures: readonly Failure[]): WriteResult[] {
  const results = writes.map(({ ref }): WriteResult => ({ ref, ok: true }));
  for (const { index, ...failure } of failures) results[index] = { ref: writes[index]!.ref, ok: false, ...failure };
  return results;
}

export interface PackedObservation {
  refs: Ref[];
  values: string[];
  foreignEndpoints: string[];
}

export function packObservation({ objects, foreignEndpoints }: Observation): PackedObservation {
  return { refs: [...objects.keys()], values: [...objects.values()], foreignEndpoints: [...foreignEndpoints] };
}

export function unpackObservation({ refs, values, foreignEndpoints }: PackedObservation): Observation {
  const objects = new Map<Ref, string>();
  for (let index = 0; index < refs.length; index++) objects.set(refs[index]!, values[index]!);
  return { objects, foreignEndpoints: new Set(foreignEndpoints) };
}

export interface PackedError {
  /** Undefined for what is no error of ours, but a bug. */
  code: ErrorCode | undefined;
  message: string;
  details: Record<string, unknown> | undefined;
  stack: string | undefined;
}

/** Errors lose their class on the way between threads. */
export function packError(error: unknown): PackedError {
  if (isLinekeeperError(error)) {
    const { code, message, details } = error;
    return { code, message, details, stack: undefined };
  }
  const stack = error instanceof Error ? error.stack : undefined;
  return { code: undefined, message: messageOf(error), details: undefined, stack };
}

export function unpackError({ code, message, details, stack }: PackedError): Error {
  if (code !== undefined) return new LinekeeperError(code, message, details === undefined ? {} : { details });
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
