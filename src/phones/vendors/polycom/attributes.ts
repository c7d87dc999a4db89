import type { NativeParam } from '../mapper.ts';

type Values = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Parameters are attributes here; yes is 1, and what is not known is left to the phone. */
export function attributes(values: Values, prefix = ''): NativeParam[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === null || value === undefined
      ? []
      : [{ name: `${prefix}${name}`, value: typeof value === 'boolean' ? String(Number(value)) : String(value) }],
  );
}

/** What the phone keeps in its flash is taken only with a `.set` beside each, and one for all. */
export function deviceAttributes(values: Values): NativeParam[] {
  const found = attributes(values, 'device.');
  return [
    ...(found.length === 0 ? [] : [{ name: 'device.set', value: '1' }]),
    ...found.flatMap((param) => [param, { name: `${param.name}.set`, value: '1' }]),
  ];
}
