import type { NativeParam } from '../mapper.ts';

/** One P-value, with the name that the vendor's own files give it, where they do. */
export function p(code: number, para: string | null, value: string | number): NativeParam {
  const param = { name: `P${code}`, value: String(value) };
  return para === null ? param : { ...param, attributes: { para } };
}

/** None when nothing is wanted. */
export function maybe(code: number, para: string | null, value: string | number | null | undefined): NativeParam[] {
  return value === null || value === undefined ? [] : [p(code, para, value)];
}
