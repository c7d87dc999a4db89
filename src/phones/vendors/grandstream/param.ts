import type { NativeParam } from '../mapper.ts';

/** One P-value. */
export function p(code: number, value: string | number): NativeParam {
  return { name: `P${code}`, value: String(value) };
}

/** None where the layout has no such value, or nothing is wanted. */
export function maybe(code: number | undefined, value: string | number | null): NativeParam[] {
  return code === undefined || value === null ? [] : [p(code, value)];
}
