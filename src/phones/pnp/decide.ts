import type { Database } from '../../store/database.ts';
import { siteToken, stage1Token } from '../../store/phones/tokens.ts';
import { isPrivate } from '../serving/address.ts';
import { networksIn } from '../serving/served-device.ts';
import type { Subscription } from './subscription.ts';

/** What a phone is answered. `url` is a secret of the site or the device. */
export type Decision =
  | { answer: 'url'; deviceId: string; url: string }
  | { answer: 'nothing'; deviceId: string; reason: string }
  | { answer: 'unknown' };

export interface DecideDeps {
  db: Database;
  /** Where phones fetch, without a slash at its end. */
  publicUrl: string;
  /** What DHCP would give the vendor's phones, of the address of stage 1: `{base}spa$PSN.cfg`. */
  urlOf(vendor: string, base: string): Promise<string>;
  /** Who really has an IP address; undefined: not known. */
  macAt(address: string): Promise<string | undefined>;
  /** Milliseconds since 1970. */
  now(): number;
}

/**
 * Anybody on the network can ask in the name of any phone. So only a phone that somebody announced, with its window open, from
 * a network of its site, gets the address, and only that of stage 1, which holds no secret of SIP.
 */
export async function decide(
  { db, publicUrl, urlOf, macAt, now }: DecideDeps,
  asked: Subscription,
  sender: string,
): Promise<Decision> {
  const device = await db.read.device.findUnique({ where: { mac: asked.mac }, include: { site: true } });
  if (device === null) return { answer: 'unknown' };
  const no = (reason: string): Decision => ({ answer: 'nothing', deviceId: device.id, reason });
  const { site, vendor, windowUntil } = device;
  if (device.state === 'suspended') return no('the phone is suspended');
  if (windowUntil === null || windowUntil.getTime() <= now()) return no('its window is closed');
  // Where the site names no networks: what is asked by multicast never leaves the house.
  const isNear = networksIn(site?.phoneNetworks ?? null) ?? isPrivate;
  if (!isNear(sender)) {
    return no(`${sender} is in no network of its site`);
  }
  const real = await macAt(sender);
  if (real !== undefined && real !== asked.mac) return no(`${sender} belongs to ${real}, which is another device`);
  const token = tokenOf(db, device);
  if (token === undefined) return no('neither the phone nor its site has an address for phones');
  return { answer: 'url', deviceId: device.id, url: await urlOf(vendor, `${publicUrl}/p/${token}/`) };
}

/** Its own one when it was given one, else its site's. */
function tokenOf(
  { seal }: Database,
  device: {
    id: string;
    stage1Hash: string | null;
    stage1Generation: number;
    site: { id: string; phoneTokenHash: string | null; phoneTokenGeneration: number } | null;
  },
): string | undefined {
  if (device.stage1Hash !== null) return stage1Token(seal, device.id, device.stage1Generation);
  const { site } = device;
  if (site === null || site.phoneTokenHash === null) return undefined;
  return siteToken(seal, site.id, site.phoneTokenGeneration);
}
