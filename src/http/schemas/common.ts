import { z } from 'zod';

export const idSchema = z.string().meta({ description: 'UUID', examples: ['0199c5a1-2f7e-7c3b-9d0e-3f1b5a7c9e11'] });
export const timeSchema = z.iso.datetime().meta({ description: 'ISO 8601, UTC' });
export const versionSchema = z.int().meta({ description: 'Grows with every change; what If-Match compares.' });

export const SYNC_STATES = ['pending', 'synced', 'waiting', 'failed'] as const;

/** How far the PBX has followed. */
export const syncSchema = z
  .strictObject({
    state: z.enum(SYNC_STATES),
    code: z.string().optional(),
    reason: z.string().optional(),
    since: timeSchema.optional(),
  })
  .meta({
    id: 'Sync',
    description:
      'synced: read back from the PBX. waiting: likewise, and an endpoint of its name must still be taken out of ' +
      'pjsip.conf. failed: refused, with the reason; it is retried.',
  });

const planChangeSchema = z.strictObject({
  op: z.enum(['create', 'update', 'delete']),
  ref: z.string(),
  cause: z.enum(['wanted', 'drift']),
  before: z.string().nullable(),
  after: z.string().nullable(),
});

export const planSchema = z
  .strictObject({
    id: z.string(),
    needsApproval: z.boolean(),
    changes: z.array(planChangeSchema),
    refusals: z.array(z.strictObject({ ref: z.string(), code: z.string(), reason: z.string() })),
    drift: z.array(z.strictObject({ ref: z.string(), kind: z.string(), action: z.string() })),
  })
  .meta({ id: 'Plan', description: 'What would change on the PBX. Secrets and PINs are masked.' });

export const dryRunSchema = z
  .strictObject({ dryRun: z.literal(true), plan: planSchema })
  .meta({ id: 'DryRun', description: 'Answer to ?dryRun=true: nothing was changed.' });

export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    instance: z.string().meta({ description: 'Id of the request, as in X-Request-Id and in the log.' }),
    errors: z.array(z.strictObject({ path: z.string(), code: z.string(), message: z.string() })).optional(),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

/** A flag in a query string: nothing but these two words. */
export const flagSchema = z.enum(['true', 'false']).transform((word) => word === 'true');

export const noQuery = z.strictObject({});
export const writeQuery = z.strictObject({
  dryRun: flagSchema.optional().meta({ description: 'true: answer with the plan, change nothing.' }),
});
export const pinQuery = writeQuery.extend({
  allowWeakPins: flagSchema.optional().meta({ description: 'true: take a PIN that is easily guessed.' }),
});
export const idParams = z.strictObject({ id: z.string().max(64) });

/** Of a new object of a company. */
export const companyIdField = {
  companyId: z.string().max(64).optional().meta({ description: 'May be left out by a token of one company.' }),
};

/** For actions that take no body: none, or an empty object. */
export const noBody = z.strictObject({}).nullish();

const prefer = z
  .string()
  .optional()
  .meta({ description: 'wait=N: answer when the PBX has it, after N seconds at most.' });
const ifMatch = z.string().max(60).optional().meta({ description: 'ETag of what you saw; 412 when it has changed.' });
export const postHeaders = z.looseObject({
  'idempotency-key': z.string().optional().meta({ description: 'Makes a repeated request safe for 24 hours.' }),
  prefer,
});
export const patchHeaders = z.looseObject({ 'if-match': ifMatch, prefer });
export const actionHeaders = z.looseObject({ ...postHeaders.shape, 'if-match': ifMatch });
export const getHeaders = z.looseObject({ 'if-none-match': z.string().optional() });

export const deletedSchema = z.strictObject({ sync: syncSchema });
