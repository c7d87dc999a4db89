import type { KeySection, KeyType, PhoneKey } from '../../../domain/phones/key.ts';
import type { PhoneView } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';

/** What stands on one key. Only the first keys beside the display, the "fixed" ones, can be a line. */
interface Place {
  section: KeySection;
  /** From 1, over all modules. */
  index: number;
  isFixed: boolean;
  type: KeyType;
  /** From 0, as this vendor counts on keys. */
  account: number;
  label: string;
  value: string;
}

// Two scales of numbers: the fixed keys have ten more, for lines come first there.
const FIXED = { line: 0, speed_dial: 10, blf: 11, dtmf: 15, voicemail: 16, park: 19 } as const;
const DYNAMIC = { speed_dial: 0, blf: 1, dtmf: 5, voicemail: 6, park: 9 } as const;
const NAMES = {
  ...{ line: 'Line', speed_dial: 'SpeedDial', blf: 'BLF', dtmf: 'DialDTMF', voicemail: 'VoiceMail', park: 'CallPark' },
  ...{ none: 'None', url: 'None' },
} as const;

/** Every key of the phone as P-values. All are printed: a dynamic key that is left out takes all after it away. */
export function keyValues(phone: PhoneView): NativeParam[] {
  const { keyNone = true } = phone.model.caps;
  return places(phone).flatMap((place) => {
    const scale: Partial<Record<KeyType, number>> = place.isFixed ? FIXED : DYNAMIC;
    const mode = scale[place.type] ?? (keyNone === true ? -1 : 0);
    const [first, account, label, value] = placeCodes(place);
    return [
      { name: `P${first}`, value: String(mode) },
      { name: `P${account}`, value: String(place.account) },
      { name: `P${label}`, value: place.label },
      { name: `P${value}`, value: place.value },
    ];
  });
}

/** The same by name. Keys of the second display count their accounts in words. */
export function keyAliases(phone: PhoneView): NativeParam[] {
  return places(phone)
    .filter(({ section }) => section !== 'expansion')
    .flatMap((place) => {
      const { section, index, type, isFixed } = place;
      const prefix = `pks.${section === 'line' ? 'vpk' : 'mpk'}.${index}`;
      const mode = type === 'line' && !isFixed ? 'None' : NAMES[type];
      const account = section === 'line' ? String(place.account) : `Account${place.account + 1}`;
      return [
        { name: `${prefix}.keyMode`, value: mode },
        { name: `${prefix}.account`, value: account },
        { name: `${prefix}.description`, value: place.label },
        { name: `${prefix}.value`, value: place.value },
      ];
    });
}

function places(phone: PhoneView): Place[] {
  const { keys, expansion, caps } = phone.model;
  const fixed = Number(caps.fixedKeys ?? 0);
  const set = new Map(phone.keys.map((key) => [`${key.section} ${placeIndex(phone, key)}`, key]));
  const lines = unplacedLines(phone);
  const all: Place[] = [];
  const add = (section: KeySection, count: number, fixedCount: number) => {
    for (let index = 1; index <= count; index += 1) {
      const isFixed = index <= fixedCount;
      const key = set.get(`${section} ${index}`);
      all.push({ section, index, isFixed, ...content(phone, key, isFixed ? () => lines.shift() : () => undefined) });
    }
  };
  add('line', keys.line, fixed);
  add('programmable', keys.programmable, 0);
  add('expansion', expansion === null ? 0 : expansion.modules * expansion.keys, 0);
  return all;
}

/** Modules are counted through: the first key of the second is the 41st. */
function placeIndex(phone: PhoneView, { section, module, index }: PhoneKey): number {
  return section === 'expansion' ? ((module ?? 1) - 1) * (phone.model.expansion?.keys ?? 0) + index : index;
}

/** Lines without a key of their own take the first free ones. */
function unplacedLines({ lines, keys }: PhoneView): number[] {
  const placed = new Set(keys.filter(({ type }) => type === 'line').map(({ line }) => line ?? 1));
  return lines.map(({ index }) => index).filter((index) => !placed.has(index));
}

function content(phone: PhoneView, key: PhoneKey | undefined, nextLine: () => number | undefined) {
  if (key === undefined) {
    const line = nextLine();
    const type: KeyType = line === undefined ? 'none' : 'line';
    return { type, account: (line ?? 1) - 1, label: '', value: '' };
  }
  const type: KeyType = key.type === 'url' ? 'none' : key.type;
  const value = type === 'voicemail' ? (key.value ?? phone.settings['voicemail.number']) : key.value;
  const kept = type === 'none' ? '' : (value ?? '');
  // The phone keeps 32 characters of a label.
  const label = type === 'none' ? '' : [...(key.label ?? '')].slice(0, 32).join('');
  return { type, account: (key.line ?? 1) - 1, label, value: kept };
}

/** P-values of mode, account, label and value of a place. */
function placeCodes({ section, index }: Place): [number, number, number, number] {
  if (section === 'line' && index <= 6) {
    const more = 2 * (index - 1);
    return [1363 + more, 1364 + more, 1465 + more, 1466 + more];
  }
  if (section === 'programmable' && index <= 7) {
    const more = 3 * (index - 1);
    return [322 + index, 301 + more, 302 + more, 303 + more];
  }
  const first = firstCode(section, index);
  return [first, first + 1, first + 2, first + 3];
}

function firstCode(section: KeySection, index: number): number {
  if (section === 'line') return 23_800 + 4 * (index - 7);
  if (section === 'expansion') return 23_000 + 5 * (index - 1);
  return index <= 18 ? 353 + 4 * (index - 8) : 1440 + 4 * (index - 19);
}
