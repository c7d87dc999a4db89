import type { PhoneKey } from '../../../domain/phones/key.ts';
import type { PhoneView } from '../../phone-view.ts';

/**
 * The keys beside the display, by index. A line that no key was given to gets the first free one, so that it can be seen and
 * used; where none is free, it has none.
 */
export function lineKeys(phone: PhoneView): Map<number, PhoneKey> {
  const keys = new Map(phone.keys.filter((key) => key.section === 'line').map((key) => [key.index, key]));
  const given = new Set([...keys.values()].filter(({ type }) => type === 'line').map(({ line }) => line ?? 1));
  let free = 1;
  for (const { index } of phone.lines) {
    if (given.has(index)) continue;
    while (keys.has(free)) free++;
    if (free > phone.model.keys.line) break;
    keys.set(free, { section: 'line', index: free, type: 'line', line: index });
  }
  return keys;
}

/** Those of one expansion module, by index. */
export function moduleKeys(phone: PhoneView, module: number): Map<number, PhoneKey> {
  const keys = phone.keys.filter((key) => key.section === 'expansion' && (key.module ?? 1) === module);
  return new Map(keys.map((key) => [key.index, key]));
}

export function programmableKeys(phone: PhoneView): Map<number, PhoneKey> {
  return new Map(phone.keys.filter((key) => key.section === 'programmable').map((key) => [key.index, key]));
}

/** What is shown beside a key: its label, else the line's, else what it dials. */
export function keyLabel(phone: PhoneView, key: PhoneKey): string {
  if (key.label !== undefined) return key.label;
  if (key.type === 'line') return phone.lines.find(({ index }) => index === (key.line ?? 1))?.label ?? '';
  return key.value ?? '';
}
