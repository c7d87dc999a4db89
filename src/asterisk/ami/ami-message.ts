/**
 * Headers that are dropped while decoding, so that nothing above can log or show them: Asterisk sends a mailbox's new
 * PIN in clear with `VoicemailPasswordChange`, and with `ChallengeResponseFailed` the answer that would have been right.
 */
const DROPPED: ReadonlySet<string> = new Set(['newpassword', 'expectedresponse']);
const DROPPED_LENGTHS: ReadonlySet<number> = new Set([...DROPPED].map((name) => name.length));

/** Header names with their places in what `pick` gives. */
export type HeaderIndex = ReadonlyMap<string, number>;

export function headerIndex(names: readonly string[]): HeaderIndex {
  return new Map(names.map((name, place) => [name, place]));
}

/**
 * One message from Asterisk. Headers stay in order in one flat list and are looked up by comparing, never used as keys
 * of an object: the names come from the network (`__proto__`), and one message seldom holds more than ten.
 * Names are compared without case, as Asterisk does.
 */
export class AmiMessage {
  /** name, value, name, value, ... */
  readonly #flat: string[] = [];

  add(name: string, value: string): void {
    if (DROPPED_LENGTHS.has(name.length) && DROPPED.has(name.toLowerCase())) return;
    this.#flat.push(name, value);
  }

  /** By its first header: an event may well have a header `Response` (`ChallengeResponseFailed` does). */
  get kind(): 'response' | 'event' | undefined {
    const first = this.#flat[0];
    if (first === undefined) return undefined;
    if (sameName(first, 'Event')) return 'event';
    return sameName(first, 'Response') ? 'response' : undefined;
  }

  /** The first value of a header. */
  get(name: string): string | undefined {
    const flat = this.#flat;
    for (let at = 0; at < flat.length; at += 2) {
      if (sameName(flat[at]!, name)) return flat[at + 1];
    }
    return undefined;
  }

  /** Every value of a header that may be repeated. */
  all(name: string): string[] {
    const values: string[] = [];
    for (const [header, value] of this) if (sameName(header, name)) values.push(value);
    return values;
  }

  /**
   * The values of some headers in one pass, by their place in the index; undefined when one of them is doubled, which
   * Asterisk never does in an event (measured): it was forged or spliced. Names count exactly as Asterisk writes them.
   */
  pick(index: HeaderIndex): (string | undefined)[] | undefined {
    const flat = this.#flat;
    const values = new Array<string | undefined>(index.size).fill(undefined);
    for (let at = 0; at < flat.length; at += 2) {
      const place = index.get(flat[at]!);
      if (place === undefined) continue;
      if (values[place] !== undefined) return undefined;
      values[place] = flat[at + 1];
    }
    return values;
  }

  get size(): number {
    return this.#flat.length / 2;
  }

  *[Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    for (let at = 0; at < this.#flat.length; at += 2) yield [this.#flat[at]!, this.#flat[at + 1]!];
  }
}

function sameName(left: string, right: string): boolean {
  return left === right || (left.length === right.length && left.toLowerCase() === right.toLowerCase());
}
