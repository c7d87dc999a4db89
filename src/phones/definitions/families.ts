import type { z } from 'zod';
import { LinekeeperError } from '../../errors.ts';
import { checked, type ParseYaml, parsed } from './parse.ts';
import { familySchema, type ModelDefinition } from './schema.ts';

type Family = z.output<typeof familySchema>;
type ModelEntry = Family['models'][number];

/** The models of one vendor while its files are read: shipped ones first, then the operator's over them. */
export interface VendorModels {
  families: Map<string, Family>;
  entries: Map<string, { family: string; entry: ModelEntry }>;
  models: Map<string, ModelDefinition>;
}

export function noModels(): VendorModels {
  return { families: new Map(), entries: new Map(), models: new Map() };
}

/**
 * `before` with the models of one more file. A family or model that is there already is changed key by key; `settings` and
 * `caps` are merged one level deeper.
 * @throws CONFIG_INVALID naming file and reason; `before` stays as it was
 */
export function withFamily(
  before: VendorModels,
  source: { vendor: string; path: string; text: string; parse: ParseYaml; mayReplace: boolean },
): VendorModels {
  const { vendor, path, text, parse, mayReplace } = source;
  const family = checked(familySchema, path, parsed(parse, path, text));
  const known = before.families.get(family.family);
  const whole: Family = {
    ...family,
    defaults: merged(known?.defaults ?? {}, family.defaults),
    conditions: [...family.conditions, ...(known?.conditions ?? [])],
  };
  const after: VendorModels = {
    families: new Map(before.families).set(family.family, whole),
    entries: new Map(before.entries),
    models: new Map(before.models),
  };
  for (const entry of family.models) {
    const shipped = before.entries.get(entry.id);
    if (shipped !== undefined && !mayReplace) throw wrong(path, `the model ${entry.id} is there twice`);
    const whole = shipped === undefined ? entry : merged(shipped.entry, entry);
    after.entries.set(entry.id, { family: family.family, entry: whole });
  }
  for (const [id, { family: name, entry }] of after.entries) {
    if (name === family.family) after.models.set(id, complete(vendor, path, after.families.get(name)!, entry));
  }
  refuseSharedNames(path, after);
  return after;
}

function merged<T extends Partial<ModelEntry>>(under: Partial<T>, over: T): T {
  const both = { ...under, ...over };
  if (under.caps || over.caps) both.caps = { ...under.caps, ...over.caps };
  if (under.settings || over.settings) both.settings = { ...under.settings, ...over.settings };
  return both;
}

function complete(vendor: string, path: string, family: Family, entry: ModelEntry): ModelDefinition {
  const { accounts, keys, codecs, expansion, caps, settings } = merged(family.defaults as ModelEntry, entry);
  const missing = Object.entries({ accounts, keys, codecs }).find(([, value]) => value === undefined);
  if (missing !== undefined) throw wrong(path, `the model ${entry.id} has no ${missing[0]}`);
  return {
    vendor,
    family: family.family,
    id: entry.id,
    aliases: entry.aliases,
    accounts: accounts!,
    keys: keys!,
    codecs: codecs!,
    expansion: expansion ?? null,
    caps: caps ?? {},
    settings: settings ?? {},
    conditions: family.conditions
      .filter(({ models }) => models === undefined || models.includes(entry.id))
      .map(({ firmware, caps }) => ({ firmware, caps })),
  };
}

/** Names are found in any case, and one name means one model. */
export function modelNames({ models }: VendorModels): Map<string, ModelDefinition> {
  const names = new Map<string, ModelDefinition>();
  for (const model of models.values()) for (const alias of model.aliases) names.set(alias.toLowerCase(), model);
  for (const model of models.values()) names.set(model.id.toLowerCase(), model);
  return names;
}

function refuseSharedNames(path: string, { models }: VendorModels): void {
  const owners = new Map<string, string>();
  for (const { id, aliases } of models.values()) {
    for (const name of [id, ...aliases]) {
      const owner = owners.get(name.toLowerCase()) ?? id;
      if (owner !== id) throw wrong(path, `${name} is a name of both ${owner} and ${id}`);
      owners.set(name.toLowerCase(), id);
    }
  }
}

function wrong(path: string, reason: string): LinekeeperError {
  return new LinekeeperError('CONFIG_INVALID', `${path}: ${reason}`, { details: { path, reason } });
}
