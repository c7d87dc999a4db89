import { z } from 'zod';
import { BOM, csvLine } from '../../bulk/csv/write.ts';
import { LinekeeperError } from '../../errors.ts';
import { type BucketPoint, readBuckets } from '../../store/live-buckets.ts';
import { mustSee } from '../access.ts';
import { historyView } from '../schemas/live.ts';
import type { App, HttpDeps } from '../types.ts';

const STEP_MS = { minute: 60_000, hour: 3_600_000 } as const;
/** A fortnight of minutes. */
const MOST_POINTS = 20_160;
const DAY_MS = 86_400_000;

const time = z.iso
  .datetime({ offset: true })
  .transform((iso) => Date.parse(iso))
  .optional();
const query = z.strictObject({
  companyId: z.string().max(64).optional().meta({ description: 'Left out: all that the caller may see.' }),
  from: time.meta({ description: 'Default: a day before `to`.' }),
  to: time.meta({ description: 'Default: now.' }),
  resolution: z.enum(['minute', 'hour']).default('hour'),
});

const FIGURES = ['callsMax', 'calls', 'answered', 'registered'] as const;
const COLUMNS = ['at', ...FIGURES, 'heard'];

/** Figures for graphs. */
export function historyRoutes(app: App, { db }: HttpDeps): void {
  const schema = {
    tags: ['live'],
    operationId: 'getHistory',
    summary: 'Calls and registered phones over time, for graphs',
    description: 'As CSV with `Accept: text/csv`. Where the PBX was not heard the figures are null (CSV: empty).',
    querystring: query,
    response: {
      200: {
        description: 'A point for each minute or hour.',
        content: { 'application/json': { schema: historyView }, 'text/csv': { schema: z.string() } },
      },
    },
  };
  app.get('/history', { config: { scope: 'calls:read' as const }, schema }, async (request, reply) => {
    const { resolution, companyId = request.principal.companyId } = request.query;
    if (companyId !== undefined)
      await db.read.$transaction((tx) => mustSee(tx, request.principal, 'company', companyId));
    const step = STEP_MS[resolution];
    const to = ceil(request.query.to ?? Date.now(), step);
    const from = floor(request.query.from ?? to - DAY_MS, step);
    checkRange(from, to, step);
    const found = await readBuckets(db.read, { companyId, seconds: step === 60_000 ? 60 : 3600, from, to });
    const points = withGaps(found, from, to, step);
    if (!wantsCsv(request.headers.accept)) {
      const times = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
      return { companyId: companyId ?? null, resolution, ...times, points };
    }
    reply.header('content-type', 'text/csv; charset=utf-8').header('cache-control', 'no-store');
    reply.header('content-disposition', 'attachment; filename="history.csv"');
    // Times and numbers of ours: nothing that a spreadsheet could take for a formula.
    const lines = points.map((point) =>
      csvLine([point.at, ...FIGURES.map((name) => String(point[name] ?? '')), String(point.heard)], ','),
    );
    return BOM + csvLine(COLUMNS, ',') + lines.join('');
  });
}

/** A point for each step, also where there is nothing to show. */
function withGaps(found: readonly BucketPoint[], from: number, to: number, step: number) {
  const byTime = new Map(found.map((point) => [point.at, point]));
  const points = [];
  for (let at = from; at < to; at += step) {
    const { callsMax = null, calls = null, answered = null, registered = null, heard = 0 } = byTime.get(at) ?? {};
    points.push({ at: new Date(at).toISOString(), callsMax, calls, answered, registered, heard });
  }
  return points;
}

function checkRange(from: number, to: number, step: number): void {
  const problem =
    to <= from ? 'must be before `to`' : (to - from) / step > MOST_POINTS ? `at most ${MOST_POINTS} points` : undefined;
  if (problem === undefined) return;
  throw new LinekeeperError('VALIDATION_FAILED', `from: ${problem}`, {
    fields: [{ path: 'from', code: 'RANGE_INVALID', message: problem }],
  });
}

function wantsCsv(accept: string | undefined): boolean {
  return /(^|,)\s*text\/csv\b/i.test(accept ?? '');
}

function floor(at: number, step: number): number {
  return at - (((at % step) + step) % step);
}

function ceil(at: number, step: number): number {
  return floor(at + step - 1, step);
}
