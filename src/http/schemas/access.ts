import { z } from 'zod';
import { PERMISSION_NAMES } from '../../domain/permission.ts';
import { idSchema, timeSchema, versionSchema } from './common.ts';

const permissions = z.array(z.enum(PERMISSION_NAMES));
const builtIn = z.enum(['administrator', 'user']).nullable().meta({ description: 'null: a role of the company.' });

export const roleView = z
  .strictObject({
    id: idSchema,
    companyId: idSchema,
    name: z.string(),
    builtIn,
    permissions,
    requiresSecondFactor: z.boolean(),
    counts: z.strictObject({ users: z.int() }),
    version: versionSchema,
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'Role' });

export const memberView = z
  .strictObject({
    id: idSchema,
    username: z.string(),
    firstName: z.string(),
    lastName: z.string(),
    email: z.string().nullable(),
    state: z.string(),
    companyId: idSchema,
    isGuest: z.boolean().meta({ description: 'The account belongs to another company.' }),
    roles: z.array(z.strictObject({ id: idSchema, name: z.string(), builtIn })),
  })
  .meta({ id: 'CompanyMember' });

export const sessionView = z
  .strictObject({
    id: idSchema,
    userId: idSchema,
    username: z.string(),
    companyId: idSchema,
    transport: z.enum(['cookie', 'bearer']),
    address: z.string(),
    userAgent: z.string().nullable(),
    device: z.string().meta({ description: 'The browser in words.' }),
    isCurrent: z.boolean(),
    createdAt: timeSchema,
    lastSeenAt: timeSchema,
    expiresAt: timeSchema,
  })
  .meta({ id: 'Session' });

export const METHODS = ['totp', 'backup', 'contact'] as const;

export const loggedInSchema = z.strictObject({
  state: z.literal('in'),
  userId: idSchema,
  sessionId: idSchema,
  expiresAt: timeSchema,
  token: z
    .string()
    .optional()
    .meta({ description: 'For `Authorization: Bearer`; absent when a cookie was asked for.' }),
});

export const loginAnswer = z
  .union([
    loggedInSchema,
    z.strictObject({
      state: z.literal('second-factor'),
      challenge: z.string(),
      methods: z.array(z.enum(METHODS)),
      expiresAt: timeSchema,
    }),
  ])
  .meta({ id: 'Login' });

export const meView = z
  .strictObject({
    id: idSchema,
    username: z.string(),
    firstName: z.string(),
    lastName: z.string(),
    email: z.string().nullable(),
    language: z.string(),
    timezone: z.string().nullable(),
    personalContact: z.string().nullable(),
    company: z.strictObject({ id: idSchema, name: z.string() }),
    companies: z.array(z.strictObject({ id: idSchema, name: z.string() })),
    permissions: z.array(z.string()).meta({ description: 'In the company one works in.' }),
    isOperator: z.boolean(),
    restriction: z.enum(['password', 'second-factor']).nullable().meta({ description: 'What must be done first.' }),
    version: versionSchema,
  })
  .meta({ id: 'Me' });
