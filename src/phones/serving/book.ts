import { LRUCache } from 'lru-cache';
import type { Database } from '../../store/database.ts';
import type { SpentRecord } from '../../store/phones/fetches.ts';
import {
  type ServedDeviceRow,
  type ServedSiteRow,
  servedDevices,
  servedSites,
} from '../../store/phones/served-devices.ts';
import type { PhoneSignals } from '../ports.ts';
import { endStage1, hashesOf, type ServedDevice, servedDevice, type TokenUse, useOf } from './served-device.ts';

export interface Found {
  /** undefined: it is nobody's. */
  token: TokenUse | undefined;
  /** Of the MAC address that was asked for, if it is one of ours. */
  named: ServedDevice | undefined;
}

/** Devices in memory, so that a phone costs no statement. To be asked after `Revisions.look`, which says what is stale. */
export interface Book {
  /** Both are looked up for every request, whatever becomes of it, so that all refusals cost the same. */
  look(tokenHash: string, mac: string | undefined): Found | Promise<Found>;
  /** How many tokens and MAC addresses were looked up, and how many of them had to be asked of the database. */
  readonly counts: { looks: number; asked: number };
  /** Its first address, its older one and its window are over: in force at once, before it is written. */
  spend(device: ServedDevice): SpentRecord;
  /** That was written. */
  spent(record: SpentRecord): void;
  close(): void;
}

/** Devices that are kept, about 1 kB each. */
const KEPT = 20_000;

export function createBook(db: Database, signals: PhoneSignals): Book {
  const devices = new LRUCache<string, ServedDevice>({ max: KEPT, dispose: forget });
  const byHash = new Map<string, ServedDevice>();
  const byMac = new Map<string, ServedDevice>();
  /** Tokens of sites and of nobody, and MAC addresses of nobody, until somebody writes something. */
  const sites = new Map<string, ServedSiteRow | undefined>();
  const strangers = new Set<string>();
  const unwritten = new Set<SpentRecord>();
  const counts = { looks: 0, asked: 0 };
  let batch: { hashes: Set<string>; macs: Set<string>; done: Promise<void> } | undefined;
  /** Rises when something was forgotten: what was read before that is not kept. */
  let generation = 0;

  function forget(device: ServedDevice): void {
    for (const hash of hashesOf(device)) if (byHash.get(hash) === device) byHash.delete(hash);
    if (byMac.get(device.mac) === device) byMac.delete(device.mac);
  }

  function onStale(ids: readonly string[]): void {
    generation += 1;
    for (const id of ids) devices.delete(id);
  }
  signals.on('stale', onStale);
  const endCommits = db.onCommit(() => {
    generation += 1;
    sites.clear();
    strangers.clear();
  });

  function keep(row: ServedDeviceRow): void {
    const device = servedDevice(row, db.seal);
    for (const record of unwritten) if (record.deviceId === device.id) endStage1(device, record);
    devices.set(device.id, device);
    for (const hash of hashesOf(device)) byHash.set(hash, device);
    byMac.set(device.mac, device);
  }

  async function load(hashes: readonly string[], macs: readonly string[]): Promise<void> {
    counts.asked += hashes.length + macs.length;
    for (;;) {
      const before = generation;
      const rows = await servedDevices(db.read, hashes, macs);
      const known = new Map((await servedSites(db.read, hashes)).map((site) => [site.phoneTokenHash, site]));
      if (before !== generation) continue;
      for (const row of rows) keep(row);
      for (const hash of hashes) if (!byHash.has(hash)) sites.set(hash, known.get(hash));
      for (const mac of macs) if (!byMac.has(mac)) strangers.add(mac);
      return;
    }
  }

  /** Everything that is missed in one turn of the event loop is asked in one statement: phones boot together. */
  function loadSoon(hash: string, mac: string | undefined): Promise<void> {
    if (batch === undefined) {
      const [hashes, macs] = [new Set<string>(), new Set<string>()];
      const done = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        batch = undefined;
        return load([...hashes], [...macs]);
      });
      batch = { hashes, macs, done };
    }
    batch.hashes.add(hash);
    if (mac !== undefined) batch.macs.add(mac);
    return batch.done;
  }

  function found(hash: string, mac: string | undefined): Found | undefined {
    const device = byHash.get(hash);
    if (device === undefined && !sites.has(hash)) return undefined;
    const named = mac === undefined ? undefined : byMac.get(mac);
    if (mac !== undefined && named === undefined && !strangers.has(mac)) return undefined;
    if (device !== undefined) devices.get(device.id);
    const site = sites.get(hash);
    const token = device !== undefined ? useOf(device, hash) : site && ({ stage: 1, site } as const);
    return { token, named };
  }

  async function ask(hash: string, mac: string | undefined): Promise<Found> {
    let answer: Found | undefined;
    while (answer === undefined) {
      await loadSoon(hash, mac);
      answer = found(hash, mac);
    }
    return answer;
  }

  return {
    counts,
    look(hash, mac) {
      counts.looks += mac === undefined ? 1 : 2;
      return found(hash, mac) ?? ask(hash, mac);
    },
    spend(device) {
      const { id: deviceId, stage1Hash, stage2OldHash, windowUntil } = device;
      const record = { deviceId, stage1Hash, stage2OldHash, windowUntil };
      unwritten.add(record);
      for (const hash of [stage1Hash, stage2OldHash]) if (hash !== null) byHash.delete(hash);
      endStage1(device, record);
      return record;
    },
    spent: (record) => void unwritten.delete(record),
    close() {
      endCommits();
      signals.off('stale', onStale);
    },
  };
}
