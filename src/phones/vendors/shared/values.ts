import type { PhoneLine } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';

/** `host:port`, the port where there is one. IPv6 addresses have none. */
export function hostAndPort(text: string): { host: string; port: number | undefined } {
  const [, host, port] = /^([^:]+):(\d+)$/.exec(text) ?? [];
  return host === undefined ? { host: text, port: undefined } : { host, port: Number(port) };
}

/** Codecs of a line that the model has, best first, in the vendor's words; those without a word are left out. */
export function codecWords(line: PhoneLine, has: readonly string[], words: Readonly<Record<string, string>>): string[] {
  return line.codecs.flatMap((codec) => (has.includes(codec) && words[codec] !== undefined ? [words[codec]] : []));
}

/** The word of a language (BCP 47), else of it without its region; undefined: the vendor has none. */
export function languageWord(words: Readonly<Record<string, string>>, language: string | null): string | undefined {
  if (language === null) return undefined;
  return words[language] ?? words[language.split('-')[0]!];
}

/** `+5:30`, `-3`, `+0`. */
export function hoursText(minutes: number): string {
  const rest = Math.abs(minutes) % 60;
  const hours = Math.floor(Math.abs(minutes) / 60);
  return `${minutes < 0 ? '-' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}

/** Parameters of an object, in its order. */
export function params(values: Readonly<Record<string, string | number>>): NativeParam[] {
  return Object.entries(values).map(([name, value]) => ({ name, value: String(value) }));
}

/** `1` and `0`, as most vendors say yes and no. */
export function flag(value: boolean | null): string {
  return value ? '1' : '0';
}
