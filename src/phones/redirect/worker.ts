import { isLinekeeperError, messageOf } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { createLookout } from '../../lookout.ts';
import type { Database } from '../../store/database.ts';
import { stage1Token } from '../../store/phones/tokens.ts';
import { openAccount, type RedirectDeps } from './accounts.ts';
import { type Refusal, refusalOf } from './service.ts';

export interface RedirectWorkerOptions extends Pick<RedirectDeps, 'services'> {
  db: Database;
  /** Where phones fetch, without a slash at its end. */
  publicUrl: string;
  log: Logger;
  now?: () => number;
}

export interface RedirectWorker {
  start(): void;
  /** Looks at once; carries no work. */
  poke(): void;
  stop(): Promise<void>;
}

interface Noted {
  state: string;
  error: string | null;
  mac?: string;
  nextAttemptAt?: Date;
}

type Due = Awaited<ReturnType<typeof dueEntries>>[number];

function dueEntries(db: Database, at: number, resting: ReadonlyMap<string, number>) {
  return db.read.redirectEntry.findMany({
    where: { state: 'waiting', nextAttemptAt: { lte: new Date(at) }, accountId: { notIn: [...resting.keys()] } },
    include: { account: true },
    orderBy: { nextAttemptAt: 'asc' },
    take: BATCH,
  });
}

const LOOK_EVERY_MS = 5000;
const BATCH = 50;
/** Milliseconds: 30 s, 1 min, ... 1 h. */
const backOff = (attempts: number) => Math.min(30_000 * 2 ** Math.min(attempts, 10), 3_600_000);

/** Tells redirect services what is wanted of each phone, one after the other: services count calls. */
export function createRedirectWorker(options: RedirectWorkerOptions): RedirectWorker {
  const { db, services, publicUrl, log, now = Date.now } = options;
  const stopping = new AbortController();
  /** Accounts that asked to be left alone, until when. */
  const resting = new Map<string, number>();

  async function work(): Promise<void> {
    for (;;) {
      const at = now();
      for (const [id, until] of resting) if (until <= at) resting.delete(id);
      const due = await dueEntries(db, at, resting);
      for (const entry of due) {
        if (lookout.isStopped) return;
        if (!resting.has(entry.accountId)) await perform(entry);
      }
      if (due.length < BATCH) return;
    }
  }

  async function perform(entry: Due): Promise<void> {
    const { deviceId, account, wanted } = entry;
    try {
      const device = await db.read.device.findUnique({ where: { id: deviceId } });
      const client = openAccount({ seal: db.seal, services }, account);
      const extras = extrasOf(entry);
      // The phone was swapped: the service must not send the old one here.
      const isOther = device !== null && device.mac !== entry.mac;
      if (wanted === 'remove' || isOther) await client.remove({ mac: entry.mac, extras }, stopping.signal);
      if (wanted === 'list') {
        if (device?.stage1Hash == null) {
          // It was used meanwhile, or taken back: there is nothing to send the phone to.
          await note(entry, { state: 'failed', error: 'the phone has no first address of its own any more' });
          return;
        }
        const url = `${publicUrl}/p/${stage1Token(db.seal, deviceId, device.stage1Generation)}/`;
        await client.list({ mac: device.mac, extras }, url, stopping.signal);
        await note(entry, { state: 'listed', error: null, mac: device.mac });
      } else await note(entry, { state: 'removed', error: null });
      log.info({ device: deviceId, service: account.service, wanted }, 'a redirect service was told of a phone');
    } catch (error) {
      if (stopping.signal.aborted) return;
      await fail(entry, error);
    }
  }

  function extrasOf({ deviceId, extraSealed }: Due): Record<string, string> {
    return extraSealed === null ? {} : JSON.parse(db.seal.open(extraSealed, `RedirectEntry:${deviceId}`));
  }

  async function fail(entry: Due, error: unknown): Promise<void> {
    const refusal: Refusal =
      isLinekeeperError(error) && error.code === 'REDIRECT_REFUSED'
        ? refusalOf(error)
        : { isPermanent: isLinekeeperError(error) };
    if (!isLinekeeperError(error))
      log.error({ err: error, device: entry.deviceId }, 'a redirect service could not be told of a phone');
    const reason = isLinekeeperError(error) ? messageOf(error) : 'an error of Linekeeper; see its log';
    if (refusal.isPermanent) {
      await note(entry, { state: 'failed', error: reason });
      return;
    }
    const wait = Math.max(backOff(entry.attempts), refusal.retryAfterMs ?? 0);
    if (refusal.retryAfterMs !== undefined) resting.set(entry.accountId, now() + refusal.retryAfterMs);
    await note(entry, { state: 'waiting', error: reason, nextAttemptAt: new Date(now() + wait) });
  }

  /** Only what was still wanted when it was done: somebody may have changed his mind meanwhile. */
  async function note(entry: Due, data: Noted): Promise<void> {
    const { deviceId, wanted, updatedAt } = entry;
    await db.write(async (tx) => {
      const changed = await tx.redirectEntry.updateMany({
        where: { deviceId, wanted, updatedAt },
        data: { ...data, attempts: { increment: 1 }, updatedAt: new Date(now()) },
      });
      const isOver = changed.count > 0 && data.state === 'removed';
      if (isOver && (await tx.device.count({ where: { id: deviceId } })) === 0) {
        await tx.redirectEntry.delete({ where: { deviceId } });
      }
    });
  }

  const lookout = createLookout(work, LOOK_EVERY_MS, (error) =>
    log.error({ err: error }, 'the list for redirect services could not be worked off'),
  );
  return {
    start: lookout.poke,
    poke: lookout.poke,
    async stop() {
      const ended = lookout.stop();
      stopping.abort(new Error('stopped'));
      await ended;
    },
  };
}
