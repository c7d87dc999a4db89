import type { PhoneKey } from '../../../domain/phones/key.ts';
import type { PhoneView } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';
import { param } from './profile.ts';

/** What the key `K` of the module `M` is called. */
export type ModuleKeyName = (module: number, key: number) => string;

/**
 * Line keys and side cars. A key that nobody set shows the line of its number. The number of a line key is that of its
 * line, never its value; every other key gives up its line and holds a function.
 */
export function keyParams(phone: PhoneView, moduleKey: ModuleKeyName): NativeParam[] {
  const set = new Map(phone.keys.filter(({ section }) => section === 'line').map((key) => [key.index, key]));
  const params: NativeParam[] = [];
  for (let index = 1; index <= phone.model.keys.line; index++) {
    params.push(...lineKey(phone, index, set.get(index) ?? unset(phone, index)));
  }
  for (const key of phone.keys.filter(({ section }) => section === 'expansion')) {
    params.push(param(moduleKey(key.module ?? 1, key.index), extendedFunction(phone, key)));
  }
  return params;
}

function unset(phone: PhoneView, index: number): PhoneKey {
  const line = phone.lines.some((candidate) => candidate.index === index && candidate.isEnabled);
  return line ? { section: 'line', index, type: 'line', line: index } : { section: 'line', index, type: 'none' };
}

function lineKey(phone: PhoneView, index: number, key: PhoneKey): NativeParam[] {
  const line = key.type === 'line' ? (key.line ?? index) : undefined;
  const label = phone.lines.find((candidate) => candidate.index === line)?.label;
  return [
    param(`Extension_${index}_`, line ?? 'Disabled'),
    param(`Short_Name_${index}_`, key.label ?? label ?? key.value ?? ''),
    param(`Share_Call_Appearance_${index}_`, 'private'),
    param(`Extended_Function_${index}_`, extendedFunction(phone, key)),
  ];
}

/** `fnc=sd+blf+cp;sub=201@$PROXY;nme=Bob`; empty for what these phones have no function for. */
export function extendedFunction(phone: PhoneView, key: PhoneKey): string {
  const number = key.value ?? (key.type === 'voicemail' ? phone.settings['voicemail.number'] : undefined);
  if (!number || !DIALS.has(key.type)) return '';
  const [what, whom] = key.type === 'blf' ? ['sd+blf+cp', 'sub'] : ['sd', 'ext'];
  const from = key.line === undefined ? '' : `;vid=${key.line}`;
  return `fnc=${what};${whom}=${number}@$PROXY${from};nme=${functionName(key.label ?? number)}`;
}

const DIALS: ReadonlySet<PhoneKey['type']> = new Set(['blf', 'speed_dial', 'park', 'voicemail']);

/** A name that ends no field. */
export function functionName(text: string): string {
  return text.replace(/;/g, ' ').replace(/\s+/g, ' ').trim();
}
