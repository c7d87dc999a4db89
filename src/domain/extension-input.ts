import { z } from 'zod';
import {
  classOfServiceSchema,
  displayNameSchema,
  extensionNumberSchema,
  forwardTargetSchema,
  pickupGroupSchema,
  ringSecondsSchema,
} from './extension.ts';
import { emailSchema, pinSchema } from './mailbox.ts';
import { e164Schema } from './phone-number.ts';
import { accountKindSchema, codecsSchema, importedSecretSchema, maxContactsSchema } from './sip-account.ts';
import { text } from './text.ts';
import { timezoneSchema } from './timezone.ts';
import { usernameSchema } from './user.ts';

/** A mailbox as people give it. Absent: unchanged. `pin` is only ever written, never read. */
export const mailboxInputSchema = z.strictObject({
  pin: pinSchema.optional(),
  email: emailSchema.nullable().optional(),
  attach: z.boolean().optional(),
  deleteAfterMail: z.boolean().optional(),
  timezone: timezoneSchema.nullable().optional(),
  enabled: z.boolean().optional(),
});

/**
 * The fields of an extension as a request or a row of an import gives them: absent = unchanged (or the default of a new
 * one), null = cleared (RFC 7396).
 */
export const extensionInputSchema = z.strictObject({
  displayName: displayNameSchema.optional(),
  callerIdName: text(60).nullable().optional(),
  /** Id of a user of the company. */
  userId: z.string().max(64).nullable().optional(),
  /** Id of a site of the company. */
  siteId: z.string().max(64).nullable().optional(),
  ringSeconds: ringSecondsSchema.optional(),
  forwardAlways: forwardTargetSchema.nullable().optional(),
  forwardBusy: forwardTargetSchema.nullable().optional(),
  forwardNoAnswer: forwardTargetSchema.nullable().optional(),
  doNotDisturb: z.boolean().optional(),
  classOfService: classOfServiceSchema.optional(),
  pickupGroup: pickupGroupSchema.nullable().optional(),
  enabled: z.boolean().optional(),
  /** null deletes the mailbox with its messages' index; {} creates one with a random PIN. */
  mailbox: mailboxInputSchema.nullable().optional(),
});
export type ExtensionInput = z.infer<typeof extensionInputSchema>;

/** What only a new extension or an import takes, besides the fields above. */
export const extensionExtrasSchema = z.strictObject({
  /** Absent on create: the next free number of the company's ranges. */
  number: extensionNumberSchema.optional(),
  /** Phone numbers of the company that shall ring here; one that is unknown is added to the company. */
  phoneNumbers: z.array(e164Schema).max(20).optional(),
  /** First SIP account of a new extension. */
  account: z
    .strictObject({
      kind: accountKindSchema.optional(),
      codecs: codecsSchema.nullable().optional(),
      maxContacts: maxContactsSchema.optional(),
      /** Only when moving from another system; ours are generated. */
      secret: importedSecretSchema.optional(),
    })
    .optional(),
  /** By name, for imports; created when absent is not wanted: an unknown site is an error. */
  siteName: text(60).optional(),
  /** A user who shall own it, found by username, created when new. */
  user: z
    .strictObject({
      username: usernameSchema,
      firstName: text(60).optional(),
      lastName: text(60).optional(),
      email: emailSchema.nullable().optional(),
    })
    .optional(),
});
export type ExtensionExtras = z.infer<typeof extensionExtrasSchema>;
