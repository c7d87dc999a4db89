import { isIP } from 'node:net';
import { z } from 'zod';
import { rule } from '../../domain/rule.ts';
import type { Tx } from '../../store/database.ts';
import { hashPhoneToken, siteToken } from '../../store/phones/tokens.ts';
import { expectVersion } from '../../store/queries/expect-version.ts';
import { audit, type ChangeContext, notFound } from '../change.ts';
import type { DeviceDeps } from '../devices/deps.ts';

const cidr = rule(z.string().max(50), 'CIDR_INVALID', 'must be a network such as 10.1.0.0/16', (text) => {
  const [address = '', bits = '', more] = text.split('/');
  const family = isIP(address);
  return family !== 0 && more === undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
});

export const siteNetworksSchema = z.strictObject({
  networks: z
    .array(cidr)
    .max(50)
    .meta({ description: 'From where its phones may fetch; none: private networks over plain HTTP, any over TLS.' }),
});

/** The address that DHCP gives to the phones of a site, with a slash at its end; null: there is none. */
export function siteAddress(
  { seal, facts }: Pick<DeviceDeps, 'seal' | 'facts'>,
  site: { id: string; phoneTokenHash: string | null; phoneTokenGeneration: number },
): string | null {
  if (site.phoneTokenHash === null) return null;
  return `${facts.publicUrl}/p/${siteToken(seal, site.id, site.phoneTokenGeneration)}/`;
}

/** Makes the address of a site, or a new one: the old one dies now, phones that have their own go on. */
export async function renewSiteToken(tx: Tx, { seal }: DeviceDeps, context: ChangeContext, id: string): Promise<void> {
  const row = await getSite(tx, context, id);
  const phoneTokenGeneration = row.phoneTokenGeneration + 1;
  const phoneTokenHash = hashPhoneToken(siteToken(seal, id, phoneTokenGeneration));
  await change(tx, id, { phoneTokenGeneration, phoneTokenHash });
  await audit(tx, context, 'site.phone_address_renewed', 'site', row, { name: row.name });
}

/** The site has no address for phones any more. */
export async function removeSiteToken(tx: Tx, context: ChangeContext, id: string): Promise<void> {
  const row = await getSite(tx, context, id);
  if (row.phoneTokenHash === null) return;
  await change(tx, id, { phoneTokenHash: null });
  await audit(tx, context, 'site.phone_address_removed', 'site', row, { name: row.name });
}

export async function setSiteNetworks(
  tx: Tx,
  context: ChangeContext,
  id: string,
  networks: readonly string[],
): Promise<void> {
  const row = await getSite(tx, context, id);
  const phoneNetworks = JSON.stringify(networks);
  if (phoneNetworks === row.phoneNetworks) return;
  await change(tx, id, { phoneNetworks });
  const value = [JSON.parse(row.phoneNetworks), networks];
  await audit(tx, context, 'site.phone_networks_changed', 'site', row, { name: row.name, networks: value });
}

async function getSite(tx: Tx, context: ChangeContext, id: string) {
  const row = await tx.site.findUnique({ where: { id } });
  if (row === null) throw notFound('site');
  expectVersion(row, context.ifVersion);
  return row;
}

async function change(tx: Tx, id: string, data: Parameters<Tx['site']['update']>[0]['data']): Promise<void> {
  await tx.site.update({ where: { id }, data: { ...data, version: { increment: 1 }, updatedAt: new Date() } });
}
