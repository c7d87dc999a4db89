import { z } from 'zod';
import { text } from '../../domain/text.ts';
import { LIST_NAMES } from '../lists.ts';
import { idSchema, timeSchema, versionSchema } from './common.ts';

export const listName = z.enum(LIST_NAMES).meta({ description: 'The path of the list.' });

const columns = z.array(z.string().max(40)).min(1).max(60);
const savedQuery = z
  .strictObject({
    filters: z.record(z.string().max(40), z.string().max(20_000)).default({}),
    q: text(100).nullable().default(null),
    sort: z.string().max(40).nullable().default(null),
  })
  .meta({ description: 'What the list takes in its query string; several values of a filter joined by commas.' });

const fields = {
  name: text(80),
  query: savedQuery,
  columns: columns.nullable().meta({ description: 'Fields to show; null: those that each has chosen.' }),
  isShared: z.boolean().meta({ description: 'Seen by all of the company who may see the list.' }),
};

export const savedFilterInput = z.strictObject({
  list: listName,
  ...fields,
  columns: fields.columns.default(null),
  isShared: fields.isShared.default(false),
});
export const savedFilterPatch = z.strictObject(fields).partial();

export const savedFilterView = z
  .strictObject({
    id: idSchema,
    companyId: idSchema,
    list: listName,
    name: z.string(),
    query: z.strictObject({
      filters: z.record(z.string(), z.string()),
      q: z.string().nullable(),
      sort: z.string().nullable(),
    }),
    columns: z.array(z.string()).nullable(),
    isShared: z.boolean(),
    owner: z.strictObject({ id: idSchema, name: z.string() }).nullable().meta({ description: 'null: gone.' }),
    version: versionSchema,
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'SavedFilter' });

export const listChoiceInput = z.strictObject({
  columns,
  sort: z.string().max(40).optional(),
  limit: z.int().min(1).max(500).optional(),
});

export const listChoiceView = z
  .strictObject({
    list: listName,
    columns: z.array(z.string()),
    sort: z.string(),
    limit: z.int(),
    isDefault: z.boolean().meta({ description: 'Nothing was chosen.' }),
  })
  .meta({ id: 'ListChoice', description: 'How somebody wants to see a list.' });
