import type { SeenRecord } from '../../store/phones/fetches.ts';
import { capsOf } from '../definitions/firmware-condition.ts';
import { contradiction } from '../recognise/evidence.ts';
import type { Refusal } from './policy.ts';
import type { ServedDevice } from './served-device.ts';
import type { Case, Tools } from './serving.ts';

/** What a phone says of itself, as far as it fits the vendor that it is. */
export function selfDescription({ catalogue, evidence }: Case, { vendor }: ServedDevice) {
  const agent = evidence.agents.find((one) => one.vendor === vendor);
  const model = agent?.model === undefined ? undefined : (catalogue.modelOf(vendor, agent.model)?.id ?? agent.model);
  return { model, firmware: agent?.firmware?.slice(0, 60), certificate: evidence.certificate.get(vendor) };
}

export function seenOf(one: Case, device: ServedDevice, at: number): SeenRecord {
  const { address, userAgent } = one.request;
  const changesFiles = isAnotherPhone(one, device) || undefined;
  return { deviceId: device.id, seenAt: at, address, userAgent, changesFiles, ...selfDescription(one, device) };
}

/** Firmware matters to the files of a phone only where the conditions of its model say so. */
function isAnotherPhone(one: Case, device: ServedDevice): boolean {
  const { firmware } = selfDescription(one, device);
  if (firmware === undefined || firmware === device.firmware) return false;
  const model = device.model === null ? undefined : one.catalogue.modelOf(device.vendor, device.model);
  const can = (version: string | undefined) => JSON.stringify(capsOf(model, version));
  return can(firmware) !== can(device.firmware ?? undefined);
}

/** Why a request cannot come from this device; it is a stranger then, whatever token it holds. */
export function doubt({ catalogue, evidence }: Case, device: ServedDevice): Refusal | undefined {
  const reason = contradiction(evidence, device, (vendor, name) => catalogue.modelOf(vendor, name)?.id);
  return reason === undefined ? undefined : { reason, isStranger: true };
}

/**
 * A model that nobody told us, and firmware that is another than before, are written before the files are made: both decide
 * what stands in them. They are what a phone says, so this comes after everything that it has to prove.
 */
export async function learn({ journal, now, revisions }: Tools, one: Case, device: ServedDevice): Promise<void> {
  const { firmware, model } = selfDescription(one, device);
  const isAnother = isAnotherPhone(one, device);
  const known =
    device.model === null && model !== undefined ? one.catalogue.modelOf(device.vendor, model)?.id : undefined;
  if (known === undefined && !isAnother) {
    device.firmware = firmware ?? device.firmware;
    return;
  }
  journal.seen(seenOf(one, device, now()));
  if (known !== undefined) journal.model(device.id, known);
  await journal.flush();
  device.model ??= known ?? null;
  device.firmware = firmware ?? device.firmware;
  await revisions.look();
}
