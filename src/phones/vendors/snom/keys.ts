import type { PhoneKey } from '../../../domain/phones/key.ts';
import type { PhoneView } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';
import { keyLabel, lineKeys, moduleKeys } from '../shared/keys.ts';

/** Every key of phone and modules, counted from 0; modules follow the phone's own. A key that was taken away is cleared. */
export function functionKeys(phone: PhoneView): NativeParam[] {
  const { keys, expansion } = phone.model;
  const beside = lineKeys(phone);
  const all: NativeParam[] = [];
  for (let index = 1; index <= keys.line; index++) all.push(fkey(phone, all.length, beside.get(index)));
  for (let module = 1; module <= (expansion?.modules ?? 0); module++) {
    const there = moduleKeys(phone, module);
    for (let index = 1; index <= expansion!.keys; index++) all.push(fkey(phone, all.length, there.get(index)));
  }
  return all;
}

function fkey(phone: PhoneView, idx: number, key: PhoneKey | undefined): NativeParam {
  const context = key?.line === undefined && key?.type !== 'line' ? 'active' : String(key.line ?? 1);
  const label = key === undefined || key.type === 'none' ? '' : keyLabel(phone, key);
  return {
    name: 'fkey',
    value: action(phone, key),
    attributes: { idx: String(idx), context, label, perm: 'R' },
  };
}

/** As text: it is escaped once, when it is printed. */
function action(phone: PhoneView, key: PhoneKey | undefined): string {
  const value = key?.value ?? '';
  switch (key?.type) {
    case 'line':
      return 'line';
    case 'blf': {
      const pickup = phone.pickupPrefix === '' ? '' : `|${phone.pickupPrefix}`;
      const { host } = phone.registrar;
      return `blf sip:${value}@${host.includes(':') ? `[${host}]` : host}${pickup}`;
    }
    case 'speed_dial':
      return `speed ${value}`;
    case 'voicemail':
      return `speed ${value || (phone.settings['voicemail.number'] ?? '')}`;
    case 'park':
      return `orbit ${value}`;
    case 'dtmf':
      return `dtmf ${value}`;
    case 'url':
      return `url ${value}`;
    default:
      return 'none';
  }
}
