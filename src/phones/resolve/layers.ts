import { NATIVE_KEY, PHONE_SETTINGS, SETTING_KEYS, type SettingKey } from '../../domain/phones/settings.ts';
import type { PhoneRow, SettingRow } from '../../store/phones/phone-rows.ts';
import type { Seal } from '../../store/seal.ts';
import type { ModelDefinition } from '../definitions/schema.ts';

/** Where a value comes from. `default`: nobody said anything; `definition`: the model's own. */
export type SettingSource =
  | 'default'
  | 'definition'
  | 'company'
  | 'vendor'
  | 'family'
  | 'model'
  | 'site'
  | 'layout'
  | 'device';

export interface EffectiveSetting {
  value: unknown;
  source: SettingSource;
  /** Of what, within the layer: a site's id, `yealink/T54W`. */
  scopeId: string;
}

/** The key of one layer of one company in an index of settings. */
export function layerKey(companyId: string, scope: string, scopeId: string): string {
  return `${companyId}\n${scope}\n${scopeId}`;
}

export type SettingIndex = ReadonlyMap<string, readonly SettingRow[]>;

export function indexSettings(rows: Iterable<SettingRow>): SettingIndex {
  const index = new Map<string, SettingRow[]>();
  for (const row of rows) {
    const key = layerKey(row.companyId, row.scope, row.scopeId);
    const present = index.get(key);
    if (present === undefined) index.set(key, [row]);
    else present.push(row);
  }
  return index;
}

/** The purpose under which a secret setting is sealed: it opens nowhere else. */
export function sealPurpose({ companyId, scope, scopeId, key }: Omit<SettingRow, 'value'>): string {
  return `PhoneSetting:${companyId}:${scope}:${scopeId}:${key}`;
}

export function isSecretSetting(key: string): boolean {
  const definition = PHONE_SETTINGS[key as SettingKey] as { secret?: true } | undefined;
  return definition?.secret === true;
}

export function settingValue(seal: Seal, row: SettingRow): unknown {
  return JSON.parse(isSecretSetting(row.key) ? seal.open(row.value, sealPurpose(row)) : row.value);
}

const DEFAULTS: readonly [string, EffectiveSetting][] = SETTING_KEYS.map((key) => [
  key,
  { value: PHONE_SETTINGS[key].default, source: 'default', scopeId: '' },
]);

/** The layers that a phone has, the later one wins; `layoutIds` in the order of their weight. */
export function layersOf(
  phone: Pick<PhoneRow, 'id' | 'companyId' | 'vendor' | 'model' | 'siteId'>,
  family: string | undefined,
  layoutIds: readonly string[],
): [scope: Exclude<SettingSource, 'default' | 'definition'>, scopeId: string][] {
  return [
    ['company', ''],
    ['vendor', phone.vendor],
    ...(family === undefined ? [] : [['family', `${phone.vendor}/${family}`] as ['family', string]]),
    ...(phone.model === null ? [] : [['model', `${phone.vendor}/${phone.model}`] as ['model', string]]),
    ...(phone.siteId === null ? [] : [['site', phone.siteId] as ['site', string]]),
    ...layoutIds.map((id): ['layout', string] => ['layout', id]),
    ['device', phone.id],
  ];
}

/**
 * Every neutral setting of a phone and the native ones of its vendor, each with where it comes from. The time zone of the
 * site stands on the layer of the site, beneath what is set there.
 */
export function effectiveSettings(
  seal: Seal,
  phone: Pick<PhoneRow, 'id' | 'companyId' | 'vendor' | 'model' | 'siteId' | 'siteTimezone'>,
  model: ModelDefinition | undefined,
  layoutIds: readonly string[],
  index: SettingIndex,
): Map<string, EffectiveSetting> {
  const found = new Map<string, EffectiveSetting>(DEFAULTS);
  for (const [key, value] of Object.entries(model?.settings ?? {})) {
    if (isOf(phone.vendor, key)) found.set(key, { value, source: 'definition', scopeId: '' });
  }
  for (const [scope, scopeId] of layersOf(phone, model?.family, layoutIds)) {
    if (scope === 'site' && phone.siteTimezone !== null) {
      found.set('timezone', { value: phone.siteTimezone, source: 'site', scopeId });
    }
    for (const row of index.get(layerKey(phone.companyId, scope, scopeId)) ?? []) {
      if (isOf(phone.vendor, row.key)) found.set(row.key, { value: settingValue(seal, row), source: scope, scopeId });
    }
  }
  return found;
}

/** Neutral, or a parameter of this vendor: what is native to another does not concern the phone. */
function isOf(vendor: string, key: string): boolean {
  return key in PHONE_SETTINGS || NATIVE_KEY.exec(key)?.[1] === vendor;
}
