import type { NotifyKind } from '../../domain/phones/device.ts';
import { isLinekeeperError, messageOf } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Database } from '../../store/database.ts';
import {
  askFollow,
  dueFollows,
  type FollowRow,
  type FollowStep,
  fetchedRotations,
  followsOf,
  nextFollowAt,
  noteFetches,
  takeSteps,
} from '../../store/phones/follow.ts';
import type { PhoneSignals } from '../ports.ts';
import { contactKeys, type FollowPbx, type Presence, presenceOf } from './follow-pbx.ts';
import { type FollowLimits, hasNewSecret, nextStep } from './next-step.ts';
import { createPacer } from './pacer.ts';
import type { Rotations } from './rotations.ts';
import { createWaker } from './waker.ts';

/** Event headers of a vendor; null: it cannot. */
export type NotifyEvents = Readonly<Record<NotifyKind, string | null>>;

export interface FollowerOptions {
  db: Database;
  signals: PhoneSignals;
  /** undefined: there is no such vendor. */
  notifyEvents(vendor: string): Promise<NotifyEvents | undefined> | NotifyEvents | undefined;
  /** @throws PBX_UNREACHABLE for one that is disabled or unknown */
  pbx(pbxId: string): FollowPbx;
  limits: FollowLimits & { notifiesPerSecond: number };
  log: Logger;
  rotations: Rotations;
  now?: () => number;
}

export interface Follower {
  start(): void;
  stop(): Promise<void>;
  /** Looks at once; carries no work. */
  poke(): void;
  /** Tells these phones, whatever their revision, and follows them. Answers how many of them there are. */
  notify(deviceIds: readonly string[], kind: NotifyKind): Promise<number>;
}

/** Phones that are looked at together. */
const BATCH = 200;
/** Milliseconds until a PBX that could not be asked is asked again. */
const UNREACHABLE_MS = 10_000;
/** Between looks at phones that have fetched a new secret and are followed no more. */
const WATCH_MS = 30_000;

/**
 * Tells phones that their files are others and sees what becomes of it. How far each one is stands in its row, so that a
 * restart goes on where it was; only the registrations from before it was told are kept in memory.
 */
export function createFollower(options: FollowerOptions): Follower {
  const { db, signals, limits, log, now = Date.now } = options;
  const pacer = createPacer(limits.notifiesPerSecond, now);
  /** Contacts from before, by device and endpoint. */
  const baselines = new Map<string, Map<string, string[]>>();
  let watchAt = 0;
  const heard = new Map<string, { revision: number; at: number }>();
  const waker = createWaker(work, (err) => log.error({ err }, 'phones could not be followed'), now);

  const onFetched = ({ deviceId, revision, at }: { deviceId: string; revision: number; at: number }) => {
    heard.set(deviceId, { revision, at });
    waker.poke();
  };
  signals.on('fetched', onFetched);
  const off = db.onCommit(() => waker.poke());

  async function work(): Promise<number | undefined> {
    await takeFetches();
    await watchRotations();
    for (;;) {
      if (waker.isStopped) return undefined;
      const rows = await dueFollows(db.read, now(), BATCH);
      if (rows.length === 0) break;
      await goOn(rows);
    }
    return (await nextFollowAt(db.read)) ?? undefined;
  }

  async function takeFetches(): Promise<void> {
    if (heard.size === 0) return;
    const fetches = [...heard].map(([id, { revision, at }]) => [id, revision, at] as [string, number, number]);
    heard.clear();
    // The registrations as they are at the fetch: a phone that was not told by us has no others to compare with.
    const ids = fetches.map(([id]) => id).filter((id) => !baselines.has(id));
    const rows = (await followsOf(db.read, ids)).filter((row) => mustRegisterAnew(row));
    for (const [pbxId, some] of byPbx(rows)) {
      const presence = await presenceAt(pbxId, some).catch(() => undefined);
      if (presence !== undefined) for (const row of some) keepBaseline(row, presence);
    }
    await db.note((tx) => noteFetches(tx, fetches));
  }

  /** A phone that was given up may register with its new secret hours later. */
  async function watchRotations(): Promise<void> {
    if (now() < watchAt) return;
    watchAt = now() + WATCH_MS;
    await options.rotations.sweep();
    const rows = await fetchedRotations(db.read);
    for (const [pbxId, some] of byPbx(rows)) {
      const presence = await presenceAt(pbxId, some).catch(() => undefined);
      if (presence === undefined) continue;
      const fresh = some.filter((row) => {
        if (baselines.has(row.deviceId)) return hasNewSecret(row, presence, baselines.get(row.deviceId));
        keepBaseline(row, presence);
        return false;
      });
      if (fresh.length > 0) await options.rotations.registered(fresh);
    }
  }

  async function goOn(rows: readonly FollowRow[]): Promise<void> {
    for (const [pbxId, some] of byPbx(rows)) {
      let presence: Presence;
      try {
        presence = await presenceAt(pbxId, some);
      } catch (error) {
        if (!isLinekeeperError(error)) throw error;
        const reason = `its PBX cannot be asked: ${messageOf(error)}`;
        await write(
          some.map((row) => ({ row, state: row.state, reason, attempts: row.attempts, at: now() + UNREACHABLE_MS })),
        );
        continue;
      }
      await goOnAt(pbxId, some, presence);
    }
  }

  async function goOnAt(pbxId: string, rows: readonly FollowRow[], presence: Presence): Promise<void> {
    const steps: FollowStep[] = [];
    const registered: FollowRow[] = [];
    for (const row of rows) {
      const event = (await options.notifyEvents(row.vendor))?.[row.kind];
      const seen = { presence, baseline: baselines.get(row.deviceId), now: now() };
      if (row.state === 'fetched' && seen.baseline === undefined && mustRegisterAnew(row)) keepBaseline(row, presence);
      const next = nextStep(row, event, seen, limits);
      if (next.do === 'write') {
        steps.push(next.step);
        if (next.step.state === 'registered') registered.push(row);
        if (next.step.state === 'registered') baselines.delete(row.deviceId);
        continue;
      }
      const free = pacer.take(pbxId, row.deviceId);
      // Its turn comes later; the reason says nothing, for nothing is wrong.
      if (free !== undefined) steps.push({ row, state: 'queued', reason: null, attempts: row.attempts, at: free });
      else await tell(pbxId, row, presence, next);
    }
    if (registered.length > 0) await options.rotations.registered(registered);
    await write(steps);
  }

  /** Written down first: a phone may fetch before the PBX has answered us. */
  async function tell(
    pbxId: string,
    row: FollowRow,
    presence: Presence,
    { endpoint, event }: { endpoint: string; event: string },
  ): Promise<void> {
    keepBaseline(row, presence);
    const sent = { row, state: 'sent' as const, reason: null, attempts: row.attempts + 1 };
    const at = now() + limits.fetchSeconds * 1000;
    await write([{ ...sent, at }]);
    try {
      await options.pbx(pbxId).notify({ endpoint, event });
      log.debug({ device: row.deviceId, endpoint, event }, 'phone told');
    } catch (error) {
      if (!isLinekeeperError(error)) throw error;
      const again = error.retryable && row.attempts < 2;
      const reason = `the PBX did not pass it on: ${messageOf(error)}`;
      const state = again ? ('queued' as const) : ('failed' as const);
      const before = { ...row, state: sent.state, at };
      await write([{ row: before, state, reason, attempts: sent.attempts, at: again ? now() + UNREACHABLE_MS : null }]);
    }
  }

  function keepBaseline({ deviceId, lines }: FollowRow, { contacts }: Presence): void {
    baselines.set(deviceId, new Map(lines.map(({ endpoint }) => [endpoint, contactKeys(contacts.get(endpoint))])));
  }

  function presenceAt(pbxId: string, rows: readonly FollowRow[]): Promise<Presence> {
    return presenceOf(
      options.pbx(pbxId),
      rows.flatMap(({ lines }) => lines.map(({ endpoint }) => endpoint)),
    );
  }

  async function write(steps: readonly FollowStep[]): Promise<void> {
    if (steps.length > 0) await db.note((tx) => takeSteps(tx, steps));
  }

  return {
    start: () => waker.start(),
    poke: () => waker.poke(),
    async stop() {
      off();
      signals.off('fetched', onFetched);
      await waker.stop();
    },
    async notify(deviceIds, kind) {
      const count = await db.write((tx) => askFollow(tx, deviceIds, kind, now()));
      waker.poke();
      return count;
    },
  };
}

function mustRegisterAnew({ kind, lines }: FollowRow): boolean {
  return kind === 'reboot' || lines.some(({ next }) => next);
}

function byPbx(rows: readonly FollowRow[]): Map<string, FollowRow[]> {
  const groups = new Map<string, FollowRow[]>();
  for (const row of rows) groups.set(row.pbxId, [...(groups.get(row.pbxId) ?? []), row]);
  return groups;
}
