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
    allowedDomains: z.array(z.string()).meta({ description: 'Whose people may be invited; none: anybody.' }),
    noticeEmail: z.string().nullable(),
    userTypes: z.array(z.string()),
    labelKinds: z.array(z.string()),
    requiresSecondFactor: z.boolean(),
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

const named = z.strictObject({ id: idSchema, name: z.string() });

/** What a user and a colleague show alike. */
export const personFields = {
  groups: z
    .array(named.extend({ kind: z.string() }))
    .meta({ description: 'Groups, teams and labels of the own company.' }),
  avatar: z.string().nullable().meta({ description: 'Changes with the picture; null: there is none.' }),
  extensions: z.array(z.strictObject({ id: idSchema, number: z.string(), displayName: z.string() })),
};

export const USER_STATES = ['invited', 'active', 'disabled', 'locked'] as const;

export const userView = z
  .strictObject({
    id: idSchema,
    companyId: idSchema,
    siteId: idSchema.nullable(),
    username: z.string(),
    email: z.string().nullable(),
    firstName: z.string(),
    lastName: z.string(),
    title: z.string().nullable(),
    personalContact: z.string().nullable(),
    userType: z.string().nullable(),
    language: z.string(),
    timezone: z.string().nullable(),
    state: z.enum(USER_STATES),
    disabled: z.record(z.string(), z.unknown()).nullable().meta({ description: 'How the account was disabled.' }),
    isOperator: z.boolean(),
    hasPassword: z.boolean(),
    mustChangePassword: z.boolean(),
    hasSecondFactor: z.boolean(),
    hasPhonePin: z.boolean().meta({ description: 'The PIN itself is never shown.' }),
    lastLoginAt: timeSchema.nullable(),
    site: named.nullable(),
    roles: z.array(named.extend({ builtIn: z.string().nullable() })).meta({ description: 'In the own company.' }),
    externalIds: z.array(z.strictObject({ name: z.string(), value: z.string() })),
    ...personFields,
    ...stamps,
  })
  .meta({ id: 'User' });
