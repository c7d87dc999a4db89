import { LinekeeperError } from '../../errors.ts';
import type { FileFormat } from '../definitions/schema.ts';
import type { NativeParam } from '../vendors/mapper.ts';

/** What a parameter is called in `native.<vendor>.<parameter>`: its name, and its index where it has one: `user_name[1]`. */
export function paramKey({ name, attributes }: NativeParam): string {
  const index = attributes?.idx ?? attributes?.index;
  return index === undefined ? name : `${name}[${index}]`;
}

/**
 * The parameters with the operator's own over them: one of the same name is replaced where it stands, others come last.
 * @throws DEVICE_NOT_RENDERABLE when a parameter is there twice, or has a name that the format cannot hold
 */
export function withNative(
  params: readonly NativeParam[],
  native: ReadonlyMap<string, string>,
  format: FileFormat,
): NativeParam[] {
  const all = new Map<string, NativeParam>();
  for (const param of params) {
    const key = paramKey(param);
    if (all.has(key)) throw refused(`the parameter ${key} is there twice`);
    all.set(key, param);
  }
  for (const [key, value] of native) {
    const known = all.get(key);
    all.set(key, known === undefined ? fresh(key, value, format) : { ...known, value });
  }
  return [...all.values()];
}

function fresh(key: string, value: string, format: FileFormat): NativeParam {
  if (!format.startsWith('xml')) return { name: key, value };
  const [, name, idx] = /^([A-Za-z_][A-Za-z0-9_.-]*)(?:\[([0-9]{1,4})\])?$/.exec(key) ?? [];
  if (name === undefined) throw refused(`${key} cannot be the name of a parameter`);
  return idx === undefined ? { name, value } : { name, value, attributes: { idx } };
}

function refused(reason: string): LinekeeperError {
  return new LinekeeperError('DEVICE_NOT_RENDERABLE', reason);
}
