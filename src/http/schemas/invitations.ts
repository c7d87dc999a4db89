import { z } from 'zod';
import { INVITATION_STATES } from '../../store/queries/invitations.ts';
import { idSchema, timeSchema } from './common.ts';

export const invitationView = z
  .strictObject({
    id: idSchema,
    companyId: idSchema,
    email: z.string(),
    roleIds: z.array(idSchema),
    language: z.string(),
    invitedBy: z.string().meta({ description: 'As in the activity log.' }),
    state: z.enum(INVITATION_STATES),
    sent: z.int().meta({ description: 'How often it was mailed.' }),
    userId: idSchema.nullable().meta({ description: 'The account it is for, or that was made or joined by it.' }),
    expiresAt: timeSchema,
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'Invitation', description: 'The link itself stands in the mail alone.' });

export const invitationLookView = z
  .strictObject({
    companyName: z.string(),
    email: z.string(),
    expiresAt: timeSchema,
    username: z.string().nullable().meta({ description: 'Of the account that waits; null: to be chosen.' }),
    needsLogin: z.boolean().meta({ description: 'There is an account: log in and POST /me/invitations/accept.' }),
  })
  .meta({ id: 'InvitationLook' });

export const acceptedView = z.strictObject({ username: z.string() });
export const joinedView = z.strictObject({ companyId: idSchema });
