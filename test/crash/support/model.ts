/** What one extension should be, from our own requests alone. undefined: it should not exist. */
export interface Extension {
  id: string;
  number: string;
  displayName: string;
  ringSeconds: number;
  /** null: no mailbox. */
  pin: string | null;
  /** By ordinal: the secret that the API showed, and the label. */
  accounts: Map<number, { secret: string | undefined; label: string | null }>;
}

export type State = Extension | undefined;

/** An extension number of the company with what it may be now: more than one state after a request without an answer. */
export interface Slot {
  number: string;
  states: State[];
  /** Requests to create that were answered `ok`, for counting doubled effects. */
  created: number;
  deleted: number;
}

export function slotsOf(from: number, count: number): Slot[] {
  return Array.from({ length: count }, (_, index) => ({
    number: String(from + index),
    states: [undefined],
    created: 0,
    deleted: 0,
  }));
}

/** A request and what it does; `apply` is only ever asked for states in which the request is possible. */
export interface Op {
  kind: 'create' | 'patch' | 'pin' | 'account' | 'rotate' | 'delete' | 'refused';
  method: 'POST' | 'PATCH' | 'DELETE';
  path: string;
  body?: Record<string, unknown>;
  headers?: Record<string, string>;
  key: string;
  /** A text that only this request would leave behind. */
  marker: string;
  apply(state: State, answer: Record<string, unknown> | undefined): State;
}

export function change(state: State, fields: Partial<Extension>): State {
  return state === undefined ? undefined : { ...state, ...fields };
}

export function withAccount(state: State, ordinal: number, secret: string | undefined, label: string | null): State {
  if (state === undefined) return undefined;
  return { ...state, accounts: new Map(state.accounts).set(ordinal, { secret, label }) };
}
