import type { PhoneKey } from '../../../domain/phones/key.ts';
import type { PhoneView } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';
import { keyLabel, lineKeys, programmableKeys } from '../shared/keys.ts';
import { param } from './tree.ts';

/** Type of a key: what its value means. */
const TYPE = { none: 0, memory: 1, line: 2, event: 3, url: 7 };

/** Side keys and those of the second display, page by page. Every place is printed, so that a key that was taken away is. */
export function keyParams(phone: PhoneView): NativeParam[] {
  const { keys, caps } = phone.model;
  const side = pageSize(caps.sideKeysPerPage, keys.line);
  const below = pageSize(caps.keysPerPage, keys.programmable);
  return [
    ...(keys.line > 0 ? [param('dsskey.SideKeyPageNum', Math.ceil(keys.line / side))] : []),
    ...(keys.programmable > 0 ? [param('dsskey.FuncKeyPageNum', Math.ceil(keys.programmable / below))] : []),
    ...section(phone, 'line', { element: 'dssSide', count: keys.line, perPage: side }),
    ...section(phone, 'programmable', { element: 'internal', count: keys.programmable, perPage: below }),
  ];
}

function pageSize(cap: unknown, all: number): number {
  return typeof cap === 'number' ? cap : Math.max(all, 1);
}

function section(
  phone: PhoneView,
  name: 'line' | 'programmable',
  { element, count, perPage }: { element: string; count: number; perPage: number },
): NativeParam[] {
  const set = name === 'line' ? lineKeys(phone) : programmableKeys(phone);
  const params: NativeParam[] = [];
  for (let index = 1; index <= count; index++) {
    const key = set.get(index) ?? { section: name, index, type: 'none' as const };
    const place = `dsskey.${element}.${Math.ceil(index / perPage)}.Fkey.${((index - 1) % perPage) + 1}`;
    const { type, value } = keyValue(key, phone.pickupPrefix);
    params.push(param(`${place}.Type`, type), param(`${place}.Value`, value));
    params.push(param(`${place}.Title`, type === TYPE.none ? '' : title(phone, key)));
  }
  return params;
}

/** The phone shows the number of a key without a title itself. */
function title(phone: PhoneView, key: PhoneKey): string {
  return key.type === 'line' ? keyLabel(phone, key) : (key.label ?? '');
}

/**
 * `201@1/ba*8201`: watch 201 with line 1 and pick up with *8201; `/f` dials, `/c` parks. How a key sends DTMF differs by
 * firmware, so it stays empty.
 */
export function keyValue(key: PhoneKey, pickupPrefix: string): { type: number; value: string } {
  const none = { type: TYPE.none, value: '' };
  const line = key.line ?? 1;
  if (key.type === 'line') return { type: TYPE.line, value: `SIP${key.line ?? 1}` };
  if (key.type === 'voicemail' && key.value === undefined) return { type: TYPE.event, value: 'F_MWI' };
  if (key.value === undefined) return none;
  if (key.type === 'url') return { type: TYPE.url, value: key.value };
  const ending = {
    blf: `ba${pickupPrefix}${key.value}`,
    park: 'c',
    speed_dial: 'f',
    voicemail: 'f',
    dtmf: '',
    none: '',
  }[key.type];
  if (ending === '' || !isNumber(key.value)) return none;
  return { type: TYPE.memory, value: `${key.value}@${line}/${ending}` };
}

/** `@` and `/` end the number in a key: a number that holds one would say something else. */
export function isNumber(text: string): boolean {
  return /^[^@/\s]+$/.test(text);
}
