import { setImmediate as turn } from 'node:timers/promises';
import { type FieldError, isLinekeeperError, messageOf } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Database } from '../../store/database.ts';
import { dirtyMarks } from '../../store/phones/dirty.ts';
import { type Made, raiseWanted, wantedOf } from '../../store/phones/wanted.ts';
import type { PhoneFiles, PhoneSignals, RenderedFile, ResolvedPhone, Revisions } from '../ports.ts';
import { revisionHash } from '../render/render.ts';
import { createFileCache } from './file-cache.ts';
import { createRevisionWorker } from './worker.ts';

/** A phone with everything its files are made of. */
export type RenderablePhone = Exclude<ResolvedPhone, { problems: unknown }>;

export interface RevisionsOptions {
  db: Database;
  /** Devices as the database has them now; those that are gone are missing. */
  resolve(deviceIds: readonly string[]): Promise<ReadonlyMap<string, ResolvedPhone>>;
  /** All files of a phone, in the order of the definition. @throws LinekeeperError when they cannot be made */
  render(phone: RenderablePhone): readonly RenderedFile[] | Promise<readonly RenderedFile[]>;
  signals: PhoneSignals;
  log: Logger;
  /** A change waits so long for more before the phone is told. */
  quietSeconds: number;
  cacheBytes?: number;
  now?: () => number;
}

export interface RunningRevisions extends Revisions {
  /** Forgets all that was made: definitions or templates have become others. */
  forget(): void;
  /** Begins to work off the marks that are there, and those to come. */
  start(): void;
  stop(): Promise<void>;
  /** Resolves when no mark is left. */
  drained(): Promise<void>;
}

const CACHE_BYTES = 48 * 1024 * 1024;
/** Phones that are made in one turn of the event loop. */
const CHUNK = 20;

export function createRevisions(options: RevisionsOptions): RunningRevisions {
  const { db, signals, log, now = Date.now } = options;
  const cache = createFileCache(options.cacheBytes ?? CACHE_BYTES);
  /** Marks of which everybody was told. */
  let told: ReadonlyMap<string, string> = new Map();
  /** Those that became stale while they were being made: what comes of them is not kept. */
  const making = new Set<Set<string>>();
  /** Rises when everything was forgotten. */
  let epoch = 0;
  let hasCommitted = true;
  let looking: Promise<void> | undefined;
  /** One batch after the other: an older look must not raise a revision after a newer one. */
  let tail: Promise<unknown> = Promise.resolve();

  const off = db.onCommit(() => {
    hasCommitted = true;
    worker.poke();
  });

  async function look(): Promise<void> {
    while (hasCommitted || looking !== undefined) {
      looking ??= lookOnce().finally(() => {
        looking = undefined;
      });
      await looking;
    }
  }

  async function lookOnce(): Promise<void> {
    hasCommitted = false;
    const marks = await dirtyMarks(db.read);
    const stale = [...marks].filter(([id, mark]) => told.get(id) !== mark).map(([id]) => id);
    told = marks;
    if (stale.length === 0) return;
    for (const ids of making) for (const id of stale) ids.add(id);
    cache.drop(stale);
    signals.emit('stale', stale);
  }

  async function of(deviceIds: readonly string[]): Promise<Map<string, PhoneFiles>> {
    await look();
    const found = new Map<string, PhoneFiles>();
    const missing: string[] = [];
    for (const id of deviceIds) {
      const files = cache.get(id);
      if (files === undefined) missing.push(id);
      else found.set(id, files);
    }
    if (missing.length > 0) for (const files of await inTurn(missing)) found.set(files.deviceId, files);
    return found;
  }

  function inTurn(ids: readonly string[]): Promise<PhoneFiles[]> {
    const result = tail.then(async () => {
      const all: PhoneFiles[] = [];
      for (let from = 0; from < ids.length; from += CHUNK) {
        if (from > 0) await turn();
        all.push(...(await make(ids.slice(from, from + CHUNK))));
      }
      return all;
    });
    tail = result.catch(() => {});
    return result;
  }

  async function make(ids: readonly string[]): Promise<PhoneFiles[]> {
    // Somebody before us in the line may have made them.
    const ready = ids.flatMap((id) => cache.get(id) ?? []);
    const rest = ids.filter((id) => !ready.some(({ deviceId }) => deviceId === id));
    if (rest.length === 0) return ready;
    const stale = new Set<string>();
    making.add(stale);
    const began = epoch;
    try {
      const phones = await options.resolve(rest);
      const made: (Made & { files: readonly RenderedFile[]; phone: ResolvedPhone; errors: readonly FieldError[] })[] =
        [];
      for (const [deviceId, phone] of phones) made.push({ deviceId, phone, ...(await rendered(phone)) });
      const revisions = await raise(made);
      const result = made.map(({ deviceId, phone, hash, files, errors }): PhoneFiles => {
        if (hash === null || 'problems' in phone) return { deviceId, problems: errors };
        return { deviceId, revision: revisions.get(deviceId) ?? 1, hash, view: phone.view, files };
      });
      await look();
      if (began === epoch) for (const files of result) if (!stale.has(files.deviceId)) cache.put(files);
      return [...ready, ...result];
    } finally {
      making.delete(stale);
    }
  }

  async function rendered(phone: ResolvedPhone) {
    const refused = (errors: readonly FieldError[]) => ({
      hash: null,
      files: [],
      errors,
      problems: JSON.stringify(errors),
    });
    if ('problems' in phone) return refused(phone.problems);
    try {
      const files = await options.render(phone);
      return { hash: revisionHash(files), files, errors: [], problems: null };
    } catch (error) {
      if (!isLinekeeperError(error))
        log.error({ err: error, device: phone.deviceId }, 'files of a phone were not made');
      const { code, fields } = isLinekeeperError(error) ? error : { code: 'INTERNAL', fields: undefined };
      const message = isLinekeeperError(error) ? messageOf(error) : 'its files could not be made: see the log';
      return refused(fields ?? [{ path: '', code, message }]);
    }
  }

  /** Writes only what has become different. Answers the revision of each. */
  async function raise(made: readonly Made[]): Promise<Map<string, number>> {
    const ids = made.map(({ deviceId }) => deviceId);
    const before = await wantedOf(db.read, ids);
    const changed = made.filter(({ deviceId, hash, problems }) => {
      const known = before.get(deviceId);
      return known === undefined || known.problems !== problems || (hash !== null && known.hash !== hash);
    });
    const revisions = new Map([...before].map(([id, { revision }]) => [id, revision]));
    if (changed.length === 0) return revisions;
    const quietUntil = now() + options.quietSeconds * 1000;
    const after = await db.note(async (tx) => {
      await raiseWanted(tx, changed, quietUntil);
      return wantedOf(
        tx,
        changed.map(({ deviceId }) => deviceId),
      );
    });
    for (const [id, { revision }] of after) revisions.set(id, revision);
    return revisions;
  }

  const worker = createRevisionWorker({ db, of, log });
  return {
    look,
    of,
    forget() {
      epoch += 1;
      cache.clear();
    },
    start: worker.start,
    drained: worker.drained,
    async stop() {
      off();
      await worker.stop();
      await tail;
    },
  };
}
