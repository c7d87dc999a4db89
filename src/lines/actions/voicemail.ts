import { z } from 'zod';
import { rule } from '../../domain/rule.ts';
import { timezoneSchema } from '../../domain/timezone.ts';
import { type MassAction, massAction } from '../../store/mass-action.ts';
import type { ExtensionBatch } from '../extension-batch.ts';
import { changeFields, undoFields } from './change-fields.ts';

const paramsSchema = rule(
  z.strictObject({
    mailbox: z.boolean().optional().meta({
      description: 'true: whoever has none gets one; false: it is deleted; absent: only those that are there change.',
    }),
    attach: z.boolean().optional(),
    deleteAfterMail: z.boolean().optional(),
    timezone: timezoneSchema.nullable().optional(),
    enabled: z.boolean().optional(),
  }),
  'VALIDATION_FAILED',
  'must name something to change, and nothing else beside "mailbox": false',
  (params) => Object.keys(params).length > 0 && (params.mailbox !== false || Object.keys(params).length === 1),
);
type Params = z.infer<typeof paramsSchema>;

/** Mailboxes given, taken and set. A new one gets the telephone PIN of its user, or one that is made and given once. */
export function voicemailAction(batch: Pick<ExtensionBatch, 'apply' | 'restore'>): MassAction {
  return massAction<Params>({
    name: 'set-voicemail',
    on: 'extensions',
    title: 'Give extensions a mailbox, take it, or set it',
    needs: 'lines:write',
    params: paramsSchema,
    makesCredentials: ({ mailbox }) => mailbox === true,
    apply: (tx, context, objects, { mailbox, ...settings }) =>
      changeFields(tx, batch, context, objects, (extension) => {
        if (mailbox === false) return { mailbox: null };
        return mailbox === true || extension.mailbox !== null ? { mailbox: settings } : {};
      }),
    undo: (tx, context, rows) => undoFields(tx, batch, context, rows),
  });
}
