import { z } from 'zod';

type Json = Record<string, unknown>;

const PLACE = '#/components/schemas/';

/** JSON schemas (draft 7, the dialect of AsyncAPI) of zod schemas; named ones are kept once and referred to. */
export function createSchemas() {
  const schemas: Record<string, Json> = {};
  return {
    /** All named ones so far. */
    schemas,
    /** The schema, or where it stands when it has a name. */
    add(schema: z.ZodType): Json {
      const text = JSON.stringify(z.toJSONSchema(schema, { target: 'draft-7' }));
      const { $schema, definitions, ...rest } = JSON.parse(text.replaceAll('"#/definitions/', `"${PLACE}`)) as Json;
      Object.assign(schemas, definitions);
      return rest;
    },
    /** Gives a schema that is no zod schema a name. */
    name(name: string, schema: Json): Json {
      schemas[name] = schema;
      return { $ref: `${PLACE}${name}` };
    },
  };
}
