import { createHash } from 'node:crypto';
import { isLinekeeperError, LinekeeperError } from '../../errors.ts';
import { checkTemplate } from '../render/engines.ts';
import { MAPPERS } from '../vendors/index.ts';
import { modelNames, noModels, type VendorModels, withFamily } from './families.ts';
import { checked, type ParseYaml, parsed, yamlParser } from './parse.ts';
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
  const vendors = readVendors(reader, templates);
  const models = new Map<string, readonly ModelDefinition[]>();
  const names = new Map<string, Map<string, ModelDefinition>>();
  for (const vendor of vendors.keys()) {
    const found = readModels(reader, vendor);
    models.set(vendor, [...found.models.values()]);
    names.set(vendor, modelNames(found));
  }
  return {
    hash: hashOf(files),
    files,
    vendors,
    models,
    modelOf: (vendor, name) => names.get(vendor)?.get(name.toLowerCase()),
    templates,
    zones: readZones(reader),
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

/** Shipped files first, then the operator's; what fits the pattern is given its groups. */
async function eachFile(
  { files, problems }: Pick<Reader, 'files' | 'problems'>,
  pattern: RegExp,
  work: (file: { path: string; text: string; own: boolean; groups: string[] }) => void | Promise<void>,
): Promise<void> {
  for (const file of filesLike(files, pattern)) {
    try {
      await work(file);
    } catch (error) {
      keepProblem(problems, file, error);
    }
  }
}

function filesLike(files: Reader['files'], pattern: RegExp) {
  return Object.keys(files)
    .sort((a, b) => Number(a.startsWith(OWN)) - Number(b.startsWith(OWN)) || (a < b ? -1 : 1))
    .flatMap((path) => {
      const own = path.startsWith(OWN);
      const match = pattern.exec(own ? path.slice(OWN.length) : path);
      return match === null ? [] : [{ path, text: files[path]!, own, groups: match.slice(1) }];
    });
}

function keepProblem(
  problems: CatalogueProblem[],
  { path, own }: { path: string; own: boolean },
  error: unknown,
): void {
  if (!own || !isLinekeeperError(error)) throw error;
  const code = error.code === 'TEMPLATE_INVALID' ? 'TEMPLATE_INVALID' : 'CONFIG_INVALID';
  problems.push({ path, code, reason: String(error.details?.reason ?? error.message) });
}

async function readTemplates(reader: Reader): Promise<Map<string, string>> {
  const templates = new Map<string, string>();
  await eachFile(reader, /^templates\/phones\/(.+)\.liquid$/, async ({ path, text, groups }) => {
    await checkTemplate(path, text);
    templates.set(groups[0]!, text);
  });
  return templates;
}

function readVendors(reader: Reader, templates: ReadonlyMap<string, string>): Map<string, VendorDefinition> {
  const raw = new Map<string, Record<string, unknown>>();
  const vendors = new Map<string, VendorDefinition>();
  for (const file of filesLike(reader.files, /^provisioning\/([^/]+)\/vendor\.yaml$/)) {
    try {
      const folder = file.groups[0]!;
      const whole = { ...raw.get(folder), ...parsed(reader.parse, file.path, file.text) };
      const vendor = checked(vendorSchema, file.path, whole);
      judgeVendor(vendor, folder, file.path, templates);
      raw.set(folder, whole);
      vendors.set(folder, vendor);
    } catch (error) {
      keepProblem(reader.problems, file, error);
    }
  }
  return vendors;
}

function judgeVendor(
  vendor: VendorDefinition,
  folder: string,
  path: string,
  templates: ReadonlyMap<string, string>,
): void {
  const wrong = (reason: string) =>
    new LinekeeperError('CONFIG_INVALID', `${path}: ${reason}`, { details: { path, reason } });
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

function readModels(reader: Reader, vendor: string): VendorModels {
  let models = noModels();
  for (const file of filesLike(reader.files, /^provisioning\/([^/]+)\/models\/([^/]+)\.yaml$/)) {
    if (file.groups[0] !== vendor) continue;
    try {
      const { path, text, own } = file;
      models = withFamily(models, { vendor, path, text, parse: reader.parse, mayReplace: own });
    } catch (error) {
      keepProblem(reader.problems, file, error);
    }
  }
  return models;
}

function readZones(reader: Reader): Record<string, string> {
  const zones: Record<string, string> = {};
  for (const file of filesLike(reader.files, /^provisioning\/tz\.json$/)) {
    try {
      const more = parsed(JSON.parse, file.path, file.text).zones;
      Object.assign(zones, more);
    } catch (error) {
      keepProblem(reader.problems, file, error);
    }
  }
  return zones;
}

function hashOf(files: Readonly<Record<string, string>>): string {
  const hash = createHash('sha256');
  for (const path of Object.keys(files).sort()) hash.update(`${path}\0${files[path]!.length}\0${files[path]}\0`);
  return hash.digest('hex').slice(0, 32);
}
