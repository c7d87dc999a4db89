import type { NativeParam } from '../mapper.ts';

/** Parameters under one prefix. */
export function named(values: Readonly<Record<string, string | number>>, prefix = ''): NativeParam[] {
  return Object.entries(values).map(([name, value]) => ({ name: `${prefix}${name}`, value: String(value) }));
}

export function yes(value: boolean): string {
  return value ? 'Yes' : 'No';
}
