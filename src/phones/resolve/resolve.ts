import { NATIVE_KEY, PHONE_SETTINGS, type PhoneSettings, SETTING_KEYS } from '../../domain/phones/settings.ts';
import { DEFAULT_CODECS, endpointId } from '../../domain/sip-account.ts';
import { canonicalTimezone } from '../../domain/timezone.ts';
import type { FieldError } from '../../errors.ts';
import type { Reader } from '../../store/database.ts';
import type { LineRow, PhoneRow } from '../../store/phones/phone-rows.ts';
import { httpPassword, stage2Token } from '../../store/phones/tokens.ts';
import type { Seal } from '../../store/seal.ts';
import { claimText } from '../claim/claim-code.ts';
import type { Catalogue } from '../definitions/catalogue.ts';
import { judgeKeys } from '../definitions/judge-keys.ts';
import type { ModelDefinition, VendorDefinition } from '../definitions/schema.ts';
import type { PhoneLine, PhoneView, ProvisioningAccess } from '../phone-view.ts';
import type { ResolvedPhone } from '../ports.ts';
import { keysWithoutLine, mergeKeys, withLineKeys } from './keys.ts';
import { type EffectiveSetting, effectiveSettings } from './layers.ts';
import { unreachable } from './reach.ts';
import { type PhoneWorld, readWorld } from './world.ts';

/** What is known of vendors and models. */
export type ModelCatalogue = Pick<Catalogue, 'vendors' | 'modelOf'>;

/** What the daemon knows besides the database. */
export interface PhoneFacts {
  /** Where phones fetch, without a slash at its end: `https://prov.example`. */
  publicUrl: string;
  /** The file of a firmware, below `firmware/<vendor>/`; undefined: it is not there. */
  firmwareFile(vendor: string, model: string, version: string): string | undefined;
}

/** What the dialplan takes before an extension to pick its call up. */
const PICKUP_PREFIX = '*8';

/**
 * What phones shall be told, through all layers, in a handful of statements for any number of them. Phones that are gone are
 * missing. `reader` may be an open transaction: a preview sees what it would commit.
 */
export async function resolvePhones(
  reader: Reader,
  seal: Seal,
  catalogue: ModelCatalogue,
  ids: readonly string[],
  facts: PhoneFacts,
): Promise<Map<string, ResolvedPhone>> {
  if (ids.length === 0) return new Map();
  const world = await readWorld(reader, ids);
  return new Map(world.phones.map((phone) => [phone.id, resolve(phone, world, { seal, catalogue, facts })]));
}

interface With {
  seal: Seal;
  catalogue: ModelCatalogue;
  facts: PhoneFacts;
}

function resolve(phone: PhoneRow, world: PhoneWorld, { seal, catalogue, facts }: With): ResolvedPhone {
  const vendor = catalogue.vendors.get(phone.vendor);
  if (vendor === undefined) return unknown(phone, 'vendor', 'VENDOR_UNKNOWN', `there is no vendor ${phone.vendor}`);
  if (phone.model === null) {
    return unknown(phone, 'model', 'MODEL_MISSING', 'its model is not known yet: name it, or let the phone fetch once');
  }
  const model = catalogue.modelOf(phone.vendor, phone.model);
  if (model === undefined) {
    return unknown(phone, 'model', 'MODEL_UNKNOWN', `${vendor.name} has no model ${phone.model} that is known here`);
  }
  const layouts = world.layoutsOf(phone);
  const layoutIds = layouts.map(({ id }) => id);
  const effective = effectiveSettings(seal, phone, model, layoutIds, world.settings);
  const { settings, problems } = neutralOf(effective, phone);
  const lines = phone.lines.map((line) => lineOf(seal, phone, line, settings, model, problems));
  if (lines.some(({ index }) => index > model.accounts)) {
    const message = `the ${model.id} takes ${model.accounts} lines, and it has line ${lines.at(-1)?.index}`;
    problems.push({ path: 'lines', code: 'LINES_OVERFLOW', message });
  }
  const set = mergeKeys([...layouts.map(({ keys }) => keys), world.keysOf(phone)]);
  problems.push(...judgeKeys(model, set), ...keysWithoutLine(set, lines));
  const registrar = registrarOf(phone, settings);
  problems.push(...unreachable(facts.publicUrl, registrar.host));
  if (problems.length > 0) return { deviceId: phone.id, problems };
  const claim = lines.length === 0 && phone.claimCode !== null ? claimText(phone.claimCode) : undefined;
  const view: PhoneView = {
    mac: phone.mac,
    model,
    firmware: phone.firmware ?? undefined,
    access: accessOf(seal, facts.publicUrl, phone),
    verifyServer: settings['provisioning.verifyServer'] ?? true,
    label: claim ?? phone.label ?? lines[0]?.number ?? phone.mac,
    settings: claim === undefined ? settings : { ...settings, 'display.text': claim },
    native: nativeOf(effective),
    lines,
    keys: withLineKeys(set, lines, model),
    pickupPrefix: PICKUP_PREFIX,
    country: phone.country,
    registrar,
    passwords: passwordsOf(seal, phone, settings),
    phonebookName: settings['phonebook.enabled'] === false ? undefined : phonebookFile(vendor, phone),
    phonebook: [],
    firmwareTarget: firmwareOf(facts, phone.vendor, model, settings['firmware.version']),
  };
  return { deviceId: phone.id, companyId: phone.companyId, vendor: phone.vendor, releaseHash: phone.releaseHash, view };
}

function unknown(phone: PhoneRow, path: string, code: string, message: string): ResolvedPhone {
  return { deviceId: phone.id, problems: [{ path, code, message }] };
}

/** What is stored was judged when it was set; what a definition says is judged here, for operators write some. */
function neutralOf(effective: Map<string, EffectiveSetting>, phone: PhoneRow) {
  const problems: FieldError[] = [];
  const settings: Record<string, unknown> = {};
  for (const key of SETTING_KEYS) {
    const { value, source } = effective.get(key) as EffectiveSetting;
    settings[key] = value;
    if (source !== 'definition' || value === null) continue;
    const checked = PHONE_SETTINGS[key].schema.safeParse(value);
    if (checked.success) continue;
    const message = `the definition of the model says ${JSON.stringify(value)}: ${checked.error.issues[0]?.message}`;
    problems.push({ path: `settings.${key}`, code: 'PHONE_SETTING_INVALID', message });
  }
  settings.timezone ??= phone.companyTimezone;
  settings['tones.country'] ??= phone.country;
  if (canonicalTimezone(String(settings.timezone)) === undefined) {
    const message = `there is no time zone ${settings.timezone}`;
    problems.push({ path: 'settings.timezone', code: 'TIMEZONE_UNKNOWN', message });
  }
  return { settings: settings as PhoneSettings, problems };
}

function nativeOf(effective: ReadonlyMap<string, EffectiveSetting>): Map<string, string> {
  const found = [...effective].flatMap(([key, { value }]): [string, string][] => {
    const name = NATIVE_KEY.exec(key)?.[2];
    return name === undefined ? [] : [[name, String(value)]];
  });
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Definitions may say it as RTP does. */
const RTP_NAMES: Readonly<Record<string, string>> = { pcma: 'alaw', pcmu: 'ulaw' };

function lineOf(
  seal: Seal,
  phone: PhoneRow,
  line: LineRow,
  settings: PhoneSettings,
  model: ModelDefinition,
  problems: FieldError[],
): PhoneLine {
  const known = new Set(model.codecs.map((codec) => RTP_NAMES[codec] ?? codec));
  const wanted = settings.codecs ?? line.codecs ?? DEFAULT_CODECS[line.kind];
  const codecs = wanted.filter((codec) => known.has(codec));
  if (codecs.length === 0) {
    const message = `line ${line.ordinal}: the ${model.id} has none of the codecs ${wanted.join(', ')}`;
    problems.push({ path: 'lines', code: 'CODECS_MISSING', message });
  }
  return {
    index: line.ordinal,
    endpoint: endpointId(phone.endpointPrefix, line.number, line.accountOrdinal),
    secret: seal.open(line.nextSecretSealed ?? line.secretSealed, `SipAccount:${line.accountId}`),
    number: line.number,
    displayName: line.displayName,
    label: line.label ?? line.number,
    codecs,
    hasMailbox: line.hasMailbox,
    isEnabled: line.isEnabled,
  };
}

/** Where a device fetches everything after its first file, and with what. */
export function accessOf(
  seal: Seal,
  publicUrl: string,
  { id, mac, stage2Generation }: Pick<PhoneRow, 'id' | 'mac' | 'stage2Generation'>,
): ProvisioningAccess {
  return {
    url: `${publicUrl}/p/${stage2Token(seal, id, stage2Generation)}/`,
    username: mac,
    password: httpPassword(seal, id, stage2Generation),
  };
}

function registrarOf(phone: PhoneRow, settings: PhoneSettings): PhoneView['registrar'] {
  const host = settings['sip.host'] ?? phone.sipHost ?? phone.pbxHost;
  const usual = settings['sip.transport'] === 'tls' ? 5061 : 5060;
  const known = usual === 5061 ? usual : (phone.sipPort ?? usual);
  return { host, port: settings['sip.port'] ?? known };
}

/** The random passwords of a device's own menu and web page. */
export function openPasswords(
  seal: Seal,
  { id, passwordsSealed }: Pick<PhoneRow, 'id' | 'passwordsSealed'>,
): { admin: string; user: string } {
  const { adminPassword, userPassword } = JSON.parse(seal.open(passwordsSealed, `Device:${id}`)) as Record<
    string,
    string
  >;
  return { admin: adminPassword ?? '', user: userPassword ?? '' };
}

function passwordsOf(seal: Seal, phone: PhoneRow, settings: PhoneSettings): PhoneView['passwords'] {
  const random = openPasswords(seal, phone);
  return { admin: settings['admin.password'] ?? random.admin, user: settings['user.password'] ?? random.user };
}

/** What the vendor's phones ask for; undefined: they know no phonebook of ours. */
function phonebookFile(vendor: VendorDefinition, { mac, model }: PhoneRow): string | undefined {
  const name = vendor.files.find(({ kind }) => kind === 'phonebook')?.name;
  return name
    ?.replaceAll('{mac}', mac)
    .replaceAll('{MAC}', mac.toUpperCase())
    .replaceAll('{model}', model ?? '');
}

function firmwareOf(facts: PhoneFacts, vendor: string, model: ModelDefinition, version: string | null) {
  const file = version === null ? undefined : facts.firmwareFile(vendor, model.id, version);
  return version === null || file === undefined ? undefined : { version, file };
}
