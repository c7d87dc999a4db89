import type { AmiMessage } from '../../asterisk/ami/ami-message.ts';
import { visible } from '../../asterisk/ami/text.ts';
import { JOURNAL_ROOM, OVERFLOW } from '../../asterisk/pbx-port/call-journal.ts';
import type { Logger } from '../../log.ts';
import { type CallRecordRow, hasCallRecord, insertCallRecords } from '../../store/call-records.ts';
import type { Database } from '../../store/database.ts';
import type { Directory } from '../directory.ts';
import type { LiveLink } from '../link.ts';
import { type AsteriskRecord, journalKey, recordOfEntry, recordOfEvent } from './asterisk-record.ts';
import { callRecordsOf } from './call-record.ts';
import { GapKeeper } from './gap-keeper.ts';
import { JournalCounter } from './journal-counter.ts';

export interface CallRecordsOptions {
  db: Database;
  link: LiveLink;
  directory: Directory;
  log: Logger;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** The records of the calls of one PBX, into the database. */
export interface CallRecords {
  /** What is being written is written to its end. */
  stop(): Promise<void>;
  /** Each record once, after its commit. Gives the function that ends it. */
  onRecord(listener: (record: CallRecordRow) => void): () => void;
}

interface Hint {
  record: AsteriskRecord;
  /** Looks in vain. */
  tries: number;
}

/** What comes within this time is written in one transaction. */
const BATCH_MS = 250;
const BATCH_ROWS = 1000;
/** Events that wait; beyond it the journal is read whole. */
const MOST_HINTS = 10_000;
/** Looks for a record in the journal: its event may come a moment before it. */
const TRIES = 4;
const RETRY_MS = [1000, 2000, 5000, 15_000, 30_000] as const;
/** The whole journal, for what no event told; at most so often when events make no sense. */
const WHOLE_EVERY_MS = 300_000;
const WHOLE_AT_MOST_MS = 5000;
const HEARD_EVERY_MS = 60_000;

/**
 * A `Cdr` event, which can be forged, only tells which entry of the PBX's journal to read: the record is made of the
 * entry, and the entry is deleted after the commit. A PBX without a journal is believed its events. What nobody heard
 * is found when the journal is read whole, after each time without a connection and every few minutes.
 */
export function createCallRecords({ db, link, directory, log, now = Date.now }: CallRecordsOptions): CallRecords {
  const { journal } = link.port;
  const counter = new JournalCounter(journal);
  const gaps = new GapKeeper(db, link.pbxId, now);
  const hints = new Map<string, Hint>();
  const listeners = new Set<(record: CallRecordRow) => void>();
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  let running: Promise<void> | undefined;
  let isStopped = false;
  let failures = 0;
  /** Grows with each time that the connection is there again. */
  let epoch = 0;
  let hasGap = false;
  /** Of the gap: what was found until it ended. */
  let found = { recovered: 0, overflowed: 0 };
  let wantsWhole = false;
  let wholeAt = Number.NEGATIVE_INFINITY;
  let heardAt = Number.NEGATIVE_INFINITY;

  function schedule(delay: number): void {
    if (isStopped) return;
    const at = now() + delay;
    if (timer !== undefined && dueAt <= at) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(run, delay).unref();
  }

  function run(): void {
    timer = undefined;
    dueAt = Number.POSITIVE_INFINITY;
    if (running !== undefined || isStopped) return;
    running = look()
      .then(
        () => {
          failures = 0;
        },
        (err: unknown) => {
          // Nothing is lost by waiting: what is not committed is not deleted from the journal.
          log.warn({ err }, 'call records were not read; trying again');
          schedule(RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)] ?? BATCH_MS);
        },
      )
      .finally(() => {
        running = undefined;
        if (hints.size > 0 || wantsWhole) schedule(failures === 0 ? BATCH_MS : RETRY_MS[0]);
        else schedule(HEARD_EVERY_MS);
      });
  }

  async function look(): Promise<void> {
    if (!link.isUp) return;
    const age = now() - wholeAt;
    if (hasGap || age >= WHOLE_EVERY_MS || (wantsWhole && age >= WHOLE_AT_MOST_MS)) await takeWhole();
    else if (hints.size > 0) await takeHinted();
    if (now() - heardAt >= HEARD_EVERY_MS && link.isUp) {
      await gaps.heard();
      heardAt = now();
    }
  }

  async function takeWhole(): Promise<void> {
    const began = epoch;
    wantsWhole = false;
    const { used, entries } = await journal.readAll();
    const { recovered, unread } = await takeEntries(entries);
    const overflowed = Math.max(0, (used ?? 0) - JOURNAL_ROOM - (entries.has(OVERFLOW) ? 1 : 0));
    if (overflowed > 0) log.error({ overflowed }, 'the journal of calls was full');
    // Kept over a try that fails from here on: the next one finds an empty journal.
    found = { recovered: found.recovered + recovered, overflowed: found.overflowed + overflowed };
    await counter.emptied(used, unread);
    wholeAt = now();
    const pbxStartedAt = hasGap ? await journal.startedAt() : '';
    if (began !== epoch || !link.isUp) return;
    if (hasGap) {
      const { recovered, overflowed } = found;
      await gaps.ends({ pbxStartedAt, recovered, overflowed: used === undefined ? undefined : overflowed });
      hasGap = began !== epoch;
      heardAt = now();
    }
    found = { recovered: 0, overflowed: 0 };
  }

  async function takeHinted(): Promise<void> {
    const batch = [...hints].slice(0, BATCH_ROWS);
    const entries = await journal.read(batch.map(([key]) => key));
    await takeEntries(entries);
    if (entries.size > 0) await counter.removed(entries.size);
    const missing = batch.filter(([key, { record }]) => {
      if (entries.has(key)) return false;
      const isKnown = hasCallRecord(db.read, link.pbxId, record.uniqueId, record.sequence);
      if (isKnown) hints.delete(key);
      return !isKnown;
    });
    await takeMissing(missing, entries.size > 0);
  }

  /** Events whose record the journal does not hold. */
  async function takeMissing(missing: readonly [string, Hint][], isAlive: boolean): Promise<void> {
    if (missing.length === 0) return;
    const hasJournal = counter.seen !== undefined;
    const given = missing.filter(([, hint]) => ++hint.tries >= TRIES || !hasJournal);
    if (given.length === 0) return;
    const isKept = isAlive || (await counter.hasMoved());
    if (isKept && !hasJournal) return;
    const records = given.map(([, { record }]) => record);
    if (isKept) log.warn({ count: records.length }, 'events told of calls of which the PBX keeps no record; ignored');
    else await store(records, 'event');
    for (const [key] of given) hints.delete(key);
  }

  async function takeEntries(entries: ReadonlyMap<string, string>): Promise<{ recovered: number; unread: number }> {
    let recovered = 0;
    let unread = 0;
    const all = [...entries];
    for (let from = 0; from < all.length; from += BATCH_ROWS) {
      const records: AsteriskRecord[] = [];
      const keys: string[] = [];
      for (const [key, value] of all.slice(from, from + BATCH_ROWS)) {
        const record = recordOfEntry(value);
        if (record === undefined) {
          unread += 1;
          hints.delete(key);
          log.error(
            { key, value: visible(value, 500) },
            'an entry of the journal of calls cannot be read; it is left there',
          );
          continue;
        }
        records.push(record);
        keys.push(key);
      }
      recovered += await store(records, 'journal');
      await journal.remove(keys);
      for (const record of records) hints.delete(journalKey(record));
    }
    return { recovered, unread };
  }

  /** How many were new. */
  async function store(records: readonly AsteriskRecord[], source: CallRecordRow['source']): Promise<number> {
    if (records.length === 0) return 0;
    const rows = await callRecordsOf(records, link.pbxId, directory, source);
    const fresh = await db.write(async (tx) => insertCallRecords(tx, rows));
    for (const row of fresh) for (const listener of listeners) listener(row);
    return fresh.length;
  }

  function onEvent(event: AmiMessage): void {
    if (event.get('Event') !== 'Cdr') return;
    const record = recordOfEvent(event, now());
    if (record === undefined || hints.size >= MOST_HINTS) wantsWhole = true;
    else hints.set(journalKey(record), { record, tries: 0 });
    schedule(BATCH_MS);
  }

  function onUp(): void {
    epoch += 1;
    hasGap = true;
    schedule(0);
  }

  function onDown(reason: string): void {
    epoch += 1;
    gaps
      .begins(now(), visible(reason))
      .catch((err: unknown) => log.error({ err }, 'a gap of call records was not noted'));
  }

  const ends = [link.onEvent(onEvent), link.onUp(onUp), link.onDown(onDown)];
  if (link.isUp) onUp();

  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      for (const end of ends) end();
      await running;
      if (link.isUp && !hasGap) await gaps.heard();
    },
    onRecord(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
