import type { PbxLinks } from './links.ts';

const LIST = { event: 'DeviceStateChange', complete: 'DeviceStateListComplete' };

/**
 * States that Asterisk remembers. A device that changed nothing since Asterisk began is not among them, and of an AOR that
 * was written to AstDB since then Asterisk does not follow the contacts: after a call it is UNAVAILABLE for good (measured).
 */
export async function readDeviceStates(links: PbxLinks): Promise<Map<string, string>> {
  const list = await links.query
    .current()
    .list('DeviceStateList', {}, LIST, (item): [string, string] => [item.get('Device') ?? '', item.get('State') ?? '']);
  return new Map(list);
}
