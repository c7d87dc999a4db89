import type { AsteriskPort, PbxContact } from '../../asterisk/pbx-port/pbx-port.ts';
import { messageOf } from '../../errors.ts';
import type { Logger } from '../../log.ts';

export interface ContactReadsOptions {
  port: Pick<AsteriskPort, 'contactsOf' | 'allContacts'>;
  /** What stands at the PBX; of these aors, or (undefined) of all. Answers those of which it is news. */
  onRead(found: ReadonlyMap<string, readonly PbxContact[]>, aors: readonly string[] | undefined): ReadonlySet<string>;
  log: Pick<Logger, 'warn'>;
}

interface Mark {
  /** Milliseconds on the clock of performance.now(). */
  due: number;
  /** Reasons to look. */
  count: number;
  isSecond: boolean;
}

/** Asterisk says that a phone has authenticated before it writes the contact down. */
const SETTLE_MS = 250;
/** Under load it takes longer: what has not changed by then is looked at once more. */
const AGAIN_MS = 2000;
/** One read of an aor makes Asterisk look through the whole AstDB, so that a few cost as much as all. */
const MANY = 8;
/** A read is followed by a pause of so many times its own length. */
const REST = 4;
const LONGEST_REST_MS = 5000;

/** Reads contacts again when something was heard of them: together, not too often, and never at the price of the PBX. */
export class ContactReads {
  readonly #options: ContactReadsOptions;
  readonly #marks = new Map<string, Mark>();
  #timer: NodeJS.Timeout | undefined;
  #isReading = false;
  #restUntil = 0;
  #isPaused = true;

  constructor(options: ContactReadsOptions) {
    this.#options = options;
  }

  /** Something has happened to this aor. */
  mark(aor: string): void {
    const mark = this.#marks.get(aor);
    const due = performance.now() + SETTLE_MS;
    this.#marks.set(aor, { due, count: (mark?.count ?? 0) + 1, isSecond: false });
    this.#schedule(due);
  }

  /** It was something else. */
  unmark(aor: string): void {
    const mark = this.#marks.get(aor);
    if (mark === undefined) return;
    mark.count -= 1;
    if (mark.count <= 0) this.#marks.delete(aor);
  }

  /** Reads everything. @throws LinekeeperError AMI_*, PBX_UNREACHABLE */
  async readAll(): Promise<void> {
    const asked = performance.now();
    const found = await this.#options.port.allContacts();
    this.#restAfter(asked);
    this.#options.onRead(found, undefined);
    for (const [aor, { due }] of this.#marks) if (due < asked) this.#marks.delete(aor);
  }

  /** Marks wait until `resume`. */
  pause(): void {
    this.#isPaused = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#marks.size > 0) this.#schedule(performance.now());
  }

  #schedule(due: number): void {
    if (this.#isPaused || this.#isReading || this.#timer !== undefined) return;
    const now = performance.now();
    this.#timer = setTimeout(() => void this.#look(), Math.max(due, this.#restUntil) - now);
  }

  async #look(): Promise<void> {
    this.#timer = undefined;
    this.#isReading = true;
    const now = performance.now();
    const due = [...this.#marks].filter(([, mark]) => mark.due <= now + 1);
    for (const [aor] of due) this.#marks.delete(aor);
    try {
      if (due.length > 0) this.#again(due, await this.#read(due.map(([aor]) => aor)));
    } catch (error) {
      this.#options.log.warn({ reason: messageOf(error) }, 'the registrations could not be read; tried again');
      for (const [aor, mark] of due) this.#marks.set(aor, { ...mark, due: now + AGAIN_MS });
    } finally {
      this.#isReading = false;
      let next = Number.POSITIVE_INFINITY;
      for (const mark of this.#marks.values()) next = Math.min(next, mark.due);
      if (next < Number.POSITIVE_INFINITY) this.#schedule(next);
    }
  }

  async #read(aors: readonly string[]): Promise<ReadonlySet<string>> {
    const { port, onRead } = this.#options;
    const asked = performance.now();
    if (aors.length >= MANY) {
      const all = await port.allContacts();
      this.#restAfter(asked);
      return onRead(all, undefined);
    }
    const found = await Promise.all(aors.map(async (aor) => [aor, await port.contactsOf(aor)] as const));
    this.#restAfter(asked);
    return onRead(new Map(found), aors);
  }

  #restAfter(asked: number): void {
    const now = performance.now();
    this.#restUntil = now + Math.min((now - asked) * REST, LONGEST_REST_MS);
  }

  #again(looked: readonly [string, Mark][], changed: ReadonlySet<string>): void {
    const due = performance.now() + AGAIN_MS;
    for (const [aor, { isSecond }] of looked) {
      if (isSecond || changed.has(aor) || this.#marks.has(aor)) continue;
      this.#marks.set(aor, { due, count: 1, isSecond: true });
    }
  }
}
