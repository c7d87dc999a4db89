import { z } from 'zod';
import { EMPTY_CELLS, EXISTING_STRATEGIES, LIST_MODES } from '../../bulk/options.ts';
import { IMPORT_TABLES } from '../../bulk/tables/shape.ts';
import { text } from '../../domain/text.ts';
import { flagSchema } from './common.ts';
import { dryRunErrors, dryRunSummary, jobFields, jobPaging } from './jobs.ts';

export const importView = z
  .strictObject({
    ...jobFields,
    table: z.enum(IMPORT_TABLES).meta({ description: 'What the file is about.' }),
    name: z.string().nullable(),
    strategy: z.enum(EXISTING_STRATEGIES),
    allowWeakPins: z.boolean(),
    allowWeakSecrets: z.boolean(),
    emptyCells: z.enum(EMPTY_CELLS),
    source: z
      .string()
      .meta({ description: 'Format of the file: "linekeeper", "json-lines", "freepbx-extensions" ...' }),
    notes: z.int().meta({ description: 'What could not be carried over; see the report.' }),
    lists: z.enum(LIST_MODES),
    createGroups: z.boolean(),
    file: z.strictObject({
      bytes: z.int(),
      charset: z.string(),
      delimiter: z.string(),
      columns: z.array(z.string()),
    }),
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

export const dryRunReport = z
  .strictObject({ import: importView, errors: dryRunErrors, summary: dryRunSummary })
  .meta({ id: 'ImportDryRun', description: 'Every error of every row, then the counts. Nothing was written.' });

export const importsQuery = z.strictObject({ companyId: z.string().max(64).optional(), ...jobPaging });

export const uploadQuery = z
  .strictObject({
    companyId: z.string().max(64).optional().meta({ description: 'May be left out by a token of one company.' }),
    table: z
      .enum(IMPORT_TABLES)
      .optional()
      .meta({ description: 'What the file is about; left out, its header says so.' }),
    strategy: z.enum(EXISTING_STRATEGIES).optional().meta({
      description: 'For what exists already. Left out: fail for extensions, update for everything else.',
    }),
    lists: z.enum(LIST_MODES).optional().meta({
      description: 'replace (the default): a cell of roles, groups, labels or ids names all of them. add: some more.',
    }),
    createGroups: flagSchema.optional().meta({ description: 'true: groups that do not exist are created.' }),
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

export const templateQuery = z.strictObject({ table: z.enum(IMPORT_TABLES).default('extensions') });

export const dryRunQuery = z.strictObject({
  format: z.enum(['json', 'csv']).default('json').meta({ description: 'csv: the errors only.' }),
});
