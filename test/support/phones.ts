import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type t from 'tap';
import type { PhoneKey } from '../../src/domain/phones/key.ts';
import { PHONE_SETTINGS, type PhoneSettings, SETTING_KEYS } from '../../src/domain/phones/settings.ts';
import { packageRoot } from '../../src/environment.ts';
import type { Catalogue } from '../../src/phones/definitions/catalogue.ts';
import { createCatalogues } from '../../src/phones/definitions/catalogues.ts';
import type { PhoneLine, PhoneView, Stage1View } from '../../src/phones/phone-view.ts';
import type { RenderedFile } from '../../src/phones/ports.ts';
import { fileName, renderAll, renderFile } from '../../src/phones/render/render.ts';

/** A year whose dates the golden files hold. */
export const CLOCK = { year: 2026 };

const shipped = createCatalogues({ root: packageRoot, own: '' });
/** What comes with Linekeeper. */
export const shippedCatalogue = () => shipped.current();

/** Every setting at its default. */
export function defaultSettings(changed: Partial<PhoneSettings> = {}): PhoneSettings {
  const all = Object.fromEntries(SETTING_KEYS.map((key) => [key, PHONE_SETTINGS[key].default]));
  return { ...all, ...changed } as PhoneSettings;
}

export function phoneLine(index: number, changed: Partial<PhoneLine> = {}): PhoneLine {
  return {
    index,
    endpoint: `acme-20${index}-d1`,
    secret: `Sip${index}SecretCanary0123456789`,
    number: `20${index}`,
    displayName: `O'Brien & "Söhne" <x> ${index}`,
    label: `${index} % $5 #1; a label of 30 ch 😀`,
    codecs: ['g722', 'alaw', 'ulaw', 'opus'],
    hasMailbox: true,
    isEnabled: true,
    ...changed,
  };
}

/**
 * A phone with data that breaks what is not escaped: quotes, ampersands, angle brackets, emoji, `%`, `$`, `#`, `;`, a label of
 * 30 characters, a half-hour zone, as many lines as the model takes (at most three) and a key of every type.
 */
export function nastyView(
  catalogue: Catalogue,
  vendor: string,
  model: string,
  changed: Partial<PhoneView> = {},
): PhoneView {
  const found = catalogue.modelOf(vendor, model);
  if (found === undefined) throw new Error(`no model ${vendor}/${model}`);
  const lines = [1, 2, 3].filter((index) => index <= found.accounts).map((index) => phoneLine(index));
  if (lines[1]) lines[1] = { ...lines[1], hasMailbox: false };
  if (lines[2]) lines[2] = { ...lines[2], isEnabled: false };
  return {
    ...stage1View(catalogue, vendor, model),
    model: found,
    label: 'Desk of O\'Brien & "Söhne" <x> 😀',
    settings: defaultSettings({
      timezone: 'Asia/Kolkata',
      language: 'de',
      'ntp.servers': ['ntp1.example.org', '10.0.0.5'],
    }),
    native: new Map(),
    lines,
    keys: nastyKeys(found),
    pickupPrefix: '*8',
    country: 'DE',
    registrar: { host: 'pbx.example.org', port: 5060 },
    passwords: { admin: 'AdminPwCanary42x', user: 'UserPwCanary42x7' },
    phonebookName: catalogue.vendors.get(vendor)?.files.find(({ kind }) => kind === 'phonebook')?.name,
    phonebook: [
      { name: 'Zoë <Ünal> & "Sons" 😀', number: '+4930123456' },
      { name: "O'Brien; 100% #1", number: '202' },
    ],
    firmwareTarget: undefined,
    ...changed,
  };
}

export function stage1View(catalogue: Catalogue, vendor: string, model: string): Stage1View {
  return {
    mac: '0015651a2b3c',
    model: catalogue.modelOf(vendor, model),
    firmware: undefined,
    access: {
      url: 'https://prov.example.org/p/tokenCanary0123456789abcdef/',
      username: '0015651a2b3c',
      password: 'HttpPwCanary0123456789abcdef',
    },
    verifyServer: true,
  };
}

/** As many of these as the model has places for. */
function nastyKeys({ keys, expansion }: PhoneView['model']): PhoneKey[] {
  const wanted: Omit<PhoneKey, 'section' | 'index'>[] = [
    { type: 'line', line: 1 },
    { type: 'blf', value: '202', label: 'Zoë & <Sons> "😀"', line: 1 },
    { type: 'speed_dial', value: '+4930123456', label: '100% #1; $x' },
    { type: 'park', value: '701', label: 'Park @ 1/2' },
    { type: 'voicemail' },
    { type: 'dtmf', value: '12#*', label: 'Door' },
    { type: 'url', value: 'http://10.0.0.9/open?a=1&b="2"', label: 'Gate' },
    { type: 'none' },
  ];
  const line = wanted.slice(0, keys.line).map((key, index) => ({ ...key, section: 'line' as const, index: index + 1 }));
  const programmable = wanted
    .slice(1, 1 + Math.min(keys.programmable, 2))
    .map((key, index) => ({ ...key, section: 'programmable' as const, index: index + 1 }));
  const beside = expansion === null ? [] : expansionKeys(expansion, wanted);
  return [...line, ...programmable, ...beside];
}

function expansionKeys(expansion: { modules: number; keys: number }, wanted: Omit<PhoneKey, 'section' | 'index'>[]) {
  return [
    { ...wanted[1]!, section: 'expansion' as const, module: 1, index: 1 },
    { ...wanted[2]!, section: 'expansion' as const, module: expansion.modules, index: expansion.keys },
  ];
}

/** All files of a phone that a golden test keeps: stage 1, common, device, phonebook. Common ones once, by template. */
export async function goldenFiles(catalogue: Catalogue, view: PhoneView): Promise<RenderedFile[]> {
  const vendor = catalogue.vendors.get(view.model.vendor)!;
  const files = await renderAll(catalogue, view, CLOCK);
  const names = new Set(files.map(({ name }) => name));
  for (const definition of vendor.files) {
    if (definition.stage1 !== undefined) {
      const file = await renderFile(catalogue, vendor.id, definition, { stage: 1, view });
      const name = `stage1/${fileName(definition.name ?? definition.stage1, view)}`;
      if (file !== undefined && !names.has(name)) files.push({ ...file, name });
      names.add(name);
    }
    if (definition.name !== undefined || definition.template === undefined) continue;
    const file = await renderFile(catalogue, vendor.id, definition, { stage: 2, view, clock: CLOCK });
    if (file !== undefined && !names.has(file.name)) files.push(file);
    if (file !== undefined) names.add(file.name);
  }
  return files;
}

/**
 * Compares files byte by byte with test/fixtures/phones/<vendor>/<model>/; LINEKEEPER_UPDATE_GOLDEN=1 writes them anew, to be
 * read before they are committed.
 */
export function golden(t: Tap.Test, vendor: string, model: string, files: readonly RenderedFile[]): void {
  const folder = join(packageRoot, 'test', 'fixtures', 'phones', vendor, model.replaceAll(' ', '-'));
  if (process.env.LINEKEEPER_UPDATE_GOLDEN === '1') {
    rmSync(folder, { recursive: true, force: true });
    for (const { name, bytes } of files) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
  }
  const kept = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  t.equal(kept.length, files.length, `${model}: as many files as are kept`);
  for (const { name, bytes } of files) {
    const before = readFileSync(join(folder, name));
    t.equal(bytes.toString('utf8'), before.toString('utf8'), `${model} ${name}`);
    t.ok(bytes.equals(before), `${model} ${name}: every byte`);
  }
}

declare namespace Tap {
  type Test = Pick<typeof t, 'equal' | 'ok'>;
}
