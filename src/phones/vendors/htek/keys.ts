import type { KeyType, PhoneKey } from '../../../domain/phones/key.ts';
import type { PhoneView } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';
import { p } from './param.ts';

const TYPES: Record<KeyType, number> = {
  ...{ none: 0, line: 1, speed_dial: 2, blf: 3, park: 8 },
  // A number that is dialled, for the message key's own type is not documented; the others have none that is.
  ...{ voicemail: 2, dtmf: 0, url: 0 },
};

/** Every key, also those that are not set: what stood there before must go. Lines without a key take the first free ones. */
export function keys(phone: PhoneView): NativeParam[] {
  const { model } = phone;
  const set = new Map(phone.keys.map((key) => [`${key.section} ${key.module ?? 1} ${key.index}`, key]));
  const placed = new Set(phone.keys.filter(({ type }) => type === 'line').map(({ line }) => line ?? 1));
  const lines = phone.lines.map(({ index }) => index).filter((index) => !placed.has(index));
  const beside = Array.from({ length: model.keys.line }, (_, at) => {
    const key = set.get(`line 1 ${at + 1}`) ?? free(lines.shift());
    return content(phone, key, `LineKey${at + 1}`, lineCodes(at + 1));
  });
  const modules = Array.from({ length: model.expansion?.modules ?? 0 }, (_, module) =>
    Array.from({ length: model.expansion?.keys ?? 0 }, (_, at) => {
      const key = set.get(`expansion ${module + 1} ${at + 1}`);
      const codes = moduleCodes(module, at);
      const name = moduleName(module, at);
      return key === undefined ? [p(codes.type, `${name}.KeyType`, 0)] : content(phone, key, name, codes);
    }).flat(),
  );
  return [...beside, ...modules].flat();
}

function free(line: number | undefined): Pick<PhoneKey, 'type' | 'line' | 'label' | 'value'> {
  return line === undefined ? { type: 'none' } : { type: 'line', line };
}

interface Codes {
  type: number;
  mode?: number;
  value: number;
  label: number;
  account: number;
  pickup: number;
}

function content(
  phone: PhoneView,
  key: Pick<PhoneKey, 'type' | 'line' | 'label' | 'value'>,
  name: string,
  codes: Codes,
): NativeParam[] {
  const type = TYPES[key.type];
  const number = key.type === 'voicemail' ? (key.value ?? phone.settings['voicemail.number']) : key.value;
  const isUsed = type !== 0;
  return [
    p(codes.type, `${name}.${codes.mode === undefined ? 'KeyType' : 'Type'}`, type),
    ...(codes.mode === undefined ? [] : [p(codes.mode, `${name}.Mode`, 0)]),
    p(codes.value, `${name}.Value`, isUsed ? (number ?? '') : ''),
    p(codes.label, `${name}.Label`, isUsed ? (key.label ?? '') : ''),
    p(codes.account, `${name}.Account`, (key.line ?? 1) - 1),
    p(codes.pickup, `${name}.PickupCode`, key.type === 'blf' ? phone.pickupPrefix : ''),
  ];
}

/** The first four have a place in five rows, 5 to 36 five numbers each from 20200 on, 37 to 45 six each from 23000 on. */
function lineCodes(index: number): Codes {
  const at = index - 1;
  if (index > 36) {
    const first = 23_000 + 6 * (index - 37);
    return { type: first, mode: first + 1, value: first + 2, label: first + 3, account: first + 4, pickup: first + 5 };
  }
  const mode = 20_600 + at;
  if (index <= 4) {
    return {
      ...{ type: 41_200 + at, mode, value: 41_300 + at, label: 41_400 + at },
      ...{ account: 41_500 + at, pickup: 41_600 + at },
    };
  }
  const first = 20_200 + 5 * (index - 5);
  return { type: first, mode, value: first + 1, label: first + 2, account: first + 3, pickup: first + 4 };
}

/** A thousand numbers a module, five a key. */
function moduleCodes(module: number, at: number): Codes {
  const first = 60_000 + 1000 * module + 5 * at;
  return { type: first, value: first + 1, label: first + 2, account: first + 3, pickup: first + 4 };
}

/** Forty keys on two pages. */
function moduleName(module: number, at: number): string {
  return `Exp${module + 1}_${Math.floor(at / 20) + 1}_${(at % 20) + 1}`;
}
