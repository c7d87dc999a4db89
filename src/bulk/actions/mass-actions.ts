import { randomBytes } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { v7 as uuid } from 'uuid';
import { fieldErrors } from '../../domain/rule.ts';
import { LinekeeperError } from '../../errors.ts';
import { recordAudit } from '../../store/audit-log.ts';
import type { Caller } from '../../store/caller.ts';
import {
  freezeSelection,
  notSelected,
  type Selected,
  type WaitingRow,
  waitingRows,
} from '../../store/job-selection.ts';
import { createJob, findJob, type JobRecord, prepareJob } from '../../store/jobs.ts';
import type { MassAction } from '../../store/mass-action.ts';
import { hashToken } from '../../store/tokens.ts';
import type { DryRunError, DryRunSummary } from '../dry-run.ts';
import type { EngineDeps } from '../jobs/kind.ts';
import type { JobLimits } from '../jobs/limits.ts';
import { addPlan, noPlan, type PlanSummary } from '../plan-summary.ts';
import { sizeOf } from './action-kind.ts';
import { type ActionOptions, actionOptionsOf, type Selection } from './options.ts';
import { type Tried, tryRows } from './try-rows.ts';

/** Objects that a preview looks at: a chunk is tried in some hundred milliseconds, 100,000 objects are not. */
const PREVIEW_ROWS = 200;
const SAMPLE = 20;
/** How long a preview may be confirmed (milliseconds). */
const PREVIEW_MS = 24 * 60 * 60 * 1000;

export interface NewAction {
  companyId: string;
  action: string;
  params: unknown;
  selection: Selection;
  /** `selection` as its list understands it. */
  selected: Selected;
  limits: JobLimits;
  name: string | null;
}

/** What an action would do, as far as its first objects tell. */
export interface ActionPreview {
  /** Objects in all. */
  count: number;
  /** Objects that were tried; the figures below are of these. */
  tried: number;
  updated: number;
  unchanged: number;
  failed: number;
  sample: {
    id: string;
    name: string;
    result: string;
    changes: Record<string, unknown> | null;
    errors: { column: string; code: string; message: string }[];
  }[];
  plan: PlanSummary;
  /** Starts the job: whoever has it has seen this. */
  token: string;
  expiresAt: string;
}

/** Jobs that do one thing to many objects. Callers have judged who may see which company. */
export interface MassActions {
  readonly list: readonly MassAction[];
  /** @throws NOT_FOUND */
  find(name: string): MassAction;
  /** Writes down what it will be done to. @throws SELECTION_EMPTY, REFERENCE_INVALID, VALIDATION_FAILED */
  create(caller: Caller, action: NewAction): Promise<JobRecord>;
  /** Does the first of it, rolls it back and tells. Another preview replaces the one before. @throws JOB_STATE_INVALID */
  preview(id: string, caller: Caller, signal: AbortSignal): Promise<ActionPreview>;
  /** @throws PREVIEW_TOKEN_INVALID */
  confirm(job: JobRecord, token: string): void;
  /** Does all of it and rolls it back. @throws JOB_STATE_INVALID */
  dryRun(id: string, caller: Caller, signal: AbortSignal): Promise<AsyncGenerator<DryRunError[], DryRunSummary>>;
}

export function createMassActions(deps: EngineDeps, actions: ReadonlyMap<string, MassAction>): MassActions {
  const { db } = deps;

  function find(name: string): MassAction {
    const action = actions.get(name);
    if (action !== undefined) return action;
    throw new LinekeeperError('NOT_FOUND', `there is no action called ${name}`, {
      details: { actions: [...actions.keys()] },
    });
  }

  /** The job as it would run by the rights of whoever looks at it. */
  async function ready(id: string, caller: Caller): Promise<JobRecord> {
    const job = await findJob(db.read, id);
    if (job === undefined || job.type !== 'action') throw new LinekeeperError('NOT_FOUND', 'there is no such job');
    if (job.state !== 'ready') {
      throw new LinekeeperError('JOB_STATE_INVALID', `a job that is ${job.state} has no preview`, {
        details: { state: job.state },
      });
    }
    return { ...job, startedBy: caller.id };
  }

  async function* parts(job: JobRecord, limit: number, signal: AbortSignal): AsyncGenerator<Tried> {
    const action = find(job.kind);
    const size = sizeOf(action, Math.min(deps.chunkRows, limit));
    let left = action.isWhole === true ? Number.MAX_SAFE_INTEGER : limit;
    for (let after = 0; left > 0; ) {
      const rows = await waitingRows(db, job.id, after, Math.min(size, left));
      const last = rows.at(-1);
      if (last === undefined) return;
      yield* tryRows(deps, job, action, rows, signal);
      after = last.line;
      left -= rows.length;
      await breathe();
    }
  }

  return {
    list: [...actions.values()],
    find,
    async create(caller, { companyId, action: name, params: given, selection, selected, limits, name: title }) {
      const action = find(name);
      const params = checked(action, given);
      const id = uuid();
      const { actor } = caller;
      const options: ActionOptions = { params, selection, name: title };
      await db.write(async (tx) => {
        await action.check?.(tx, { companyId, caller }, params);
        await createJob(tx, {
          ...{ id, type: 'action', kind: name, companyId, actor, total: 0 },
          options: JSON.stringify(options),
          limits: JSON.stringify(limits),
        });
        const total = await freezeSelection(tx, { id, companyId }, action.on, selected);
        if ('ids' in selected) await refuseStrangers(notSelected(tx, id, selected.ids));
        if (total === 0) throw new LinekeeperError('SELECTION_EMPTY', 'nothing is selected: no object fits');
        await prepareJob(tx, id, { total });
        const details = { kind: name, rows: total, ...(title === null ? {} : { name: title }) };
        await recordAudit(tx, [{ actor, action: 'job.created', objectType: 'job', objectId: id, companyId, details }]);
      });
      return (await findJob(db.read, id)) as JobRecord;
    },
    async preview(id, caller, signal) {
      const job = await ready(id, caller);
      const found = { updated: 0, unchanged: 0, failed: 0 };
      const sample: ActionPreview['sample'] = [];
      const plan = noPlan();
      let tried = 0;
      for await (const part of parts(job, PREVIEW_ROWS, signal)) {
        tried += part.rows.length;
        addPlan(plan, part.plan);
        for (const { result } of part.outcomes) found[result === 'created' ? 'updated' : result]++;
        if (sample.length < SAMPLE) sample.push(...shown(part).slice(0, SAMPLE - sample.length));
      }
      const token = randomBytes(16).toString('base64url');
      const until = Date.now() + PREVIEW_MS;
      await db.write(async (tx) => {
        const now = await findJob(tx, id);
        if (now?.state !== 'ready') throw new LinekeeperError('JOB_STATE_INVALID', 'the job was started meanwhile');
        const options: ActionOptions = { ...actionOptionsOf(now), preview: { hash: hashToken(token), until } };
        await prepareJob(tx, id, { options: JSON.stringify(options) });
      });
      const expiresAt = new Date(until).toISOString();
      return { count: job.total ?? 0, tried, ...found, sample, plan, token, expiresAt };
    },
    confirm(job, token) {
      const { preview } = actionOptionsOf(job);
      if (preview !== undefined && preview.hash === hashToken(token) && preview.until > Date.now()) return;
      throw new LinekeeperError(
        'PREVIEW_TOKEN_INVALID',
        'a job is started with the token of its newest preview: look at the preview first',
      );
    },
    async dryRun(id, caller, signal) {
      const job = await ready(id, caller);
      return allOf(parts(job, Number.MAX_SAFE_INTEGER, signal));
    },
  };
}

function checked(action: MassAction, given: unknown): unknown {
  const params = action.params.safeParse(given);
  if (params.success) return params.data;
  const fields = fieldErrors(params.error).map(({ path, ...others }) => ({ path: `params.${path}`, ...others }));
  throw new LinekeeperError('VALIDATION_FAILED', `${fields[0]?.path}: ${fields[0]?.message}`, { fields });
}

async function refuseStrangers(strangers: Promise<string[]>): Promise<void> {
  const missing = await strangers;
  if (missing.length === 0) return;
  const message = `there is no such object in the company: ${missing[0]}`;
  throw new LinekeeperError('REFERENCE_INVALID', message, {
    fields: [{ path: 'selection.ids', code: 'REFERENCE_INVALID', message }],
    details: { missing: missing.slice(0, 20), count: missing.length },
  });
}

function shown({ rows, outcomes, results }: Tried): ActionPreview['sample'] {
  const changes = new Map(results.map((result) => [result.id, result.changes ?? null]));
  return rows.map(({ id, name }: WaitingRow, at) => ({
    id,
    name,
    result: outcomes[at]?.result ?? 'failed',
    changes: changes.get(id) ?? null,
    errors: (outcomes[at]?.errors ?? []) as ActionPreview['sample'][number]['errors'],
  }));
}

async function* allOf(parts: AsyncGenerator<Tried>): AsyncGenerator<DryRunError[], DryRunSummary> {
  const tally = { rows: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, failed: 0 };
  const plan = noPlan();
  for await (const part of parts) {
    tally.rows += part.rows.length;
    addPlan(plan, part.plan);
    for (const { result } of part.outcomes) tally[result]++;
    const errors = shown(part).flatMap(({ name, errors: list }, at) =>
      list.map((error) => ({ line: part.rows[at]?.line ?? 0, name, ...error })),
    );
    if (errors.length > 0) yield errors;
  }
  return { ...tally, plan };
}
