import { NATIVE_KEY, SETTING_KEYS } from '../../domain/phones/settings.ts';
import type { Reader } from '../../store/database.ts';
import { settingRows } from '../../store/phones/phone-rows.ts';
import { notFound } from '../change.ts';
import type { DeviceDeps } from '../devices/deps.ts';
import { effectiveSettings, type SettingSource } from '../resolve/layers.ts';
import { readWorld } from '../resolve/world.ts';
import { maskedValue, type SettingPlace, shown } from './write.ts';

export interface SettingView {
  key: string;
  value: unknown;
}

export interface EffectiveView extends SettingView {
  /** The layer that says so. */
  source: SettingSource;
  scopeId: string;
  /** Why phones of this vendor cannot do it; null: they can. */
  unsupported: string | null;
}

/** Every setting of a phone, with the layer each comes from; secrets as stars. */
export async function settingsOfDevice(reader: Reader, deps: DeviceDeps, id: string): Promise<EffectiveView[]> {
  const world = await readWorld(reader, [id]);
  const [phone] = world.phones;
  if (phone === undefined) throw notFound('device');
  const catalogue = await deps.catalogue();
  const model = phone.model === null ? undefined : catalogue.modelOf(phone.vendor, phone.model);
  const layoutIds = world.layoutsOf(phone).map((layout) => layout.id);
  const effective = effectiveSettings(deps.seal, phone, model, layoutIds, world.settings);
  const unsupported = catalogue.vendors.get(phone.vendor)?.unsupported ?? {};
  const natives = [...effective.keys()].filter((key) => NATIVE_KEY.test(key)).sort();
  return [...SETTING_KEYS, ...natives].flatMap((key) => {
    const found = effective.get(key);
    if (found === undefined) return [];
    const reason = (unsupported as Record<string, string | undefined>)[key] ?? null;
    return [{ key, ...found, value: maskedValue(key, found.value), unsupported: reason }];
  });
}

/** What is set in one layer, by key; secrets as stars. */
export async function settingsOfPlace(reader: Reader, place: SettingPlace): Promise<SettingView[]> {
  const rows = await settingRows(reader, place);
  return rows.map(({ key, value }) => ({ key, value: shown(key, value) }));
}
