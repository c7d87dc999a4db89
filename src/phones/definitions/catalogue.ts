import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isLinekeeperError, LinekeeperError } from '../../errors.ts';
import { checkTemplate } from '../render/engines.ts';
import { parsePosixRule } from '../time/posix-rule.ts';
import { MAPPERS } from '../vendors/index.ts';
import { modelNames, noModels, type VendorModels, withFamily } from './families.ts';
import { checked, definitionError, type ParseYaml, parsed, yamlParser } from './parse.ts';
import { type ModelDefinition, type VendorDefinition, vendorSchema } from './schema.ts';
import { OWN } from './sources.ts';

/** A file of the operator's that was left out, and why. */
export interface CatalogueProblem {
  path: string;
  code: 'CONFIG_INVALID' | 'TEMPLATE_INVALID';
  reason: string;
}

/** Everything that files of phones are made of, apart from the phones. Immutable. */
export interface Catalogue {
  /** SHA-256 over all files, hex, cut to 32. */
  hash: string;
  /** As they were read; `catalogueOf` makes the same catalogue of them again. */
  files: Readonly<Record<string, string>>;
  vendors: ReadonlyMap<string, VendorDefinition>;
  /** By vendor, in the order of the files. */
  models: ReadonlyMap<string, readonly ModelDefinition[]>;
  /** By id or alias, any case. */
  modelOf(vendor: string, name: string): ModelDefinition | undefined;
  /** Text by name: `yealink/device.cfg`. */
  templates: ReadonlyMap<string, string>;
  /** POSIX rules by zone. */
  zones: Readonly<Record<string, string>>;
  problems: readonly CatalogueProblem[];
}

/**
 * The catalogue that these files make. What is wrong among the operator's own files is left out and listed in `problems`.
 * @throws CONFIG_INVALID, TEMPLATE_INVALID when a shipped file is wrong
 */
export async function catalogueOf(files: Readonly<Record<string, string>>): Promise<Catalogue> {
  const problems: CatalogueProblem[] = [];
  const reader = { files, parse: await yamlParser(), problems };
  const templates = await readTemplates(reader);
  const vendors = await readVendors(reader, templates);
  const models = await readModels(reader, vendors);
  const names = new Map([...models].map(([vendor, found]) => [vendor, modelNames(found)]));
  return {
    hash: hashOf(files),
    files,
    vendors,
    models: new Map([...models].map(([vendor, found]) => [vendor, [...found.models.values()]])),
    modelOf: (vendor, name) => names.get(vendor)?.get(name.toLowerCase()),
    templates,
    zones: await readZones(reader),
    problems,
  };
}

interface Reader {
  files: Readonly<Record<string, string>>;
  parse: ParseYaml;
  problems: CatalogueProblem[];
}

/** Name of a template as templates and definitions write it: bare names are the vendor's own. */
export function templateName(vendor: string, name: string): string {
  return name.includes('/') ? name : `${vendor}/${name}`;
}

/**
 * Does the work for each file that fits the pattern, shipped ones first. What is wrong with a file of the operator's is kept as
 * a problem; the work must not leave anything half done.
 */
async function eachFile(
  { files, problems }: Reader,
  pattern: RegExp,
  work: (file: DefinitionFile) => void | Promise<void>,
): Promise<void> {
  const paths = Object.keys(files).sort();
  for (const path of [
    ...paths.filter((path) => !path.startsWith(OWN)),
    ...paths.filter((path) => path.startsWith(OWN)),
  ]) {
    const own = path.startsWith(OWN);
    const match = pattern.exec(own ? path.slice(OWN.length) : path);
    if (match === null) continue;
    try {
      await work({ path, text: files[path]!, own, name: match[1]! });
    } catch (error) {
      if (!own || !isLinekeeperError(error)) throw error;
      const code = error.code === 'TEMPLATE_INVALID' ? 'TEMPLATE_INVALID' : 'CONFIG_INVALID';
      problems.push({ path, code, reason: String(error.details?.reason ?? error.message) });
    }
  }
}

interface DefinitionFile {
  path: string;
  text: string;
  own: boolean;
  /** What the parentheses of the pattern caught. */
  name: string;
}

async function readTemplates(reader: Reader): Promise<Map<string, string>> {
  const templates = new Map<string, string>();
  await eachFile(reader, /^templates\/phones\/(.+)\.liquid$/, async ({ path, text, name }) => {
    await checkTemplate(path, text);
    templates.set(name, text);
  });
  return templates;
}

async function readVendors(
  reader: Reader,
  templates: ReadonlyMap<string, string>,
): Promise<Map<string, VendorDefinition>> {
  const raw = new Map<string, Record<string, unknown>>();
  const vendors = new Map<string, VendorDefinition>();
  await eachFile(reader, /^provisioning\/([^/]+)\/vendor\.yaml$/, ({ path, text, name }) => {
    const whole = { ...raw.get(name), ...parsed(reader.parse, path, text) };
    const vendor = checked(vendorSchema, path, whole);
    judgeVendor(vendor, name, path, templates);
    raw.set(name, whole);
    vendors.set(name, vendor);
  });
  return vendors;
}

function judgeVendor(
  vendor: VendorDefinition,
  folder: string,
  path: string,
  templates: ReadonlyMap<string, string>,
): void {
  const wrong = (reason: string) => invalid(path, reason);
  if (vendor.id !== folder) throw wrong(`id: must be the name of the folder, ${folder}`);
  if (!Object.hasOwn(MAPPERS, vendor.mapper)) throw wrong(`mapper: there is no ${vendor.mapper}`);
  if (vendor.files.filter((file) => file.isMain).length !== 1) throw wrong('files: exactly one must be isMain');
  for (const { template, stage1, kind, match } of vendor.files) {
    if (template === undefined && kind !== 'probe') throw wrong(`files: ${match} has no template`);
    for (const name of [template, stage1]) {
      if (name !== undefined && !templates.has(templateName(vendor.id, name)))
        throw wrong(`files: no template ${name}`);
    }
  }
}

async function readModels(
  reader: Reader,
  vendors: ReadonlyMap<string, VendorDefinition>,
): Promise<Map<string, VendorModels>> {
  const models = new Map([...vendors.keys()].map((vendor) => [vendor, noModels()]));
  await eachFile(reader, /^provisioning\/([^/]+)\/models\/[^/]+\.yaml$/, ({ path, text, own, name }) => {
    const before = models.get(name);
    if (before === undefined) throw invalid(path, `there is no vendor ${name}`);
    models.set(name, withFamily(before, { vendor: name, path, text, parse: reader.parse, mayReplace: own }));
  });
  return models;
}

async function readZones(reader: Reader): Promise<Record<string, string>> {
  const zones: Record<string, string> = {};
  await eachFile(reader, /^(provisioning\/tz\.json)$/, ({ path, text }) => {
    const more = checked(zonesSchema, path, parsed(JSON.parse, path, text)).zones;
    for (const [zone, rule] of Object.entries(more)) {
      try {
        parsePosixRule(zone, rule);
      } catch (error) {
        throw definitionError(path, error);
      }
    }
    Object.assign(zones, more);
  });
  return zones;
}

const zonesSchema = z.strictObject({ version: z.string().optional(), zones: z.record(z.string(), z.string()) });

function invalid(path: string, reason: string): LinekeeperError {
  return new LinekeeperError('CONFIG_INVALID', `${path}: ${reason}`, { details: { path, reason } });
}

function hashOf(files: Readonly<Record<string, string>>): string {
  const hash = createHash('sha256');
  for (const path of Object.keys(files).sort()) hash.update(`${path}\0${files[path]!.length}\0${files[path]}\0`);
  return hash.digest('hex').slice(0, 32);
}
