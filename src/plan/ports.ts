import type { ErrorCode } from '../errors.ts';
import type { Ref } from './pbx-object.ts';

/** One write to the PBX. `before` is what was observed when the plan was made (undefined: not there). */
export interface Write {
  ref: Ref;
  before: string | undefined;
  /** undefined: delete. */
  after: string | undefined;
}

/** The outcome of one write: acknowledged by the PBX (not yet read back), or why not. */
export type WriteResult =
  | { ref: Ref; ok: true }
  | { ref: Ref; ok: false; code: ErrorCode; reason: string; retryable: boolean };

/** Everything of ours that the PBX holds. Complete or not at all: a short or failed read throws. */
export interface Observation {
  objects: Map<Ref, string>;
  /** Ids of endpoints that somebody else keeps in pjsip.conf: ours must not shadow them. */
  foreignEndpoints: ReadonlySet<string>;
}

/** Kinds of files of ours that a module reads only when it is reloaded. */
export type Reload = 'voicemail' | 'dialplan';

/** One leg of a call that is up. */
export interface PbxChannel {
  /** `PJSIP/1001-0000002a` */
  name: string;
  endpoint: string;
}

/** One PBX as the reconciler sees it. Implemented by `asterisk/`; it executes and never decides. */
export interface PbxPort {
  /** Reads everything that is ours. Throws LinekeeperError; never returns a partial answer. */
  observe(): Promise<Observation>;
  /** Reads just these objects (undefined: not there). */
  observeRefs(refs: readonly Ref[]): Promise<Map<Ref, string | undefined>>;
  /**
   * Writes, pipelined; the results stand in the order of the writes. A write of a file object whose present value is
   * not `before` fails with CHANGED_MEANWHILE (compare and set). Never throws for one bad object; throws when
   * the link is down before anything was sent.
   */
  apply(writes: readonly Write[]): Promise<WriteResult[]>;
  /** Makes one module read its files of ours again. */
  reload(what: Reload): Promise<void>;
  /** Drops the registrations of these aors at once. */
  dropRegistrations(aors: readonly string[]): Promise<void>;
  /** Those of these aors at which a phone is registered now. */
  registeredAors(aors: readonly string[]): Promise<string[]>;
  /** Names of the channels that these endpoints have now. */
  channelsOf(endpoints: readonly string[]): Promise<PbxChannel[]>;
  /** Hangs up every channel of these endpoints and looks until they are gone, a few seconds at most; answers how many went. */
  endCalls(endpoints: readonly string[]): Promise<number>;
}
