import { z } from 'zod';
import { EMPTY_CELLS, EXISTING_STRATEGIES } from '../../bulk/options.ts';
import { rule } from '../../domain/rule.ts';
import { text } from '../../domain/text.ts';
import { ROW_RESULTS } from '../../store/job-rows.ts';
import { flagSchema, idSchema, timeSchema, versionSchema } from './common.ts';

const cellErrorSchema = z.strictObject({
  column: z.string().meta({ description: 'Of the file; empty when it is about the row as a whole.' }),
  code: z.string(),
  message: z.string(),
});

export const importView = z
  .strictObject({
    id: idSchema,
    companyId: idSchema,
    actor: z.string(),
    name: z.string().nullable(),
    state: z.enum(['uploaded', 'running', 'paused', 'canceling', 'canceled', 'done', 'failed', 'undoing', 'undone']),
    isQueued: z.boolean().meta({ description: 'Waits behind another import of its company.' }),
    strategy: z.enum(EXISTING_STRATEGIES),
    allowWeakPins: z.boolean(),
    allowWeakSecrets: z.boolean(),
    emptyCells: z.enum(EMPTY_CELLS),
    source: z
      .string()
      .meta({ description: 'Format of the file: "linekeeper", "json-lines", "freepbx-extensions" ...' }),
    notes: z.int().meta({ description: 'What could not be carried over; see the report.' }),
    file: z.strictObject({
      bytes: z.int(),
      charset: z.string(),
      delimiter: z.string(),
      columns: z.array(z.string()),
    }),
    total: z.int(),
    processed: z.int(),
    created: z.int(),
    updated: z.int(),
    unchanged: z.int(),
    skipped: z.int(),
    failed: z.int(),
    undone: z.int(),
    undoRefused: z.int(),
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
  })
  .meta({ id: 'Import' });

export const importReport = z
  .strictObject({
    source: z.string(),
    title: z.string(),
    notes: z.int().meta({ description: 'All of them; the first hundreds are kept.' }),
    unread: z.array(z.strictObject({ name: z.string(), rows: z.int() })).meta({
      description: 'Columns and settings that were not read, with the rows that say something there.',
    }),
    rows: z.array(
      z.strictObject({
        line: z.int().meta({ description: 'Of the file as it was sent.' }),
        column: z.string(),
        code: z.enum(['NOT_CARRIED', 'CHANGED', 'ROW_SKIPPED']),
        message: z.string(),
      }),
    ),
  })
  .meta({ id: 'ImportReport' });

export const importRowView = z
  .strictObject({
    line: z.int().meta({ description: 'Of the file, where the record starts.' }),
    result: z.enum(ROW_RESULTS),
    extension: z.string().nullable(),
    extensionId: idSchema.nullable(),
    errors: z.array(cellErrorSchema),
  })
  .meta({ id: 'ImportRow' });

export const dryRunReport = z
  .strictObject({
    import: importView,
    errors: z.array(cellErrorSchema.extend({ line: z.int(), extension: z.string().nullable() })),
    summary: z.strictObject({
      rows: z.int(),
      created: z.int(),
      updated: z.int(),
      unchanged: z.int(),
      skipped: z.int(),
      failed: z.int(),
      plan: z.strictObject({
        counts: z.record(z.string(), z.int()).meta({ description: 'Such as {"create endpoint": 120}.' }),
        sample: z.array(z.strictObject({ op: z.string(), ref: z.string(), after: z.string().nullable() })),
      }),
    }),
  })
  .meta({ id: 'ImportDryRun', description: 'Every error of every row, then the counts. Nothing was written.' });

const limit = rule(z.string(), 'TYPE_INVALID', 'must be a whole number from 1 to 500', (v) => {
  return /^[0-9]{1,3}$/.test(v) && Number(v) >= 1 && Number(v) <= 500;
}).transform(Number);
const cursor = z.string().max(1000).optional().meta({ description: '`nextCursor` of the page before.' });

export const importsQuery = z.strictObject({
  companyId: z.string().max(64).optional(),
  limit: limit.default(50),
  cursor,
});

const results: ReadonlySet<string> = new Set(ROW_RESULTS);
export const importRowsQuery = z.strictObject({
  result: rule(z.string(), 'VALUE_UNKNOWN', `must be of ${ROW_RESULTS.join(', ')}, joined by commas`, (v) =>
    v.split(',').every((name) => results.has(name)),
  )
    .transform((v) => v.split(',') as (typeof ROW_RESULTS)[number][])
    .optional(),
  limit: limit.default(50),
  cursor,
});

export const uploadQuery = z
  .strictObject({
    companyId: z.string().max(64).optional().meta({ description: 'May be left out by a token of one company.' }),
    strategy: z.enum(EXISTING_STRATEGIES).default('fail').meta({ description: 'For extensions that exist already.' }),
    allowWeakPins: flagSchema.optional().meta({ description: 'true: take PINs that are easily guessed.' }),
    allowWeakSecrets: flagSchema.optional().meta({
      description: 'true: take SIP secrets of another system, 4 to 128 printable ASCII characters.',
    }),
    emptyCells: z.enum(EMPTY_CELLS).default('keep').meta({
      description: 'clear: an empty cell clears what it can. For our own CSV; JSON has null.',
    }),
    name: text(120).optional().meta({ description: 'What you call the file.' }),
    dryRun: flagSchema.optional().meta({ description: 'true: answer with all errors and the plan. The file is kept.' }),
    start: flagSchema.optional().meta({ description: 'true: start at once.' }),
  })
  .refine((query) => !(query.dryRun === true && query.start === true), {
    error: 'a dry run does not start the import',
    path: ['start'],
    params: { code: 'START_IN_DRY_RUN' },
  });

export const dryRunQuery = z.strictObject({
  format: z.enum(['json', 'csv']).default('json').meta({ description: 'csv: the errors only.' }),
});
