import type { PhoneKey } from '../../../domain/phones/key.ts';
import type { PhoneView } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';
import { keyLabel, lineKeys } from '../shared/keys.ts';
import { param } from './profile.ts';

/** What the key `K` of the module `M` is called. */
export type ModuleKeyName = (module: number, key: number) => string;

/** Line keys and side cars. Every line key is printed, so that one that was taken away is emptied. */
export function keyParams(phone: PhoneView, moduleKey: ModuleKeyName): NativeParam[] {
  const keys = lineKeys(phone);
  const params: NativeParam[] = [];
  for (let index = 1; index <= phone.model.keys.line; index++) {
    params.push(...lineKey(phone, keys.get(index) ?? { section: 'line', index, type: 'none' }));
  }
  for (const key of phone.keys.filter(({ section }) => section === 'expansion')) {
    params.push(param(moduleKey(key.module ?? 1, key.index), extendedFunction(phone, key)));
  }
  return params;
}

/** The extension of a key is the number of its line, never its value; any other key gives it up and holds a function. */
function lineKey(phone: PhoneView, key: PhoneKey): NativeParam[] {
  const { index } = key;
  return [
    param(`Extension_${index}_`, key.type === 'line' ? (key.line ?? 1) : 'Disabled'),
    param(`Short_Name_${index}_`, keyLabel(phone, key)),
    param(`Share_Call_Appearance_${index}_`, 'private'),
    param(`Extended_Function_${index}_`, extendedFunction(phone, key)),
  ];
}

const DIALS: ReadonlySet<PhoneKey['type']> = new Set(['blf', 'speed_dial', 'park', 'voicemail']);

/** `fnc=sd+blf+cp;sub=201@$PROXY;nme=Bob`; empty for what these phones have no function for. */
export function extendedFunction(phone: PhoneView, key: PhoneKey): string {
  const number = key.value ?? (key.type === 'voicemail' ? phone.settings['voicemail.number'] : undefined);
  if (!number || !DIALS.has(key.type)) return '';
  const [what, whom] = key.type === 'blf' ? ['sd+blf+cp', 'sub'] : ['sd', 'ext'];
  const from = key.line === undefined ? '' : `;vid=${key.line}`;
  return `fnc=${what};${whom}=${number}@$PROXY${from};nme=${functionName(key.label ?? number)}`;
}

/** A name that ends no field. */
export function functionName(text: string): string {
  return text.replace(/;/g, ' ').replace(/\s+/g, ' ').trim();
}
