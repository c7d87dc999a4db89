import { keyPlace, type PhoneKey } from '../../domain/phones/key.ts';
import type { FieldError } from '../../errors.ts';
import type { LayoutRow } from '../../store/phones/phone-rows.ts';
import type { ModelDefinition } from '../definitions/schema.ts';

/** Layouts of a phone, the later one wins: of its site, of the teams of its user, its own. */
export function layoutsOf<L extends Pick<LayoutRow, 'id' | 'siteId' | 'groupId'>>(
  phone: { siteId: string | null; keyLayoutId: string | null },
  groupIds: ReadonlySet<string>,
  layouts: readonly L[],
): L[] {
  const own = (layout: L) => layout.id === phone.keyLayoutId;
  const others = layouts.filter((layout) => !own(layout));
  return [
    ...others.filter(({ siteId }) => siteId !== null && siteId === phone.siteId),
    ...others.filter(({ siteId, groupId }) => siteId === null && groupId !== null && groupIds.has(groupId)),
    ...layouts.filter(own),
  ];
}

/** Keys of all layers, the later one wins at each place, by section, module and index. */
export function mergeKeys(layers: readonly (readonly PhoneKey[])[]): PhoneKey[] {
  const byPlace = new Map<string, PhoneKey>();
  for (const key of layers.flat()) byPlace.set(keyPlace(key), key);
  const sections = { line: 0, programmable: 1, expansion: 2 };
  const order = ({ section, module, index }: PhoneKey) => sections[section] * 1e6 + (module ?? 1) * 1e3 + index;
  return [...byPlace.values()].sort((a, b) => order(a) - order(b));
}

/**
 * With a key for each line where nobody put another: most vendors print all keys of a phone, and one that is not printed
 * would take the phone's own line key away.
 */
export function withLineKeys(
  keys: readonly PhoneKey[],
  lines: readonly { index: number }[],
  model: ModelDefinition,
): PhoneKey[] {
  const own = lines
    .filter(({ index }) => index <= model.keys.line)
    .map(({ index }): PhoneKey => ({ section: 'line', index, type: 'line', line: index }));
  return mergeKeys([own, keys]);
}

/** Keys that use a line which the phone has not. */
export function keysWithoutLine(keys: readonly PhoneKey[], lines: readonly { index: number }[]): FieldError[] {
  const known = new Set(lines.map(({ index }) => index));
  return keys.flatMap((key) => {
    if (key.line === undefined || known.has(key.line)) return [];
    const message = `${keyPlace(key)} uses line ${key.line}, which the phone has not`;
    return [{ path: 'keys', code: 'LINE_MISSING', message }];
  });
}
