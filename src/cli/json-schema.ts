import type { JsonSchema } from './api/job-views.ts';

/** One value that can be given, by its place: `extension.answer`. */
export interface Leaf {
  path: string;
  schema: JsonSchema;
  isRequired: boolean;
  /** What counts when nothing is given. */
  preset: unknown;
}

/** The schema itself, without what only points at it. */
function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const name = /^#\/\$defs\/(.+)$/.exec(schema.$ref ?? '')?.[1];
  const target = name === undefined ? undefined : root.$defs?.[name];
  return target === undefined ? schema : resolved(target, root);
}

/** All that a value may be: the branches of a union, each without what points at it. */
export function branches(schema: JsonSchema, root: JsonSchema): JsonSchema[] {
  const found = resolved(schema, root);
  const inner = found.anyOf ?? found.oneOf ?? found.allOf;
  if (inner !== undefined) return inner.flatMap((one) => branches(one, root));
  return Array.isArray(found.type) ? found.type.map((type) => ({ ...found, type })) : [found];
}

/** The schemas that a value at this place may have; none: there is no such place. */
export function schemasAt(root: JsonSchema, path: readonly string[]): JsonSchema[] {
  return path.reduce<JsonSchema[]>(
    (found, name) => found.flatMap((schema) => branches(schema, root)).flatMap((schema) => childOf(schema, name)),
    [root],
  );
}

function childOf({ properties = {}, additionalProperties }: JsonSchema, name: string): JsonSchema[] {
  if (Object.hasOwn(properties, name)) return [properties[name] as JsonSchema];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}

/** Everything that can be given one by one. */
export function leavesOf(root: JsonSchema): Leaf[] {
  return leaves(root, root, { path: '', isRequired: true, preset: undefined });
}

function leaves(root: JsonSchema, schema: JsonSchema, at: Omit<Leaf, 'schema'>): Leaf[] {
  const all = branches(schema, root);
  const objects = all.filter(({ properties, additionalProperties }) => {
    return properties !== undefined || typeof additionalProperties === 'object';
  });
  if (objects.length === 0) return [{ ...at, schema }];
  const below = (name: string) => (at.path === '' ? name : `${at.path}.${name}`);
  return objects.flatMap(({ properties = {}, required = [], additionalProperties, description }) => [
    ...Object.entries(properties).flatMap(([name, child]) =>
      leaves(root, all.length > 1 && description !== undefined ? { description, ...child } : child, {
        path: below(name),
        isRequired: at.isRequired && all.length === 1 && required.includes(name) && at.preset === undefined,
        preset: (at.preset as Record<string, unknown> | undefined)?.[name] ?? child.default,
      }),
    ),
    ...(typeof additionalProperties === 'object'
      ? [
          {
            path: below('<name>'),
            schema: { description, ...additionalProperties } as JsonSchema,
            isRequired: false,
            preset: undefined,
          },
        ]
      : []),
  ]);
}

/** `voicemail | forward | nothing`, `whole number`, `text`, `- (none)` */
export function typeWords(schema: JsonSchema, root: JsonSchema): string {
  const words = branches(schema, root).map((one) => {
    if (one.type === 'null') return '- (none)';
    if (one.enum !== undefined) return one.enum.map(String).join(' | ');
    if (one.const !== undefined) return String(one.const);
    switch (one.type) {
      case 'boolean':
        return 'yes | no';
      case 'integer':
        return 'whole number';
      case 'number':
        return 'number';
      case 'array':
        return `${typeWords(one.items ?? {}, root)}, joined by commas`;
      case 'string':
        return 'text';
      default:
        return 'JSON';
    }
  });
  return [...new Set(words)].join(' | ');
}
