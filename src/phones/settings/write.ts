import {
  NATIVE_KEY,
  nativeValueSchema,
  PHONE_SETTINGS,
  type SettingDefinition,
  type SettingKey,
  type SettingScope,
} from '../../domain/phones/settings.ts';
import type { Tx } from '../../store/database.ts';
import type { Seal } from '../../store/seal.ts';
import { audit, badReference, type ChangeContext, notFound, wrongField } from '../change.ts';
import type { Catalogue } from '../definitions/catalogue.ts';
import type { DeviceDeps } from '../devices/deps.ts';
import { isSecretSetting, sealPurpose } from '../resolve/layers.ts';

/** One layer of one company. */
export interface SettingPlace {
  companyId: string;
  scope: SettingScope;
  /** "" | yealink | yealink/t5x | yealink/T54W | id of a site, a layout, a device */
  scopeId: string;
}

/** Sets what is given in a layer; the others stay. @throws PHONE_SETTING_INVALID */
export async function writeSettings(
  tx: Tx,
  deps: DeviceDeps,
  context: Pick<ChangeContext, 'actor'>,
  place: SettingPlace,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  const names = Object.keys(values);
  if (names.length === 0) return;
  const catalogue = await deps.catalogue();
  for (const key of names) {
    const value = judge(catalogue, place, key, values[key]);
    const where = { companyId_scope_scopeId_key: { ...place, key } };
    const before = await tx.phoneSetting.findUnique({ where });
    const text = stored(deps.seal, { ...place, key }, value);
    // A sealed text is another one each time: it always counts as changed.
    if (before?.value === text) continue;
    await tx.phoneSetting.upsert({ where, create: { ...place, key, value: text }, update: { value: text } });
    await tell(tx, context, 'phone_setting.set', place, key, [shown(key, before?.value), shown(key, text)]);
  }
}

export async function removeSetting(
  tx: Tx,
  context: Pick<ChangeContext, 'actor'>,
  place: SettingPlace,
  key: string,
): Promise<void> {
  const where = { companyId_scope_scopeId_key: { ...place, key } };
  const before = await tx.phoneSetting.findUnique({ where });
  if (before === null) throw notFound('setting there');
  await tx.phoneSetting.delete({ where });
  await tell(tx, context, 'phone_setting.removed', place, key, [shown(key, before.value), null]);
}

/** Refuses layers that the company has not. */
export async function checkPlace(tx: Tx, deps: DeviceDeps, { companyId, scope, scopeId }: SettingPlace): Promise<void> {
  const where = { id: scopeId, companyId };
  const catalogue = await deps.catalogue();
  const [vendor = '', rest] = scopeId.split('/', 2);
  const isThere = {
    company: async () => scopeId === '',
    vendor: async () => catalogue.vendors.has(scopeId),
    family: async () =>
      rest !== undefined && (catalogue.models.get(vendor) ?? []).some(({ family }) => family === rest),
    model: async () => rest !== undefined && catalogue.modelOf(vendor, rest)?.id === rest,
    site: async () => (await tx.site.count({ where })) === 1,
    layout: async () => (await tx.keyLayout.count({ where })) === 1,
    device: async () => (await tx.device.count({ where })) === 1,
  }[scope];
  if (!(await isThere())) throw badReference('scopeId', scope === 'company' ? 'part of the company' : scope);
}

/** The value as it is kept. @throws PHONE_SETTING_INVALID */
function judge(catalogue: Catalogue, { scope, scopeId }: SettingPlace, key: string, value: unknown): unknown {
  const wrong = (message: string) => wrongField('PHONE_SETTING_INVALID', `settings.${key}`, message);
  const native = NATIVE_KEY.exec(key);
  if (native !== null) {
    const vendor = native[1] as string;
    if (!catalogue.vendors.has(vendor)) throw wrong(`there is no vendor ${vendor}`);
    const own = ['vendor', 'family', 'model'].includes(scope) ? scopeId.split('/')[0] : vendor;
    if (own !== vendor) throw wrong(`is for ${vendor}, but would be set for ${own}`);
    const parsed = nativeValueSchema.safeParse(typeof value === 'number' ? String(value) : value);
    if (!parsed.success) throw wrong(parsed.error.issues[0]?.message ?? 'is no value');
    return parsed.data;
  }
  const definition = Object.hasOwn(PHONE_SETTINGS, key)
    ? (PHONE_SETTINGS[key as SettingKey] as SettingDefinition)
    : undefined;
  if (definition === undefined) throw wrong('there is no such setting');
  if (value === null && definition.default === null) return null;
  const parsed = definition.schema.safeParse(value);
  if (!parsed.success) throw wrong(parsed.error.issues[0]?.message ?? 'is no value');
  return parsed.data;
}

function stored(seal: Seal, row: SettingPlace & { key: string }, value: unknown): string {
  const text = JSON.stringify(value);
  return isSecretSetting(row.key) ? seal.seal(text, sealPurpose(row)) : text;
}

const STARS = '********';

/** As the activity log and the API may show it; null: it is not set. */
export function shown(key: string, text: string | undefined): unknown {
  if (text === undefined) return null;
  return isSecretSetting(key) ? STARS : JSON.parse(text);
}

function tell(
  tx: Tx,
  context: Pick<ChangeContext, 'actor'>,
  action: string,
  { companyId, scope, scopeId }: SettingPlace,
  key: string,
  value: [unknown, unknown],
): Promise<void> {
  const id = scopeId === '' ? companyId : scopeId;
  return audit(tx, context, action, 'phone_setting', { id, companyId }, { scope, scopeId, key, value });
}

/** The values as the API shows them: secrets as stars. */
export function maskedValue(key: string, value: unknown): unknown {
  return value !== null && isSecretSetting(key) ? STARS : value;
}
