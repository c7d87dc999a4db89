import type { AmiMessage } from '../../asterisk/ami/ami-message.ts';

/** One record of Asterisk (a CDR): one leg of a call. Texts are a stranger's, and not made visible yet. */
export interface AsteriskRecord {
  uniqueId: string;
  /** Counts the records of one start of Asterisk. */
  sequence: number;
  linkedId: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  answeredAt: number | null;
  endedAt: number;
  durationSeconds: number;
  talkSeconds: number;
  disposition: string;
  source: string;
  destination: string;
  context: string;
  channel: string;
  destinationChannel: string;
  application: string;
  applicationData: string;
  /** `"name" <number>` */
  callerId: string;
  /** What was dialled, before any forwarding; empty: outside of our dialplan. */
  dialled: string;
}

const UNIQUE_ID = /^[A-Za-z0-9._~-]{1,150}$/;
const QUARTER_MS = 15 * 60_000;
const FIELDS = 19;

/** The key of a record in the PBX's journal. */
export function journalKey({ uniqueId, sequence }: Pick<AsteriskRecord, 'uniqueId' | 'sequence'>): string {
  return `${uniqueId}-${sequence}`;
}

/** A value of the journal, as linekeeper-cdr-custom.conf writes it; undefined: it is none. */
export function recordOfEntry(value: string): AsteriskRecord | undefined {
  const fields = value.split('&');
  if (fields[0] !== '1' || fields.length !== FIELDS) return undefined;
  const text = (at: number) => decoded(fields[at] ?? '');
  const number = (at: number) => Number(fields[at]);
  return checked({
    startedAt: epochOf(fields[1]) ?? Number.NaN,
    answeredAt: epochOf(fields[2]) ?? null,
    endedAt: epochOf(fields[3]) ?? Number.NaN,
    durationSeconds: number(4),
    talkSeconds: number(5),
    disposition: text(6),
    linkedId: text(7),
    uniqueId: text(8),
    sequence: number(9),
    source: text(10),
    destination: text(11),
    context: text(12),
    channel: text(13),
    destinationChannel: text(14),
    application: text(15),
    applicationData: text(16),
    callerId: text(17),
    dialled: text(18),
  });
}

/**
 * A `Cdr` event. A header that comes twice counts with its first value. Without the mapping of the epochs the times are in
 * the zone of the PBX: the end, which is now, tells the offset, and the other times are counted back from it, since a call
 * may last over a change of the clock.
 */
export function recordOfEvent(event: AmiMessage, arrivedAt: number): AsteriskRecord | undefined {
  const text = (name: string) => event.get(name) ?? '';
  const durationSeconds = Number(text('Duration'));
  const talkSeconds = Number(text('BillableSeconds'));
  const endedAt = epochOf(text('EndEpoch')) ?? localEnd(text('EndTime'), arrivedAt);
  const wasAnswered = text('AnswerTime') !== '';
  return checked({
    startedAt: epochOf(text('StartEpoch')) ?? endedAt - durationSeconds * 1000,
    answeredAt: wasAnswered ? (epochOf(text('AnswerEpoch')) ?? endedAt - talkSeconds * 1000) : null,
    endedAt,
    durationSeconds,
    talkSeconds,
    disposition: text('Disposition'),
    linkedId: text('LinkedID') || text('UniqueID'),
    uniqueId: text('UniqueID'),
    sequence: text('Sequence') === '' ? Number.NaN : Number(text('Sequence')),
    source: text('Source'),
    destination: text('Destination'),
    context: text('DestinationContext'),
    channel: text('Channel'),
    destinationChannel: text('DestinationChannel'),
    application: text('LastApplication'),
    applicationData: text('LastData'),
    callerId: text('CallerID'),
    dialled: text('Dialled'),
  });
}

function checked(record: AsteriskRecord): AsteriskRecord | undefined {
  const { startedAt, endedAt, durationSeconds, talkSeconds, sequence, uniqueId, linkedId } = record;
  const isWhole = [durationSeconds, talkSeconds, sequence].every((value) => Number.isInteger(value) && value >= 0);
  const isTimed = Number.isFinite(startedAt) && Number.isFinite(endedAt);
  return isWhole && isTimed && UNIQUE_ID.test(uniqueId) && UNIQUE_ID.test(linkedId) ? record : undefined;
}

/** `1795392818.579905` as milliseconds; undefined for `0.000000`, which is no time. */
function epochOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,11}\.\d{1,6}$/.test(text)) return undefined;
  const time = Math.floor(Number(text) * 1000);
  return time === 0 ? undefined : time;
}

/** `2026-11-23 00:13:40` in the PBX's zone, which is some quarters of an hour away from UTC. */
function localEnd(text: string, arrivedAt: number): number {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return Number.NaN;
  const local = Date.parse(`${text.replace(' ', 'T')}Z`);
  return local - Math.round((local - arrivedAt) / QUARTER_MS) * QUARTER_MS;
}

/** Bytes that are no UTF-8 (Asterisk cuts a long name anywhere) become the replacement character. */
function decoded(text: string): string {
  if (!text.includes('%')) return text;
  const bytes: Buffer[] = [];
  for (const [piece] of text.matchAll(/%[0-9A-Fa-f]{2}|[^%]+|%/g)) {
    bytes.push(/^%../.test(piece) ? Buffer.from(piece.slice(1), 'hex') : Buffer.from(piece, 'utf8'));
  }
  return Buffer.concat(bytes).toString('utf8');
}
