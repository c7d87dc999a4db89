import type { Audience } from './item-scope.ts';
import type { Gap, ItemScope } from './topic.ts';

/** A change of one item, or a gap. */
export interface NewEvent {
  /** Milliseconds since 1970. */
  at: number;
  /** Of the item; "" for a gap. */
  id: string;
  /** The item as JSON; undefined: removed. */
  json?: string;
  /** Whom it concerns now; */
  scope?: ItemScope;
  /** and whom before: who saw it then must hear that it left. */
  before?: ItemScope;
  gap?: Gap;
}

export interface LoggedEvent extends NewEvent {
  /** Its number in the stream of all. */
  seq: number;
  /** Its numbers in the streams of companies or users, by their id. */
  seqs: readonly (readonly [key: string, seq: number])[];
}

export interface EventLogLimits {
  /** So many events, */
  events: number;
  /** and none older than this, in milliseconds. */
  ageMs: number;
}

/** From so many dropped events on the array is cut: shifting it for each event would cost. */
const CUT = 1000;

/** The newest events of a topic, numbered for each stream, for clients that come back. */
export class EventLog {
  readonly #limits: EventLogLimits;
  #events: LoggedEvent[] = [];
  #start = 0;
  #seq = 0;
  readonly #seqs = new Map<string, number>();
  /** Numbers up to which a stream's events were dropped. */
  #dropped = 0;
  readonly #droppedOf = new Map<string, number>();

  constructor(limits: EventLogLimits) {
    this.#limits = limits;
  }

  /** The number of a stream's newest event. */
  seqOf(audience: Audience): number {
    const key = keyOf(audience);
    return key === undefined ? this.#seq : (this.#seqs.get(key) ?? 0);
  }

  /** `keys`: the companies or users concerned, in whose streams it gets a number besides. */
  add(event: NewEvent, keys: ReadonlySet<string>): LoggedEvent {
    const logged = { ...event, seq: ++this.#seq, seqs: this.#count(keys) };
    this.#events.push(logged);
    this.#drop(event.at - this.#limits.ageMs);
    return logged;
  }

  /** Something changed and nobody is there who could come back for it: it is only counted. */
  skip(keys: ReadonlySet<string>): void {
    if (this.#events.length > 0) this.#forget();
    this.#dropped = ++this.#seq;
    for (const [key, seq] of this.#count(keys)) this.#droppedOf.set(key, seq);
  }

  /** A stream's events behind a number, in order; undefined: they are not all kept, or the number is none of ours. */
  since(audience: Audience, seq: number): LoggedEvent[] | undefined {
    const key = keyOf(audience);
    const dropped = key === undefined ? this.#dropped : (this.#droppedOf.get(key) ?? 0);
    if (seq < dropped || seq > this.seqOf(audience)) return undefined;
    const found: LoggedEvent[] = [];
    for (let at = this.#events.length - 1; at >= this.#start; at--) {
      const event = this.#events[at]!;
      const number = numberIn(event, audience);
      if (number === undefined) continue;
      if (number <= seq) break;
      found.push(event);
    }
    return found.reverse();
  }

  #count(keys: ReadonlySet<string>): (readonly [key: string, seq: number])[] {
    return [...keys].map((key) => {
      const next = (this.#seqs.get(key) ?? 0) + 1;
      this.#seqs.set(key, next);
      return [key, next] as const;
    });
  }

  #forget(): void {
    this.#events = [];
    this.#start = 0;
    this.#dropped = this.#seq;
    for (const [key, seq] of this.#seqs) this.#droppedOf.set(key, seq);
  }

  #drop(before: number): void {
    while (this.#start < this.#events.length) {
      const oldest = this.#events[this.#start]!;
      if (this.#events.length - this.#start <= this.#limits.events && oldest.at >= before) break;
      this.#dropped = oldest.seq;
      for (const [key, number] of oldest.seqs) this.#droppedOf.set(key, number);
      this.#start++;
    }
    if (this.#start > CUT && this.#start > this.#events.length / 2) {
      this.#events = this.#events.slice(this.#start);
      this.#start = 0;
    }
  }
}

/** The number of an event in a stream; undefined: it is not in it. */
export function numberIn(event: LoggedEvent, audience: Audience): number | undefined {
  const key = keyOf(audience);
  return key === undefined ? event.seq : event.seqs.find(([one]) => one === key)?.[1];
}

function keyOf({ userId, companyId }: Audience): string | undefined {
  return userId ?? companyId;
}
