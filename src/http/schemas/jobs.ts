import { z } from 'zod';
import { selectionSchema } from '../../bulk/actions/options.ts';
import { jobLimitsSchema } from '../../bulk/jobs/limits.ts';
import { rule } from '../../domain/rule.ts';
import { text } from '../../domain/text.ts';
import { ROW_RESULTS } from '../../store/job-rows.ts';
import { JOB_STATES, JOB_TYPES } from '../../store/jobs.ts';
import { MASS_OBJECTS } from '../../store/mass-action.ts';
import { companyIdField, idSchema, timeSchema, versionSchema } from './common.ts';

export const cellErrorSchema = z.strictObject({
  column: z.string().meta({ description: 'Of a file, or a field; empty when it is about the row as a whole.' }),
  code: z.string(),
  message: z.string(),
});

const pauseSchema = z.strictObject({
  because: z.enum(['operator', 'canary', 'errors', 'rights']),
  reason: z.string(),
});

/** What all jobs show. */
export const jobFields = {
  id: idSchema,
  type: z.enum(JOB_TYPES),
  kind: z.string().meta({ description: "What an import's file is about, or the name of an action." }),
  companyId: idSchema,
  actor: z.string(),
  state: z.enum(JOB_STATES),
  isQueued: z.boolean().meta({ description: 'Waits behind another job of its company.' }),
  pause: pauseSchema.nullable().meta({ description: 'Why it is paused.' }),
  limits: jobLimitsSchema,
  total: z.int(),
  processed: z.int(),
  created: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  skipped: z.int(),
  failed: z.int(),
  undone: z.int(),
  undoRefused: z.int(),
  canUndo: z.boolean().meta({ description: 'Whether what it did can be taken back at all.' }),
  rowsPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  waitingFor: z.strictObject({ code: z.string(), message: z.string() }).nullable().meta({
    description: 'The disk is full or the database is locked; it goes on by itself.',
  }),
  error: z.string().nullable(),
  credentials: z.enum(['none', 'available', 'taken']),
  version: versionSchema,
  createdAt: timeSchema,
  startedAt: timeSchema.nullable(),
  finishedAt: timeSchema.nullable(),
};

export const jobView = z.strictObject(jobFields).meta({ id: 'Job' });

export const jobRowView = z
  .strictObject({
    line: z
      .int()
      .meta({ description: 'Of the file, where the record starts; of an action the place in its selection.' }),
    result: z.enum(ROW_RESULTS),
    name: z.string().nullable().meta({ description: 'Extension number, user name.' }),
    objectId: idSchema.nullable(),
    errors: z.array(cellErrorSchema),
  })
  .meta({ id: 'JobRow' });

export const planSummary = z.strictObject({
  counts: z.record(z.string(), z.int()).meta({ description: 'Such as {"create endpoint": 120}.' }),
  sample: z.array(z.strictObject({ op: z.string(), ref: z.string(), after: z.string().nullable() })),
});

export const dryRunErrors = z.array(cellErrorSchema.extend({ line: z.int(), name: z.string().nullable() }));
export const dryRunSummary = z.strictObject({
  rows: z.int(),
  created: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  skipped: z.int(),
  failed: z.int(),
  plan: planSummary,
});

export const jobDryRun = z
  .strictObject({ job: jobView, errors: dryRunErrors, summary: dryRunSummary })
  .meta({ id: 'JobDryRun', description: 'Every error of every row, then the counts. Nothing was written.' });

const limit = rule(z.string(), 'TYPE_INVALID', 'must be a whole number from 1 to 500', (v) => {
  return /^[0-9]{1,3}$/.test(v) && Number(v) >= 1 && Number(v) <= 500;
}).transform(Number);
export const jobPaging = {
  limit: limit.default(50),
  cursor: z.string().max(1000).optional().meta({ description: '`nextCursor` of the page before.' }),
};

/** Words of a list, joined by commas. */
function words<const T extends readonly string[]>(known: T) {
  const all: ReadonlySet<string> = new Set(known);
  return rule(z.string(), 'VALUE_UNKNOWN', `must be of ${known.join(', ')}, joined by commas`, (v) =>
    v.split(',').every((name) => all.has(name)),
  ).transform((v) => v.split(',') as T[number][]);
}

export const jobsQuery = z.strictObject({
  companyId: z.string().max(64).optional(),
  type: z.enum(JOB_TYPES).optional(),
  kind: z.string().max(60).optional(),
  state: words(JOB_STATES).optional(),
  ...jobPaging,
});

export const jobRowsQuery = z.strictObject({ result: words(ROW_RESULTS).optional(), ...jobPaging });

export const newJobSchema = z.strictObject({
  ...companyIdField,
  action: z.string().max(60).meta({ description: 'Name of a mass action, see `/mass-actions`.' }),
  params: z.record(z.string().max(60), z.unknown()).optional().meta({ description: 'What the action needs to know.' }),
  selection: selectionSchema,
  limits: jobLimitsSchema.optional(),
  name: text(120).optional().meta({ description: 'What you call it.' }),
});

export const startJobSchema = z.strictObject({
  token: z.string().max(100).meta({ description: 'Of the newest preview.' }),
});

export const previewView = z
  .strictObject({
    count: z.int().meta({ description: 'Objects in all.' }),
    tried: z.int().meta({ description: 'Objects that were tried: the figures below are of these.' }),
    updated: z.int(),
    unchanged: z.int(),
    failed: z.int(),
    sample: z.array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        result: z.string(),
        changes: z
          .record(z.string(), z.unknown())
          .nullable()
          .meta({ description: 'Before and after, secrets masked.' }),
        errors: z.array(cellErrorSchema),
      }),
    ),
    plan: planSummary,
    token: z.string().meta({ description: 'Starts the job: whoever has it has seen this.' }),
    expiresAt: timeSchema,
  })
  .meta({ id: 'JobPreview' });

export const massActionView = z
  .strictObject({
    name: z.string(),
    on: z.enum(MASS_OBJECTS),
    title: z.string(),
    needs: z.string().meta({ description: 'The permission, besides bulk:write.' }),
    canUndo: z.boolean(),
    params: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of `params`.' }),
  })
  .meta({ id: 'MassAction' });
