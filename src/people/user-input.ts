import { z } from 'zod';
import { emailSchema, pinSchema } from '../domain/mailbox.ts';
import { text } from '../domain/text.ts';
import { timezoneSchema } from '../domain/timezone.ts';
import { externalIdsSchema, languageSchema, personalContactSchema, usernameSchema } from '../domain/user.ts';

/**
 * What is known of a person, as a request gives it. State, password, second factor and roles are not among it: each has
 * rules and routes of its own.
 */
const personSchema = z.strictObject({
  username: usernameSchema,
  firstName: text(60),
  lastName: text(60),
  email: emailSchema.nullable().optional(),
  title: text(80).nullable().optional(),
  /** A phone number in E.164 or an e-mail address. */
  personalContact: personalContactSchema.nullable().optional(),
  /** One of the company's user types. */
  userType: text(40).nullable().optional(),
  /** Id of a site of the company. */
  siteId: z.string().max(64).nullable().optional(),
  language: languageSchema.optional(),
  timezone: timezoneSchema.nullable().optional(),
  /** All of them: what is not named is gone. */
  externalIds: externalIdsSchema.optional(),
});

/** The telephone PIN, typed twice; only ever written, never read. */
const newPinFields = { phonePin: pinSchema.optional(), phonePinConfirmation: pinSchema.optional() };

export const userInputSchema = personSchema.extend(newPinFields);
export const userPatchSchema = personSchema.partial().extend({
  ...newPinFields,
  /** null: no PIN; mailboxes made later get a random one. */
  phonePin: pinSchema.nullable().optional(),
});

/** Fields through which somebody gets into an account: a name to log in with, addresses that links and codes are sent to. */
export const WAYS_IN = ['username', 'email', 'personalContact'] as const;

/** What `createUser` and `updateUser` take: the PIN goes through `phonePinOf`. */
export type UserInput = z.infer<typeof personSchema>;
export type UserPatch = Omit<z.infer<typeof userPatchSchema>, 'phonePin' | 'phonePinConfirmation'>;
