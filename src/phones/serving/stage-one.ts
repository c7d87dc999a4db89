import type { Stage1View } from '../phone-view.ts';
import type { Refusal } from './policy.ts';
import { doubt, learn, seenOf, selfDescription } from './self-description.ts';
import type { ServedDevice } from './served-device.ts';
import type { Case, Tools } from './serving.ts';
import { REFUSED, type Verdict } from './types.ts';

/** The first file of a phone whose window is open: where to go next, and nothing else. */
export function createFirstSteps(tools: Tools) {
  const { journal, log, now, publicUrl, rendering, revisions } = tools;

  return async (one: Case, device: ServedDevice): Promise<Verdict | Refusal> => {
    const { catalogue, evidence, path, request } = one;
    const doubted = doubt(one, device);
    if (doubted !== undefined) return doubted;
    const definition = evidence.name.files.get(device.vendor)?.definition;
    if (request.method === 'PUT' || definition === undefined || path.folders[0] === 'firmware') return REFUSED;
    if (definition.kind !== 'probe') await learn(tools, one, device);
    const file = await rendering.first(catalogue, device.vendor, definition, await viewOf(one, device));
    const isFirst = definition.stage1 !== undefined;
    if (file === undefined) return REFUSED;
    if (isFirst) warnOfSecond(device, request.address);
    return {
      kind: 'file',
      ...{ bytes: file.bytes, contentType: file.contentType, etag: file.etag },
      given(status, bytes) {
        const at = now();
        journal.seen({ ...seenOf(one, device, at), stage1At: isFirst ? at : undefined });
        const { address, method, userAgent } = request;
        const what = { deviceId: device.id, at, address, method, path: path.shown, userAgent };
        journal.fetch({ ...what, kind: isFirst ? 'stage1' : 'common', status, bytes, reason: null });
      },
    };
  };

  async function viewOf(one: Case, device: ServedDevice): Promise<Stage1View> {
    const { token, passwords } = device.login();
    const files = (await revisions.of([device.id])).get(device.id);
    const known = files !== undefined && 'view' in files ? files.view : undefined;
    return {
      mac: device.mac,
      model: device.model === null ? undefined : one.catalogue.modelOf(device.vendor, device.model),
      firmware: selfDescription(one, device).firmware,
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
