import { z } from 'zod';
import { accountKindSchema, accountLabelSchema, codecsSchema, maxContactsSchema } from './sip-account.ts';

/** The fields of a SIP account as a request gives them: absent = unchanged or the default, null = cleared. */
export const accountInputSchema = z.strictObject({
  kind: accountKindSchema.optional(),
  codecs: codecsSchema.nullable().optional(),
  maxContacts: maxContactsSchema.optional(),
  label: accountLabelSchema.nullable().optional(),
});
export type AccountInput = z.infer<typeof accountInputSchema>;
