import type { PhoneKey } from '../../domain/phones/key.ts';
import type { Tx } from '../../store/database.ts';
import { badReference } from '../change.ts';
import type { DeviceDeps } from './deps.ts';

interface Named {
  vendor?: string | undefined;
  model?: string | null | undefined;
  siteId?: string | null | undefined;
  userId?: string | null | undefined;
  keyLayoutId?: string | null | undefined;
}

/** Refuses what the company has not, and models that nobody knows. `model` comes back by its id, whatever alias was given. */
export async function checkReferences(
  tx: Tx,
  deps: DeviceDeps,
  companyId: string,
  given: Named,
  vendor: string,
): Promise<string | null | undefined> {
  const { siteId, userId, keyLayoutId, model } = given;
  if (siteId && (await tx.site.count({ where: { id: siteId, companyId } })) === 0) throw badReference('siteId', 'site');
  if (userId && (await tx.user.count({ where: { id: userId, companyId } })) === 0) throw badReference('userId', 'user');
  if (keyLayoutId && (await tx.keyLayout.count({ where: { id: keyLayoutId, companyId } })) === 0) {
    throw badReference('keyLayoutId', 'key layout');
  }
  const catalogue = await deps.catalogue();
  if (!catalogue.vendors.has(vendor)) throw badReference('vendor', 'vendor');
  if (!model) return model;
  const known = catalogue.modelOf(vendor, model);
  if (known === undefined) throw badReference('model', `model of ${vendor}`);
  return known.id;
}

export function keysText(keys: readonly PhoneKey[] | undefined): string | undefined {
  return keys === undefined ? undefined : JSON.stringify(keys);
}
