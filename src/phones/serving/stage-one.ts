import { learnModel, type SeenRecord } from '../../store/phones/fetches.ts';
import type { Stage1View } from '../phone-view.ts';
import { contradiction } from '../recognise/evidence.ts';
import type { Refusal } from './policy.ts';
import type { ServedDevice } from './served-device.ts';
import type { Case, Tools } from './serving.ts';
import { REFUSED, type Verdict } from './types.ts';

/** What a phone says of itself, as far as it fits the vendor that it is. */
export function selfDescription({ catalogue, evidence }: Case, { vendor }: ServedDevice) {
  const agent = evidence.agents.find((one) => one.vendor === vendor);
  const model = agent?.model === undefined ? undefined : (catalogue.modelOf(vendor, agent.model)?.id ?? agent.model);
  return { model, firmware: agent?.firmware, certificate: evidence.certificate.get(vendor) };
}

export function seenOf(one: Case, device: ServedDevice, at: number): SeenRecord {
  const { address, userAgent } = one.request;
  return { deviceId: device.id, seenAt: at, address, userAgent, ...selfDescription(one, device) };
}

/** Why a request cannot come from this device; it is a stranger then, whatever token it holds. */
export function doubt({ catalogue, evidence }: Case, device: ServedDevice): Refusal | undefined {
  const reason = contradiction(evidence, device, (vendor, name) => catalogue.modelOf(vendor, name)?.id);
  return reason === undefined ? undefined : { reason, isStranger: true };
}

/** The first file of a phone whose window is open: where to go next, and nothing else. */
export function createFirstSteps(tools: Tools) {
  const { db, journal, log, now, publicUrl, rendering, revisions } = tools;

  return async (one: Case, device: ServedDevice): Promise<Verdict | Refusal> => {
    const { catalogue, evidence, path, request } = one;
    const doubted = doubt(one, device);
    if (doubted !== undefined) return doubted;
    const definition = evidence.name.files.get(device.vendor)?.definition;
    if (request.method === 'PUT' || definition === undefined || path.folders[0] === 'firmware') return REFUSED;
    const { firmware, model } = selfDescription(one, device);
    if (device.model === null && model !== undefined && catalogue.modelOf(device.vendor, model)?.id === model) {
      await db.write((tx) => learnModel(tx, device.id, model));
      device.model = model;
      await revisions.look();
    }
    const file = await rendering.first(catalogue, device.vendor, definition, await viewOf(one, device, firmware));
    if (file === undefined) return REFUSED;
    warnOfSecond(device, request.address);
    return {
      kind: 'file',
      ...{ bytes: file.bytes, contentType: file.contentType, etag: file.etag },
      given(status, bytes) {
        const at = now();
        const isFirst = definition.stage1 !== undefined;
        journal.seen({ ...seenOf(one, device, at), stage1At: isFirst ? at : undefined });
        const { address, method, userAgent } = request;
        const what = { deviceId: device.id, at, address, method, path: path.shown, userAgent };
        journal.fetch({ ...what, kind: isFirst ? 'stage1' : 'common', status, bytes, reason: null });
      },
    };
  };

  async function viewOf({ catalogue }: Case, device: ServedDevice, firmware: string | undefined): Promise<Stage1View> {
    const { token, passwords } = device.login();
    const files = (await revisions.of([device.id])).get(device.id);
    const known = files !== undefined && 'view' in files ? files.view : undefined;
    return {
      mac: device.mac,
      model: known?.model ?? (device.model === null ? undefined : catalogue.modelOf(device.vendor, device.model)),
      firmware,
      access: { url: `${publicUrl}/p/${token}/`, username: device.mac, password: passwords[0] ?? '' },
      verifyServer: known?.verifyServer ?? true,
    };
  }

  /** Whoever knows the site's token and a MAC address inside the window can play that phone: here it would show. */
  function warnOfSecond(device: ServedDevice, address: string): void {
    const { stage1Address: before, id: deviceId } = device;
    if (before !== undefined && before !== address) {
      log.warn({ deviceId, ip: address, before }, 'a second address took the first file of a phone');
    }
    device.stage1Address = address;
  }
}
