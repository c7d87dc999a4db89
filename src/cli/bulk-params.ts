import type { JsonSchema, MassAction } from './api/job-views.ts';
import { CliError } from './cli-error.ts';
import { branches, leavesOf, schemasAt, typeWords } from './json-schema.ts';

type Params = Record<string, unknown>;

/**
 * Parameters of an action: those in `json`, and what `--set name=value` says, each of the type that the action's schema
 * wants. Dots lead into objects: `extension.answer=forward`.
 *
 * @throws CliError USAGE
 */
export function paramsOf({ name: action, params: schema }: MassAction, sets: readonly string[], json?: string): Params {
  const params = json === undefined ? {} : objectOf(json);
  for (const set of sets) {
    const [, name = '', value = ''] = /^([^=]+)=([\s\S]*)$/.exec(set) ?? [];
    if (name === '') throw new CliError('USAGE', `--set ${set}: write it as name=value`);
    const path = name.split('.');
    const found = schemasAt(schema, path);
    if (found.length === 0) throw unknownParam(action, schema, name);
    put(params, path, typed(name, found.length === 1 ? (found[0] as JsonSchema) : { anyOf: found }, schema, value));
  }
  return params;
}

function objectOf(json: string): Params {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Params;
  } catch {
    // told below
  }
  throw new CliError('USAGE', '--params must be a JSON object, such as \'{"calls":"leave"}\'');
}

function unknownParam(action: string, schema: JsonSchema, name: string): CliError {
  const names = leavesOf(schema).map(({ path }) => path);
  const advice = names.length === 0 ? `${action} has no parameters.` : `Parameters of ${action}: ${names.join(', ')}`;
  return new CliError('USAGE', `${action} has no parameter ${name}`, { advice });
}

function put(params: Params, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    // Not by assignment: a name such as __proto__ is a name like any other.
    Object.defineProperty(params, name, { value, enumerable: true, configurable: true, writable: true });
    return;
  }
  const inner = Object.hasOwn(params, name) ? params[name] : undefined;
  const next = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? (inner as Params) : {};
  put(next, rest, value);
  put(params, [name], next);
}

const BOOLEANS: Record<string, boolean> = { true: true, yes: true, on: true, false: false, no: false, off: false };

/** The first reading of the text that one of the branches takes. */
function typed(name: string, schema: JsonSchema, root: JsonSchema, text: string): unknown {
  const all = branches(schema, root);
  if (text === '-' && all.some(({ type }) => type === 'null')) return null;
  for (const branch of all) {
    const value = read(name, branch, root, text);
    if (value !== undefined) return value;
  }
  throw new CliError('USAGE', `--set ${name}=${text}: must be ${typeWords(schema, root)}`);
}

function read(name: string, branch: JsonSchema, root: JsonSchema, text: string): unknown {
  const { type, enum: words, const: only, items = {} } = branch;
  if (type === 'null') return undefined;
  const choices = words ?? (only === undefined ? undefined : [only]);
  if (choices !== undefined) return choices.find((word) => String(word) === text);
  switch (type) {
    case 'boolean':
      return BOOLEANS[text.toLowerCase()];
    case 'integer':
      return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : undefined;
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
    case 'array':
      return text === '' ? [] : text.split(',').map((one) => typed(name, items, root, one.trim()));
    case 'string':
      return text;
    default:
      return parsed(text);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
