import { EventLog, type EventLogLimits, type LoggedEvent, numberIn } from './event-log.ts';
import { eventsFrame, eventText, frameOf, snapshotFrame } from './frames.ts';
import { passes, streamsOf } from './item-scope.ts';
import type { Subscription } from './subscription.ts';
import type { Gap, ItemScope, Topic } from './topic.ts';
import { Wanted } from './wanted.ts';

/** Subscriptions that are told the same bytes. */
interface Group {
  members: Set<Subscription>;
  /** The number that all of them were told last. */
  told: number;
}

/** An item, and its text once somebody needed it. */
interface Present<T> {
  item: T;
  json?: string;
  scope: ItemScope;
}

export interface FeedTopicOptions {
  epoch: string;
  limits: EventLogLimits;
  /** The companies on a PBX, in whose streams a gap of it is told; null: all. */
  companiesOf(pbxId: string | null): Promise<readonly string[]>;
  now(): number;
}

/** One part of a snapshot ends behind the item that makes it so long, in characters, */
const PART_LENGTH = 128 * 1024;
/** and one frame of missed events behind so many. */
const PART_EVENTS = 200;

/**
 * The items of a topic, numbered and told. What is set within one turn of the event loop leaves in one frame, so that a
 * burst of the PBX costs each client one frame; under load the turns get longer and the frames with them.
 */
export class FeedTopic<T> implements Topic<T> {
  readonly #options: FeedTopicOptions;
  readonly #items = new Map<string, Present<T>>();
  readonly #log: EventLog;
  readonly #groups = new Map<string, Group>();
  readonly #wanted = new Wanted();
  #pending: LoggedEvent[] = [];
  /** Frames and events told, for whoever measures. */
  readonly counters = { events: 0, frames: 0 };

  constructor(options: FeedTopicOptions) {
    this.#options = options;
    this.#log = new EventLog(options.limits);
  }

  get size(): number {
    return this.#items.size;
  }

  get isWanted(): boolean {
    return this.#wanted.is;
  }

  onWanted(listener: () => unknown): () => void {
    return this.#wanted.on(listener);
  }

  set(id: string, item: T, scope: ItemScope): void {
    const present = this.#items.get(id);
    if (!this.#isKept) {
      this.#items.set(id, { item, scope });
      this.#skip(present?.scope, scope);
      return;
    }
    const json = JSON.stringify(item);
    if (present !== undefined && textOf(present) === json && isSame(present.scope, scope)) return;
    this.#items.set(id, { item, json, scope });
    this.#add({ id, json, scope, before: present?.scope });
  }

  remove(id: string): void {
    const present = this.#items.get(id);
    if (present === undefined) return;
    this.#items.delete(id);
    if (this.#isKept) this.#add({ id, before: present.scope });
    else this.#skip(present.scope, undefined);
  }

  gap(gap: Gap): void {
    void this.#options.companiesOf(gap.pbxId).then(
      (companies) => this.#push(this.#log.add({ at: this.#options.now(), id: '', gap }, new Set(companies))),
      // Who cannot be told at all is told by the next snapshot.
      () => {},
    );
  }

  /** Resolves when the subscription gets events as they come; from then on `leave` ends it. */
  async join(subscription: Subscription, resume: { epoch: string; seq: number } | undefined): Promise<void> {
    await this.#wanted.enter();
    const { outlet, stream, audience } = subscription;
    const { epoch } = this.#options;
    let from = resume?.seq ?? 0;
    if (resume !== undefined) {
      const isOurs = resume.epoch === epoch;
      if (isOurs && this.#log.since(audience, from) !== undefined) {
        outlet.send(frameOf({ type: 'resumed', stream, epoch, seq: from }));
      } else {
        outlet.send(frameOf({ type: 'gap', stream, reason: isOurs ? 'too-old' : 'restarted' }));
        from = await this.#sendSnapshot(subscription);
      }
    } else from = await this.#sendSnapshot(subscription);
    await this.#catchUp(subscription, from);
  }

  leave(subscription: Subscription): void {
    if (subscription.isOver) return;
    subscription.isOver = true;
    this.#wanted.leave();
    const key = keyOf(subscription);
    const group = this.#groups.get(key);
    group?.members.delete(subscription);
    if (group?.members.size === 0) this.#groups.delete(key);
  }

  /** Tells filtered streams where they stand, so that they can resume although nothing passed their filter. */
  tellNumbers(): void {
    for (const { members, group, first } of this.#each()) {
      const seq = this.#log.seqOf(first.audience);
      if (group.told === seq || this.#pending.length > 0) continue;
      this.#send(members, eventsFrame(first.stream, group.told, seq, []));
      group.told = seq;
    }
  }

  /** Whether somebody listens, or may come back and ask for what he missed. Without anybody nothing is put into words. */
  get #isKept(): boolean {
    return this.#wanted.wasWithin(this.#options.limits.ageMs);
  }

  #skip(before: ItemScope | undefined, after: ItemScope | undefined): void {
    this.#log.skip(new Set([...streamsOf(before), ...streamsOf(after)]));
  }

  #add(event: { id: string; json?: string; scope?: ItemScope; before?: ItemScope | undefined }): void {
    const { before, ...rest } = event;
    const keys = new Set([...streamsOf(before), ...streamsOf(event.scope)]);
    const known = before === undefined ? rest : { ...rest, before };
    this.#push(this.#log.add({ at: this.#options.now(), ...known }, keys));
  }

  #push(event: LoggedEvent): void {
    this.counters.events++;
    if (this.#groups.size === 0) return;
    if (this.#pending.length === 0) setImmediate(() => this.#flush());
    this.#pending.push(event);
  }

  #flush(): void {
    const events = this.#pending;
    if (events.length === 0) return;
    this.#pending = [];
    for (const { members, group, first } of this.#each()) {
      const { audience, filter, stream } = first;
      const texts = events.map((event) => eventText(event, audience, filter)).filter((text) => text !== undefined);
      if (texts.length === 0) continue;
      const seq = this.#log.seqOf(audience);
      this.#send(members, eventsFrame(stream, group.told, seq, texts));
      group.told = seq;
    }
  }

  *#each(): Iterable<{ members: Set<Subscription>; group: Group; first: Subscription }> {
    for (const group of this.#groups.values()) {
      const [first] = group.members;
      if (first !== undefined) yield { members: group.members, group, first };
    }
  }

  #send(members: ReadonlySet<Subscription>, frame: string): void {
    const bytes = Buffer.from(frame);
    this.counters.frames += members.size;
    // A copy: who is cut off while we send leaves the group.
    for (const { outlet } of [...members]) outlet.send(bytes);
  }

  /** Answers the number from which events are missing: what changes meanwhile comes behind the snapshot. */
  async #sendSnapshot(subscription: Subscription): Promise<number> {
    const { outlet, stream, audience, filter } = subscription;
    const seq = this.#log.seqOf(audience);
    const ids = [...this.#items].filter(([, { scope }]) => passes(audience, filter, scope)).map(([id]) => id);
    let at = 0;
    for (let part = 0; part === 0 || at < ids.length; part++) {
      const items: string[] = [];
      for (let length = 0; at < ids.length && length < PART_LENGTH; at++) {
        const present = this.#items.get(ids[at]!);
        if (present === undefined) continue;
        const json = textOf(present);
        items.push(json);
        length += json.length;
      }
      const head = { stream, epoch: this.#options.epoch, seq, part, isLast: at >= ids.length };
      if (subscription.isOver || !(await outlet.sendPaced(snapshotFrame(head, items)))) return seq;
    }
    return seq;
  }

  async #catchUp(subscription: Subscription, from: number): Promise<void> {
    const { outlet, stream, audience, filter } = subscription;
    let told = from;
    while (!subscription.isOver && outlet.isOpen) {
      const missed = this.#log.since(audience, told);
      if (missed === undefined) {
        // So much happened while the snapshot left that the beginning is not kept any more.
        outlet.send(frameOf({ type: 'gap', stream, reason: 'too-old' }));
        told = await this.#sendSnapshot(subscription);
        continue;
      }
      const isLast = missed.length <= PART_EVENTS;
      const events = isLast ? missed : missed.slice(0, PART_EVENTS);
      const last = events.at(-1);
      const seq = last === undefined ? told : (numberIn(last, audience) ?? told);
      const texts = events.map((event) => eventText(event, audience, filter)).filter((text) => text !== undefined);
      if (isLast) {
        // What waits for the others must not come to this one twice; from here to its place in the group nothing happens.
        this.#flush();
        if (texts.length > 0) outlet.send(eventsFrame(stream, told, seq, texts));
        this.#enter(subscription, seq);
        return;
      }
      if (!(await outlet.sendPaced(eventsFrame(stream, told, seq, texts)))) return;
      told = seq;
    }
  }

  #enter(subscription: Subscription, seq: number): void {
    const key = keyOf(subscription);
    const group = this.#groups.get(key);
    if (group) group.members.add(subscription);
    else this.#groups.set(key, { members: new Set([subscription]), told: seq });
  }
}

function keyOf({ stream, filter }: Subscription): string {
  return filter === undefined ? stream : `${stream} ${JSON.stringify(filter)}`;
}

function textOf<T>(present: Present<T>): string {
  present.json ??= JSON.stringify(present.item);
  return present.json;
}

function isSame(left: ItemScope, right: ItemScope): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}
