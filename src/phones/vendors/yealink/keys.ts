import type { PhoneKey } from '../../../domain/phones/key.ts';
import type { PhoneView } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';
import { keyLabel, lineKeys, moduleKeys, programmableKeys } from '../shared/keys.ts';
import { params } from '../shared/values.ts';

const TYPES = { none: 0, park: 10, dtmf: 11, voicemail: 13, speed_dial: 13, line: 15, blf: 16, url: 17 } as const;
const NONE: PhoneKey = { section: 'line', index: 1, type: 'none' };

/** Every key that the model has beside its display and on modules that hold one: a key that was taken away is cleared. */
export function keyParams(phone: PhoneView): NativeParam[] {
  const { keys, expansion } = phone.model;
  const beside = lineKeys(phone);
  const all: NativeParam[] = [];
  for (let index = 1; index <= keys.line; index++) {
    all.push(...keyOf(phone, `linekey.${index}`, beside.get(index) ?? NONE, true));
  }
  const soft = programmableKeys(phone);
  for (let index = 1; index <= keys.programmable; index++) {
    const key = soft.get(index);
    // Their factory settings are of use, unlike those of the others.
    if (key === undefined) all.push({ name: `programablekey.${index}.type`, value: '%NULL%' });
    else all.push(...keyOf(phone, `programablekey.${index}`, key, false));
  }
  for (let module = 1; module <= (expansion?.modules ?? 0); module++) {
    const there = moduleKeys(phone, module);
    for (let index = 1; index <= expansion!.keys; index++) {
      all.push(...keyOf(phone, `expansion_module.${module}.key.${index}`, there.get(index) ?? NONE, true));
    }
  }
  return all;
}

function keyOf(phone: PhoneView, name: string, key: PhoneKey, withExtension: boolean): NativeParam[] {
  if (key.type === 'none') return [{ name: `${name}.type`, value: '0' }];
  const value = key.type === 'voicemail' ? (key.value ?? phone.settings['voicemail.number'] ?? '') : (key.value ?? '');
  return params({
    [`${name}.type`]: TYPES[key.type],
    [`${name}.line`]: key.line ?? 1,
    [`${name}.value`]: value || '%NULL%',
    [`${name}.label`]: keyLabel(phone, key) || '%NULL%',
    ...(withExtension ? { [`${name}.extension`]: pickup(phone, key) } : {}),
  });
}

/** What is dialled to take a call that rings there. */
function pickup({ pickupPrefix }: PhoneView, { type, value }: PhoneKey): string {
  return type === 'blf' && pickupPrefix !== '' ? `${pickupPrefix}${value}` : '%NULL%';
}
