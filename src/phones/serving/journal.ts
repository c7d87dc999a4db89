import type { Logger } from '../../log.ts';
import type { Database, Tx } from '../../store/database.ts';
import {
  endFirstSteps,
  type FetchRecord,
  insertFetches,
  learnModels,
  noteSeen,
  type SeenRecord,
  type SpentRecord,
} from '../../store/phones/fetches.ts';
import { noteSightings, type Sighting } from '../../store/phones/sightings.ts';

/** What phones did, written a few times a second: a phone waits for no disk. */
export interface Journal {
  fetch(record: FetchRecord): void;
  seen(record: SeenRecord): void;
  sighting(sighting: Omit<Sighting, 'count'>): void;
  /** Of a device of which nobody said what model it is. */
  model(deviceId: string, model: string): void;
  /** Ends stage 1 of a device; `onWritten` when that stands in the database. */
  spend(record: SpentRecord): void;
  /** Writes what there is. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

const EVERY_MS = 200;
/** More than that in one go are dropped: a flood is not worth the memory. */
const MOST = 20_000;
/** Characters of what phones say of themselves. */
const LONGEST = 200;

export function createJournal(db: Database, log: Logger, onSpent: (record: SpentRecord) => void): Journal {
  let fetches: FetchRecord[] = [];
  let seen = new Map<string, SeenRecord>();
  let sightings = new Map<string, Sighting>();
  let spent: SpentRecord[] = [];
  let models = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let tail: Promise<void> = Promise.resolve();
  let isStopped = false;

  function soon(): void {
    timer ??= setTimeout(() => void flush(), EVERY_MS);
  }

  async function write(): Promise<void> {
    const batch = {
      fetches,
      seen: [...seen.values()],
      sightings: [...sightings.values()],
      spent,
      models: [...models],
    };
    fetches = [];
    seen = new Map();
    sightings = new Map();
    spent = [];
    models = new Map();
    if (Object.values(batch).every(({ length }) => length === 0)) return;
    const work = async (tx: Tx) => {
      await insertFetches(tx, batch.fetches);
      await noteSeen(tx, batch.seen);
      await learnModels(tx, new Map(batch.models));
      if (batch.sightings.length > 0) await noteSightings(tx, batch.sightings);
      await endFirstSteps(tx, batch.spent);
    };
    try {
      // That a token is dead must outlive a power cut; the rest may be forgotten.
      await (batch.spent.length > 0 ? db.write(work) : db.note(work));
      batch.spent.forEach(onSpent);
    } catch (err) {
      log.error({ err, lost: batch.fetches.length }, 'what phones did could not be written');
      spent.unshift(...batch.spent);
      if (spent.length > 0 && !isStopped) soon();
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    tail = tail.then(write);
    return tail;
  }

  return {
    fetch(record) {
      if (fetches.length >= MOST) return;
      fetches.push({ ...record, userAgent: short(record.userAgent), path: short(record.path) });
      soon();
    },
    seen(record) {
      const before = seen.get(record.deviceId);
      const known = Object.entries(record).filter(([, value]) => value !== undefined);
      const merged = { ...before, ...Object.fromEntries(known), userAgent: short(record.userAgent) };
      seen.set(record.deviceId, merged as SeenRecord);
      soon();
    },
    sighting(sighting) {
      const before = sightings.get(sighting.mac);
      if (before === undefined && sightings.size >= MOST) return;
      const { path, userAgent } = sighting;
      const count = (before?.count ?? 0) + 1;
      sightings.set(sighting.mac, { ...sighting, path: short(path), userAgent: short(userAgent), count });
      soon();
    },
    model(deviceId, model) {
      models.set(deviceId, model);
      soon();
    },
    spend(record) {
      spent.push(record);
      soon();
    },
    flush,
    stop() {
      isStopped = true;
      return flush();
    },
  };
}

/** Without what could break a line. */
function short(text: string): string {
  return text.slice(0, LONGEST).replace(/[\x00-\x1f\x7f]/g, ' ');
}
