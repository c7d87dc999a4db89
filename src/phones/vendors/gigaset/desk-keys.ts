import type { PhoneKey } from '../../../domain/phones/key.ts';
import type { PhoneView } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';
import { keyLabel, lineKeys } from '../shared/keys.ts';
import { param } from './param.ts';

/** Types of function keys, and which further parameter holds the value. */
const FUNCTIONS: Readonly<Record<PhoneKey['type'], readonly [type: number, holds: string] | undefined>> = {
  line: [0, 'Connection'],
  speed_dial: [3, 'PhoneNumber'],
  park: [3, 'PhoneNumber'],
  voicemail: [3, 'PhoneNumber'],
  blf: [4, 'PhoneNumber'],
  dtmf: [7, 'EnableCode'],
  url: [8, 'URL'],
  none: undefined,
};

/** Every key that the phone has, from 0: one that is not set is emptied. Connections are accounts, from 0 as well. */
export function keyParams(phone: PhoneView): NativeParam[] {
  const set = lineKeys(phone);
  const params: NativeParam[] = [];
  for (let index = 1; index <= phone.model.keys.line; index++) {
    const of = (name: string, value: string | number) => param(`PhoneUI.Keys.FunctionKeys.${index - 1}.${name}`, value);
    const key = set.get(index);
    const [type, holds] = (key && FUNCTIONS[key.type]) ?? [-1, undefined];
    params.push(of('Type', type));
    if (key === undefined || holds === undefined) continue;
    params.push(of(holds, keyValue(phone, key)), of('DisplayName', keyLabel(phone, key)));
  }
  return params;
}

function keyValue({ settings }: PhoneView, key: PhoneKey): string | number {
  if (key.type === 'line') return (key.line ?? 1) - 1;
  return key.value ?? settings['voicemail.number'] ?? '';
}
