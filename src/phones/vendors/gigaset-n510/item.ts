import type { NativeParam } from '../mapper.ts';

/**
 * A text, in quotes of its own inside the attribute: a quote or a backslash in it would end it or mean something, so they are
 * written with what looks like them.
 */
export function text(name: string, value: string): NativeParam {
  return { name, value: value.replace(/"/g, "'").replace(/\\/g, '/'), attributes: { quoted: 'yes' } };
}

/** Numbers are hexadecimal. */
export function number(name: string, value: number): NativeParam {
  return { name, value: hex(value) };
}

export function list(name: string, values: readonly number[]): NativeParam {
  return { name, value: values.map((value) => hex(value).replace(/^0x(.)$/, '0x0$1')).join(',') };
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** Digits of a PIN, two in a byte: 1234 is `0x12,0x34`. */
export function pin(name: string, digits: string): NativeParam {
  return { name, value: (digits.match(/../g) ?? []).map((pair) => `0x${pair}`).join(',') };
}

/** Letters as a telephone has them on its keys: the first four characters of a password as the PIN that stands for it. */
export function pinOf(password: string): string {
  return [...password.slice(0, 4).toLowerCase()].map(keypad).join('').padEnd(4, '0');
}

const KEYPAD = ['', '', 'abc', 'def', 'ghi', 'jkl', 'mno', 'pqrs', 'tuv', 'wxyz'];

function keypad(character: string): string {
  if (/^\d$/.test(character)) return character;
  const digit = KEYPAD.findIndex((letters) => letters.includes(character));
  return String(Math.max(digit, 0));
}
