import { z } from 'zod';
import { CLASSES_OF_SERVICE } from '../../domain/extension.ts';
import { NUMBER_STATES } from '../../domain/phone-number.ts';
import { ACCOUNT_KINDS } from '../../domain/sip-account.ts';
import { idSchema, syncSchema, timeSchema, versionSchema } from './common.ts';

const stamps = { version: versionSchema, createdAt: timeSchema, updatedAt: timeSchema };

export const accountView = z
  .strictObject({
    ordinal: z.int(),
    endpoint: z.string().meta({ description: 'User name under which the device registers.' }),
    label: z.string().nullable(),
    kind: z.enum(ACCOUNT_KINDS),
    codecs: z.array(z.string()).nullable().meta({ description: 'null: the default of the kind.' }),
    maxContacts: z.int(),
    rotatedAt: timeSchema.meta({ description: 'When the secret was made.' }),
    rotatingSince: timeSchema
      .nullable()
      .meta({ description: 'A new secret waits for its desk phone; until that has it, both are good.' }),
    createdAt: timeSchema,
  })
  .meta({ id: 'SipAccount' });

/** An account by itself: with the sync state and the version of its extension. */
export const accountDetailView = accountView
  .extend({ extensionId: idSchema, sync: syncSchema, version: versionSchema })
  .meta({ id: 'SipAccountDetail' });

const mailboxFields = {
  address: z.string(),
  email: z.string().nullable(),
  attach: z.boolean(),
  deleteAfterMail: z.boolean(),
  timezone: z.string().nullable(),
  enabled: z.boolean(),
  pinSource: z
    .enum(['api', 'import', 'job', 'phone', 'undo'])
    .meta({ description: 'Where the PIN came from. It is never shown.' }),
  pinChangedAt: timeSchema,
  version: versionSchema,
};

export const mailboxView = z
  .strictObject({
    extensionId: idSchema,
    companyId: idSchema,
    extension: z.string(),
    displayName: z.string(),
    ...mailboxFields,
    sync: syncSchema,
  })
  .meta({ id: 'Mailbox' });

export const extensionView = z
  .strictObject({
    id: idSchema,
    companyId: idSchema,
    number: z.string(),
    displayName: z.string(),
    callerIdName: z.string().nullable(),
    user: z.strictObject({ id: idSchema, username: z.string(), name: z.string() }).nullable(),
    site: z.strictObject({ id: idSchema, name: z.string() }).nullable(),
    ringSeconds: z.int(),
    forwardAlways: z.string().nullable(),
    forwardBusy: z.string().nullable(),
    forwardNoAnswer: z.string().nullable(),
    doNotDisturb: z.boolean(),
    classOfService: z.enum(CLASSES_OF_SERVICE),
    pickupGroup: z.string().nullable(),
    enabled: z.boolean(),
    suspended: z.boolean().meta({ description: 'Its user is disabled: no phone of it works.' }),
    suspendedForward: z.string().nullable().meta({
      description: 'Where callers go meanwhile: an extension, a number, `nothing`; null: the mailbox, if there is one.',
    }),
    accounts: z.array(accountView),
    mailbox: z.strictObject(mailboxFields).nullable(),
    phoneNumbers: z.array(z.strictObject({ id: idSchema, e164: z.string() })),
    sync: syncSchema,
    ...stamps,
  })
  .meta({ id: 'Extension' });

export const credentialsSchema = z
  .strictObject({
    endpoint: z.string().optional().meta({ description: 'SIP user name.' }),
    secret: z.string().optional().meta({ description: 'SIP secret.' }),
    pin: z.string().optional().meta({ description: 'PIN of the mailbox, when we chose it.' }),
  })
  .meta({ id: 'Credentials', description: 'Shown in this answer only.' });

export const numberView = z
  .strictObject({
    id: idSchema,
    companyId: idSchema,
    e164: z.string(),
    state: z.enum(NUMBER_STATES),
    extension: z.strictObject({ id: idSchema, number: z.string(), displayName: z.string() }).nullable(),
    note: z.string().nullable(),
    quarantinedUntil: timeSchema.nullable(),
    sync: syncSchema,
    ...stamps,
  })
  .meta({ id: 'PhoneNumber' });

export const numberEventView = z
  .strictObject({
    at: timeSchema,
    actor: z.string(),
    fromState: z.enum(NUMBER_STATES).nullable(),
    toState: z.enum(NUMBER_STATES),
    extension: z.string().nullable().meta({ description: 'Number of the extension at that time.' }),
  })
  .meta({ id: 'PhoneNumberEvent' });
