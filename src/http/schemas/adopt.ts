import { z } from 'zod';
import { OBSTACLES } from '../../bulk/adopt/endpoint.ts';
import { ENDPOINT_STATES } from '../../bulk/adopt/view.ts';
import { rule } from '../../domain/rule.ts';
import { text } from '../../domain/text.ts';
import { flagSchema, idSchema } from './common.ts';

const foreignEndpoint = z
  .strictObject({
    name: z.string(),
    state: z.enum(ENDPOINT_STATES).meta({
      description:
        'waiting: ours is in force, and the sections of the PBX must be taken out of its files. adopted: they are gone.',
    }),
    extensionId: idSchema.nullable(),
    companyId: idSchema.nullable(),
    displayName: z.string().nullable(),
    accountKind: z.string().nullable(),
    codecs: z.array(z.string()).meta({ description: 'Best first; empty: the default ones.' }),
    maxContacts: z.int().nullable(),
    pickupGroup: z.string().nullable(),
    hasMailbox: z.boolean().meta({ description: 'PIN and address come along, messages do not.' }),
    companyIds: z.array(idSchema).meta({ description: 'Companies that can have it.' }),
    obstacles: z
      .array(z.strictObject({ code: z.enum(OBSTACLES), message: z.string() }))
      .meta({ description: 'Why nobody can have it.' }),
    notes: z
      .array(z.strictObject({ setting: z.string(), message: z.string() }))
      .meta({ description: 'What is not kept, or changes.' }),
    sections: z
      .array(z.strictObject({ file: z.string(), name: z.string(), type: z.string() }))
      .meta({ description: 'To be taken out of these files, or of what they include, once it is adopted.' }),
  })
  .meta({ id: 'ForeignEndpoint' });

export const foreignEndpoints = z
  .strictObject({ items: z.array(foreignEndpoint), total: z.int() })
  .meta({ id: 'ForeignEndpoints' });

const endpointName = text(80);

export const adoptInput = rule(
  z.strictObject({
    companyId: z.string().max(64),
    endpoints: z.array(endpointName).min(1).max(10_000).optional(),
    all: z.literal(true).optional().meta({ description: 'Everything that the company can have.' }),
  }),
  'ENDPOINTS_OR_ALL',
  'must name endpoints or say all',
  (v) => (v.endpoints === undefined) !== (v.all === undefined),
);

export const adoptQuery = z
  .strictObject({
    dryRun: flagSchema
      .optional()
      .meta({ description: 'true: answer with all errors and the plan. The import is kept.' }),
    start: flagSchema.optional().meta({ description: 'true: start at once.' }),
  })
  .refine((query) => !(query.dryRun === true && query.start === true), {
    error: 'a dry run does not start the import',
    path: ['start'],
    params: { code: 'START_IN_DRY_RUN' },
  });
