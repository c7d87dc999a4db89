import type { AmiMessage } from '../../asterisk/ami/ami-message.ts';
import { type CallEvent, parseCallEvent } from '../../asterisk/events/call-event.ts';
import { messageOf } from '../../errors.ts';
import type { LiveLink } from '../link.ts';
import type { CallBook } from './call-book.ts';
import type { Leg } from './leg.ts';
import { closeMissed, mergeChannels } from './merge.ts';

export interface HearingOptions {
  link: LiveLink;
  book: CallBook;
  now: () => number;
  log: { warn(details: object, message: string): void };
  /** The book is right again after a time in which we did not hear; undefined: it is for the first time. */
  onMerged: (deaf: { from: number; until: number; reason: string } | undefined) => void;
  onDeaf: () => void;
}

export interface Hearing {
  /** Looks now unless it just did, or is about to. */
  look(): void;
  /** Since when nothing was compared with the PBX, milliseconds. */
  readonly sinceLook: number;
  stop(): void;
}

/** While a snapshot is on its way, this many events are kept; with more, one is taken again later. */
const MOST_KEPT = 50_000;
const RETRY_MS = 1000;
/** A look may take this share of the time. */
const LOOK_SHARE = 10;

/**
 * Brings what the PBX says into the book. Events are applied as they come. After each time without them a list of all
 * channels is read; what comes meanwhile is kept, and applied after it: what is then known to us and not to the PBX ended
 * unheard. Looks in between find what an event should have told and did not; as an event may be on its way still, a channel
 * must be missing twice.
 */
export function createHearing({ link, book, now, log, onMerged, onDeaf }: HearingOptions): Hearing {
  let kept: { event: CallEvent; at: number }[] | undefined;
  let deaf: { from: number; reason: string } | undefined;
  let isFirst = true;
  let mustMerge = false;
  let isLooking = false;
  let isStopped = false;
  let earliest = 0;
  let lookedAt = now();
  let missing = new Set<string>();
  let touched: Set<string> | undefined;
  let ended: Set<string> | undefined;

  function take(event: CallEvent, at: number): void {
    if (touched && 'channel' in event) touched.add(event.channel.uniqueId);
    if (ended && event.type === 'ended') ended.add(event.channel.uniqueId);
    book.apply(event, at);
  }

  function replay(): void {
    const events = kept ?? [];
    kept = undefined;
    for (const { event, at } of events) take(event, at);
  }

  function hear(message: AmiMessage): void {
    const event = parseCallEvent(message);
    if (!event) return;
    if (!kept) take(event, now());
    else if (kept.push({ event, at: now() }) >= MOST_KEPT) replay();
  }

  /** After a time without events: what is missing ended in it. */
  async function merge(): Promise<void> {
    const known = new Set(book.legs.keys());
    const mine: typeof kept = [];
    kept = mine;
    const channels = await link.port.liveChannels();
    if (isStopped || !link.isUp) return;
    // Too many came: the list is older than what was applied already.
    if (kept !== mine) throw new Error('too much happened while the channels were read');
    const nothing = new Set<string>();
    const gone = mergeChannels(book, channels, { known, ended: nothing, touched: nothing, minSeconds: 0 }, now());
    replay();
    close(gone);
    mustMerge = false;
    missing = new Set();
    const was = deaf;
    deaf = undefined;
    onMerged(isFirst || !was ? undefined : { ...was, until: now() });
    isFirst = false;
  }

  async function compare(): Promise<void> {
    const known = new Set(book.legs.keys());
    const heard = { ended: new Set<string>(), touched: new Set<string>() };
    ({ ended, touched } = heard);
    const channels = await link.port.liveChannels();
    if (isStopped || !link.isUp || mustMerge) return;
    const gone = mergeChannels(book, channels, { known, ...heard, minSeconds: 2 }, now());
    close(gone.filter((leg) => missing.has(leg.uniqueId)));
    missing = new Set(gone.map((leg) => leg.uniqueId));
  }

  function close(legs: readonly Leg[]): void {
    // What the replayed events ended, they ended with a cause.
    closeMissed(
      book,
      legs.filter((leg) => book.legs.get(leg.uniqueId) === leg),
      now(),
    );
  }

  async function look(): Promise<void> {
    if (isLooking || isStopped || !link.isUp || now() < earliest) return;
    isLooking = true;
    const from = now();
    try {
      await (mustMerge ? merge() : compare());
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'the channels of the PBX could not be read; it is tried again');
      earliest = now() + RETRY_MS;
    } finally {
      replay();
      touched = undefined;
      ended = undefined;
      isLooking = false;
      lookedAt = now();
      earliest = Math.max(earliest, lookedAt + (lookedAt - from) * LOOK_SHARE);
    }
    // It went and came back meanwhile.
    if (mustMerge && link.isUp && now() >= earliest) void look();
  }

  function up(): void {
    mustMerge = true;
    earliest = 0;
    void look();
  }

  const ends = [
    link.onEvent(hear),
    link.onUp(up),
    link.onDown((reason) => {
      mustMerge = true;
      deaf ??= { from: now(), reason };
      onDeaf();
    }),
  ];
  if (link.isUp) up();

  return {
    look: () => void look(),
    get sinceLook() {
      return mustMerge ? Number.POSITIVE_INFINITY : now() - lookedAt;
    },
    stop() {
      isStopped = true;
      for (const end of ends) end();
    },
  };
}
