import { z } from 'zod';
import type { JobRecord } from '../../store/jobs.ts';

/** What an action is to be done to: named objects, all that a list's filters find, or all there are. */
export const selectionSchema = z.union([
  z.strictObject({ ids: z.array(z.string().max(64)).min(1).max(10_000) }),
  z.strictObject({
    filter: z
      .record(z.string().max(40), z.union([z.string().max(1000), z.number(), z.boolean()]))
      .meta({ description: 'Filters of the list and `q`, as in its query.' }),
  }),
  z.strictObject({ all: z.literal(true) }),
]);
export type Selection = z.infer<typeof selectionSchema>;

/** What a job keeps of a mass action, as JSON in `Job.options`. */
export interface ActionOptions {
  params: unknown;
  selection: Selection;
  /** What the operator calls it; for people only. */
  name: string | null;
  /** SHA-256 of the token of the newest preview, and until when it is good (milliseconds since 1970). */
  preview?: { hash: string; until: number };
}

export function actionOptionsOf(job: Pick<JobRecord, 'options'>): ActionOptions {
  return JSON.parse(job.options) as ActionOptions;
}
