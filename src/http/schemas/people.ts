import { z } from 'zod';
import { idSchema, syncSchema, timeSchema, versionSchema } from './common.ts';

const stamps = { version: versionSchema, createdAt: timeSchema, updatedAt: timeSchema };

export const companyView = z
  .strictObject({
    id: idSchema,
    pbxId: idSchema,
    name: z.string(),
    slug: z.string(),
    endpointPrefix: z.string().meta({ description: 'What endpoint ids of the company start with on the PBX.' }),
    ranges: z.array(z.tuple([z.string(), z.string()])),
    country: z.string(),
    timezone: z.string(),
    trunk: z.string().nullable(),
    outgoingCallerId: z.string().nullable(),
    emergencyNumbers: z.array(z.string()),
    quarantineDays: z.int(),
    counts: z.strictObject({ sites: z.int(), users: z.int(), extensions: z.int(), numbers: z.int() }),
    sync: syncSchema,
    ...stamps,
  })
  .meta({ id: 'Company' });

export const siteView = z
  .strictObject({
    id: idSchema,
    companyId: idSchema,
    name: z.string(),
    timezone: z.string().nullable(),
    counts: z.strictObject({ users: z.int(), extensions: z.int() }),
    ...stamps,
  })
  .meta({ id: 'Site' });

export const userView = z
  .strictObject({
    id: idSchema,
    companyId: idSchema,
    siteId: idSchema.nullable(),
    username: z.string(),
    email: z.string().nullable(),
    firstName: z.string(),
    lastName: z.string(),
    language: z.string(),
    timezone: z.string().nullable(),
    site: z.strictObject({ id: idSchema, name: z.string() }).nullable(),
    extensions: z.array(z.strictObject({ id: idSchema, number: z.string(), displayName: z.string() })),
    ...stamps,
  })
  .meta({ id: 'User' });
