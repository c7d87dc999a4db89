import type { z } from 'zod';
import type { Tx } from '../../store/database.ts';
import { audit, badReference, type ChangeContext, notFound } from '../change.ts';
import { createDevice } from '../devices/create.ts';
import type { DeviceDeps } from '../devices/deps.ts';
import { deviceInputSchema } from '../devices/device-input.ts';

/** What is not given is as it was seen. */
export const adoptSchema = deviceInputSchema.omit({ mac: true }).partial();
export type AdoptInput = z.output<typeof adoptSchema>;

/** A phone that asked and was not ours becomes ours, with its window open. The caller has made sure that he may see it. */
export async function adoptSighting(
  tx: Tx,
  deps: DeviceDeps,
  context: ChangeContext,
  companyId: string,
  mac: string,
  input: AdoptInput,
): Promise<string> {
  const seen = await tx.phoneSighting.findUnique({ where: { mac } });
  if (seen === null) throw notFound('sighting');
  const vendor = input.vendor ?? seen.vendor;
  if (vendor === null || vendor === undefined) throw badReference('vendor', 'vendor: it was not recognised, name it');
  const model = input.model === undefined ? await knownModel(deps, vendor, seen.model) : input.model;
  const isHere = seen.companyId === companyId;
  const siteId = input.siteId === undefined && isHere ? seen.siteId : input.siteId;
  return createDevice(tx, deps, context, companyId, { ...input, mac, vendor, model, siteId });
}

async function knownModel(deps: DeviceDeps, vendor: string, model: string | null): Promise<string | null> {
  return model === null ? null : ((await deps.catalogue()).modelOf(vendor, model)?.id ?? null);
}

/** Until it asks again. */
export async function forgetSighting(tx: Tx, context: Pick<ChangeContext, 'actor'>, mac: string): Promise<void> {
  const row = await tx.phoneSighting.findUnique({ where: { mac } });
  if (row === null) throw notFound('sighting');
  await tx.phoneSighting.delete({ where: { mac } });
  await audit(tx, context, 'phone_sighting.forgotten', 'phone_sighting', { id: mac, companyId: row.companyId }, {});
}
