import { createHash } from 'node:crypto';
import type { PhoneKey } from '../../../domain/phones/key.ts';
import type { PhoneView } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';
import { attributes } from './attributes.ts';

/** A number on a key: the key names a place of the phone's directory, which holds the number. */
export interface SpeedDial {
  place: number;
  number: string;
  name: string;
}

/**
 * The keys beside the display. Lamps are an attendant list in the order of their keys; numbers are entries of the directory.
 * Once one key is told, all are: what is not named would be no key at all.
 */
export function keyAttributes(phone: PhoneView): NativeParam[] {
  const lamps = phone.keys.filter(({ type }) => type === 'blf').sort(byPlace(phone));
  const watched = lamps.flatMap(({ value, label }, at) =>
    attributes({ address: value, label: label ?? value, type: 'normal' }, `attendant.resourceList.${at + 1}.`),
  );
  const pickup = { 'call.directedCallPickupMethod': 'legacy', 'call.directedCallPickupString': phone.pickupPrefix };
  const attendant = lamps.length === 0 ? {} : { 'attendant.reg': Math.min(lamps[0]!.line ?? 1, phone.model.accounts) };
  return [...attributes({ ...pickup, ...attendant }), ...watched, ...assignment(phone)];
}

/** Numbers of keys, in the order of the keys. */
export function speedDials(phone: PhoneView): SpeedDial[] {
  return phone.keys
    .filter(({ type }) => type === 'speed_dial' || type === 'park' || type === 'voicemail')
    .sort(byPlace(phone))
    .flatMap((key, at) => {
      const number = key.value ?? phone.settings['voicemail.number'];
      return number === null ? [] : [{ place: at + 1, number, name: key.label ?? number }];
    });
}

/** The directory is no part of a revision, for contacts come and go; a number on a key is: this stands for them all. */
export function speedDialMark(phone: PhoneView): string {
  return createHash('sha256')
    .update(JSON.stringify(speedDials(phone)))
    .digest('hex')
    .slice(0, 16);
}

function assignment(phone: PhoneView): NativeParam[] {
  const { model, keys } = phone;
  if (model.caps.flexibleKeys !== true || keys.length === 0) return [];
  const set = new Map(keys.map((key) => [placeOf(phone, key), key]));
  const placed = new Set(keys.filter(({ type }) => type === 'line').map(({ line }) => line ?? 1));
  const lines = phone.lines.filter(({ index, isEnabled }) => isEnabled && !placed.has(index)).map(({ index }) => index);
  const last = Math.max(model.keys.line, ...set.keys());
  let dialled = 0;
  return Array.from({ length: last }, (_, at) => at + 1)
    .flatMap((place) => {
      const key = set.get(place) ?? freeKey(place > model.keys.line ? undefined : lines.shift());
      const category = CATEGORIES[key.type];
      const index = category === 'Line' ? (key.line ?? 1) : category === 'SpeedDial' ? ++dialled : 0;
      return attributes({ category, index }, `lineKey.${place}.`);
    }, [] as NativeParam[])
    .concat(attributes({ 'lineKey.reassignment.enabled': 1 }));
}

const CATEGORIES = {
  ...{ line: 'Line', blf: 'BLF', speed_dial: 'SpeedDial', park: 'SpeedDial', voicemail: 'SpeedDial' },
  ...{ dtmf: 'Unassigned', url: 'Unassigned', none: 'Unassigned' },
} as const;

function freeKey(line: number | undefined): Pick<PhoneKey, 'type' | 'line'> {
  return line === undefined ? { type: 'none' } : { type: 'line', line };
}

/** Keys of modules are counted after those of the phone. */
function placeOf({ model }: PhoneView, { section, module, index }: PhoneKey): number {
  return section === 'expansion' ? model.keys.line + ((module ?? 1) - 1) * (model.expansion?.keys ?? 0) + index : index;
}

function byPlace(phone: PhoneView) {
  return (a: PhoneKey, b: PhoneKey) => placeOf(phone, a) - placeOf(phone, b);
}
