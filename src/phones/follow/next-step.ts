import type { FollowRow, FollowStep } from '../../store/phones/follow.ts';
import { contactKeys, type Presence } from './follow-pbx.ts';

export interface FollowLimits {
  fetchSeconds: number;
  registerSeconds: number;
}

/** What is to be done with one phone now: a step to write down, or to tell it by this endpoint. */
export type Next = { do: 'write'; step: FollowStep } | { do: 'notify'; endpoint: string; event: string };

export interface Seen {
  presence: Presence;
  /** Keys of contacts, by endpoint, from before the phone was told; undefined: not known. */
  baseline: ReadonlyMap<string, readonly string[]> | undefined;
  now: number;
}

/** Times that a phone is told before it is given up. */
const MAX_NOTIFIES = 3;
/** Milliseconds between looks at a phone in a call. */
const IN_CALL_MS = 5000;
/** Between looks at one that fetched and must register. */
const REGISTER_LOOK_MS = 2000;
/** Between looks at one that is not registered, by how long ago its files changed. */
const AWAY_MS = [
  [60_000, 10_000],
  [600_000, 60_000],
] as const;
const LONG_AWAY_MS = 600_000;

/** Pure: where a phone stands, and what follows from what is seen of it. */
export function nextStep(row: FollowRow, event: string | null | undefined, seen: Seen, limits: FollowLimits): Next {
  const { now } = seen;
  const write = (step: Omit<FollowStep, 'row'>): Next => ({ do: 'write', step: { row, ...step } });
  const over = (state: 'failed' | 'timeout', reason: string) =>
    write({ state, reason, attempts: row.attempts, at: null });

  if (row.state === 'fetched') return afterFetch(row, seen, limits, write);
  if (row.state === 'sent') {
    // Fetched while nobody heard it: the daemon was started anew.
    const since = row.at - limits.fetchSeconds * 1000;
    if ((row.fetchedRevision ?? -1) >= row.revision && (row.fetchedAt ?? 0) >= since) {
      return write({ state: 'fetched', reason: null, attempts: row.attempts, at: now });
    }
    const told = row.attempts === 1 ? 'told once' : `told ${row.attempts} times`;
    const silent = `${told}, it did not fetch within ${limits.fetchSeconds} s`;
    if (row.attempts >= MAX_NOTIFIES) return over('timeout', `${silent}; it will when it looks for changes or starts`);
    return write({ state: 'queued', reason: `${silent}; it is told again`, attempts: row.attempts, at: now });
  }
  if (row.deviceState === 'suspended') return over('failed', 'it is suspended: nothing is served to it');
  if (row.problems !== null) return over('failed', `its files cannot be made: ${problemText(row.problems)}`);
  if (row.lines.length === 0) return over('failed', 'it has no line that may register, so it cannot be told');
  if (event === undefined) return over('failed', `nothing is known of the vendor ${row.vendor}`);
  if (event === null) return over('failed', `phones of ${row.vendor} cannot be told to ${row.kind}`);
  const here = row.lines.find(({ endpoint }) => (seen.presence.contacts.get(endpoint)?.length ?? 0) > 0);
  if (here === undefined) {
    const reason = 'it is not registered, so it cannot be told; it fetches when it looks for changes or starts';
    const wait = AWAY_MS.find(([since]) => now - row.wantedAt < since)?.[1] ?? LONG_AWAY_MS;
    return write({ state: 'queued', reason, attempts: row.attempts, at: now + wait });
  }
  if (row.lines.some(({ endpoint }) => seen.presence.busy.has(endpoint))) {
    return write({ state: 'postponed', reason: 'it is in a call', attempts: row.attempts, at: now + IN_CALL_MS });
  }
  return { do: 'notify', endpoint: here.endpoint, event };
}

function afterFetch(
  row: FollowRow,
  { presence, baseline, now }: Seen,
  { registerSeconds }: FollowLimits,
  write: (step: Omit<FollowStep, 'row'>) => Next,
): Next {
  const { attempts } = row;
  const fetchedAt = row.fetchedAt ?? now;
  if (row.lines.length === 0) {
    return write({ state: 'fetched', reason: 'it has no line that may register', attempts, at: null });
  }
  const mustBeNew = (line: FollowLine) => line.next || row.kind === 'reboot';
  const missing = row.lines.filter((line) => !isRegistered(line, mustBeNew(line), presence, baseline));
  if (missing.length === 0) {
    return write({ state: 'registered', reason: null, attempts, at: null, registeredAt: now });
  }
  if (now - fetchedAt > registerSeconds * 1000) {
    const names = missing.map(({ endpoint }) => endpoint).join(', ');
    const reason = `it fetched revision ${row.revision}, but did not register within ${registerSeconds} s (${names})`;
    return write({ state: 'timeout', reason, attempts, at: null });
  }
  return write({ state: 'fetched', reason: null, attempts, at: now + REGISTER_LOOK_MS });
}

type FollowLine = FollowRow['lines'][number];

/** `mustBeNew`: what was registered before the new secret, or before the reboot, proves nothing. */
function isRegistered(
  { endpoint, next }: FollowLine,
  mustBeNew: boolean,
  presence: Presence,
  baseline: Seen['baseline'],
): boolean {
  // Phones take a new secret into use when a call is over: until then they register with the old one.
  if (next && presence.busy.has(endpoint)) return false;
  const keys = contactKeys(presence.contacts.get(endpoint));
  const before = new Set(mustBeNew ? (baseline?.get(endpoint) ?? keys) : []);
  return keys.some((key) => !before.has(key));
}

/** All lines of a phone whose secrets are being rotated have registered since `baseline`. */
export function hasNewSecret(row: FollowRow, presence: Presence, baseline: Seen['baseline']): boolean {
  return row.lines.every((line) => !line.next || isRegistered(line, true, presence, baseline));
}

function problemText(json: string): string {
  const problems = JSON.parse(json) as { path: string; message: string }[];
  return problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
}
