import { z } from 'zod';
import type { JobRecord } from '../../store/jobs.ts';

/** How carefully a job goes on. All are optional: without them it runs to its end as fast as it can. */
export const jobLimitsSchema = z.strictObject({
  canary: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .meta({ description: 'Pause after so many rows; resume does the rest.' }),
  maxErrorShare: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .meta({ description: 'Pause when a larger share of the rows fails (looked at from 20 rows on).' }),
  rowsPerSecond: z.int().min(1).max(10_000).optional().meta({ description: 'Not faster than this.' }),
});
export type JobLimits = z.infer<typeof jobLimitsSchema>;

export function limitsOf(job: Pick<JobRecord, 'limits'>): JobLimits {
  return JSON.parse(job.limits) as JobLimits;
}
