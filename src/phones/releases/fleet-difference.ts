import { setImmediate as turn } from 'node:timers/promises';
import type { Database } from '../../store/database.ts';
import { heldDevices } from '../../store/phones/releases.ts';
import type { Catalogue } from '../definitions/catalogue.ts';
import { unifiedDiff } from '../diff/unified-diff.ts';
import type { ResolvedPhone } from '../ports.ts';
import { renderPreview } from '../render/render.ts';
import { type PhoneFacts, resolvePhones } from '../resolve/resolve.ts';
import type { Releases } from './create-releases.ts';

/** What the newest templates would make of the phones of one vendor that are held at older ones. */
export interface VendorDifference {
  vendor: string;
  /** Phones that were compared. */
  devices: number;
  /** Of them those with a file that would be another. */
  changedDevices: number;
  changedFiles: number;
  /** Phones of which one or the other cannot be made. */
  problems: { mac: string; message: string }[];
  samples: { mac: string; model: string; file: string; diff: string }[];
}

export interface FleetDifferenceDeps {
  db: Database;
  releases: Pick<Releases, 'ready' | 'catalogueOf' | 'resolve'>;
  catalogue(): Promise<Catalogue>;
  facts: PhoneFacts;
  now?: () => number;
}

/** Of each vendor. */
const MOST_SAMPLES = 5;
const MOST_PROBLEMS = 20;
const CHUNK = 20;

/** Every held phone made with its own templates and with the newest, secrets as stars. `companyId` undefined: all companies. */
export async function fleetDifference(
  { db, releases, catalogue, facts, now = Date.now }: FleetDifferenceDeps,
  companyId: string | undefined,
): Promise<VendorDifference[]> {
  await releases.ready();
  const newest = await catalogue();
  const clock = { year: new Date(now()).getUTCFullYear() };
  const vendors = new Map<string, VendorDifference>();
  const ids = await heldDevices(db.read, companyId);
  for (let from = 0; from < ids.length; from += CHUNK) {
    const some = ids.slice(from, from + CHUNK);
    const before = await releases.resolve(some);
    const after = await resolvePhones(db.read, db.seal, newest, some, facts);
    for (const id of some) {
      await compare(before.get(id), after.get(id));
      await turn();
    }
  }
  return [...vendors.values()];

  async function compare(old: ResolvedPhone | undefined, fresh: ResolvedPhone | undefined): Promise<void> {
    if (old === undefined || fresh === undefined) return;
    const device = await db.read.device.findUnique({ where: { id: fresh.deviceId } });
    if (device === null) return;
    const counts = { devices: 0, changedDevices: 0, changedFiles: 0, problems: [], samples: [] };
    const found = vendors.get(device.vendor) ?? { vendor: device.vendor, ...counts };
    vendors.set(device.vendor, found);
    found.devices += 1;
    const failed = 'problems' in fresh ? fresh : 'problems' in old ? old : undefined;
    if (failed !== undefined && found.problems.length < MOST_PROBLEMS) {
      found.problems.push({ mac: device.mac, message: failed.problems.map(({ message }) => message).join('; ') });
    }
    if ('problems' in old || 'problems' in fresh || old.releaseHash === null) return;
    const [was, is] = [
      await textsOf(await releases.catalogueOf(old.releaseHash), old, clock),
      await textsOf(newest, fresh, clock),
    ];
    const names = [...new Set([...was.keys(), ...is.keys()])].filter((name) => was.get(name) !== is.get(name));
    if (names.length > 0) found.changedDevices += 1;
    found.changedFiles += names.length;
    for (const file of names) {
      if (found.samples.length >= MOST_SAMPLES) break;
      const diff = unifiedDiff(file, was.get(file) ?? '', is.get(file) ?? '');
      found.samples.push({ mac: device.mac, model: device.model ?? '', file, diff });
    }
  }
}

async function textsOf(
  catalogue: Catalogue,
  { view }: Exclude<ResolvedPhone, { problems: unknown }>,
  clock: { year: number },
): Promise<Map<string, string>> {
  const files = await renderPreview(catalogue, view, clock);
  return new Map(
    files.map(({ name, bytes, contentType }) => [
      name,
      bytes.toString(/iso-8859-1/i.test(contentType) ? 'latin1' : 'utf8'),
    ]),
  );
}
