import { z } from 'zod';
import { idSchema, timeSchema, versionSchema } from './common.ts';

export const groupView = z
  .strictObject({
    id: idSchema,
    companyId: idSchema,
    kind: z.string().meta({ description: "group, team, or one of the company's kinds of labels" }),
    name: z.string(),
    description: z.string().nullable(),
    counts: z.strictObject({ members: z.int() }),
    version: versionSchema,
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'Group' });

export const memberView = z
  .strictObject({
    id: idSchema,
    firstName: z.string(),
    lastName: z.string(),
    title: z.string().nullable(),
    email: z.string().nullable(),
    avatar: z.string().nullable(),
  })
  .meta({ id: 'Member' });
