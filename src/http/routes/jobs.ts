import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { MassActions } from '../../bulk/actions/mass-actions.ts';
import { dryRunJson } from '../../bulk/dry-run-text.ts';
import type { Jobs } from '../../bulk/jobs/jobs.ts';
import type { JobAction } from '../../bulk/jobs/state.ts';
import type { JobRecord } from '../../store/jobs.ts';
import { notFound, sees, targetCompany } from '../access.ts';
import { createAct } from '../act.ts';
import { csvOnly, sendCsv } from '../csv-file.ts';
import { createIdempotency } from '../idempotency.ts';
import { jobRowsPage, newestFirst } from '../job-rows.ts';
import { answerOne } from '../read.ts';
import { mustHold } from '../rights.ts';
import { getRoute } from '../route-options.ts';
import { getHeaders, idParams, noBody, noQuery, postHeaders } from '../schemas/common.ts';
import * as schemas from '../schemas/jobs.ts';
import { pageOf } from '../schemas/list.ts';
import { selectedOf } from '../schemas/selections.ts';
import type { ApiPlugin, App } from '../types.ts';

const SCOPE = 'bulk:write';
const tags = ['jobs'];
const NOTHING = { items: [], total: 0, nextCursor: null };

interface Parts {
  jobs: Jobs;
  actions: MassActions;
}

/** Jobs of all types, and those that do one thing to many objects. */
export function jobRoutes(parts: Parts): ApiPlugin {
  return async (app, deps) => {
    const visible = async (request: FastifyRequest): Promise<JobRecord> => {
      const job = await parts.jobs.find((request.params as { id: string }).id);
      if (!sees(request.principal, job.companyId)) throw notFound('job');
      return job;
    };
    lists(app, parts, visible);
    steps(app, parts, visible);
    downloads(app, parts, visible);

    const { actions, jobs } = parts;
    const act = createAct(deps.db, createIdempotency(deps.db));
    const create = {
      tags,
      operationId: 'createJob',
      summary: 'Prepare a mass action',
      description:
        'What it will be done to is written down now. Nothing is done before it is started with the token of its preview.',
      querystring: noQuery,
      headers: postHeaders.pick({ 'idempotency-key': true }),
      body: schemas.newJobSchema,
      response: { 200: schemas.jobView },
    };
    app.post('/jobs', { config: { scope: SCOPE }, schema: create }, async (request, reply) => {
      const { companyId: wanted, action: name, params = {}, selection, limits = {}, name: title = null } = request.body;
      const { principal } = request;
      const action = actions.find(name);
      mustHold(principal, [action.needs]);
      const companyId = await targetCompany(deps.db.read, principal, wanted);
      const selected = selectedOf(action.on, selection);
      const given = { companyId, action: name, params, selection, selected, limits, name: title };
      return act(request, reply, async () => {
        const job = await actions.create(principal, given);
        reply.header('location', `/api/v1/jobs/${job.id}`);
        return jobs.view(job);
      });
    });
  };
}

type Visible = (request: FastifyRequest) => Promise<JobRecord>;

function lists(app: App, { jobs, actions }: Parts, visible: Visible): void {
  const list = { tags, operationId: 'listJobs', summary: 'Jobs of all types, newest first' };
  const listSchema = { ...list, querystring: schemas.jobsQuery, response: { 200: pageOf(schemas.jobView) } };
  app.get('/jobs', { config: { scope: 'read' }, schema: listSchema }, async (request) => {
    const { companyId, type, kind, state: states } = request.query;
    const own = request.principal.companyId;
    if (own !== undefined && companyId !== undefined && companyId !== own) return NOTHING;
    const found = await newestFirst(request.query, 'jobs', (page) =>
      jobs.list({ companyId: own ?? companyId, type, kind, states, ...page }),
    );
    return { ...found, items: await Promise.all(found.items.map((job) => jobs.view(job))) };
  });

  const get = { tag: 'jobs', operationId: 'getJob', summary: 'One job and how far it is' };
  app.get('/jobs/:id', getRoute(get, schemas.jobView), async (request, reply) =>
    answerOne(request, reply, { ...(await jobs.view(await visible(request))) }),
  );

  const rows = { tags, operationId: 'listJobRows', summary: 'What happened to each row', params: idParams };
  const rowsSchema = { ...rows, querystring: schemas.jobRowsQuery, response: { 200: pageOf(schemas.jobRowView) } };
  app.get('/jobs/:id/rows', { config: { scope: 'read' }, schema: rowsSchema }, async (request) =>
    jobRowsPage(jobs, (await visible(request)).id, request.query),
  );

  const all = { tags, operationId: 'listMassActions', summary: 'What can be done to many at once' };
  const allSchema = {
    ...all,
    querystring: noQuery,
    response: { 200: z.strictObject({ items: z.array(schemas.massActionView) }) },
  };
  const items = actions.list.map(({ name, on, title, needs, undo, params }) => {
    const { $schema: _, ...schema } = z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' });
    return { name, on, title, needs, canUndo: undo !== undefined, params: schema };
  });
  app.get('/mass-actions', { config: { scope: SCOPE }, schema: allSchema }, async () => ({ items }));
}

const STEPS: Record<Exclude<JobAction, 'start'>, string> = {
  pause: 'Pause after the rows that are being written',
  resume: 'Go on, by the rights of the caller',
  cancel: 'End a job; what is done stays',
  undo: 'Take back what a job did, but nothing that was changed since',
};

function steps(app: App, { jobs, actions }: Parts, visible: Visible): void {
  const steered = async (request: FastifyRequest): Promise<JobRecord> => {
    const job = await visible(request);
    mustHold(request.principal, jobs.needs(job));
    return job;
  };
  const common = { tags, params: idParams, querystring: noQuery };

  const start = { ...common, operationId: 'startJob', summary: 'Start a mass action with the token of its preview' };
  const starting = { ...start, body: schemas.startJobSchema, response: { 200: schemas.jobView } };
  app.post('/jobs/:id/start', { config: { scope: SCOPE }, schema: starting }, async (request) => {
    const job = await steered(request);
    if (job.state === 'ready') actions.confirm(job, request.body.token);
    return jobs.view(await jobs.act(job.id, 'start', request.principal));
  });

  for (const [action, summary] of Object.entries(STEPS) as [JobAction, string][]) {
    const words = { ...common, operationId: `${action}Job`, summary };
    const schema = { ...words, body: noBody, response: { 200: schemas.jobView } };
    app.post(`/jobs/:id/${action}`, { config: { scope: SCOPE }, schema }, async (request) => {
      const { id } = await steered(request);
      return jobs.view(await jobs.act(id, action, request.principal));
    });
  }

  const preview = {
    ...common,
    operationId: 'previewJob',
    summary: 'Count, sample and PBX plan, with the token to start it',
  };
  const previewing = { ...preview, body: noBody, response: { 200: schemas.previewView } };
  app.post('/jobs/:id/preview', { config: { scope: SCOPE }, schema: previewing }, async (request, reply) => {
    const { id } = await steered(request);
    return actions.preview(id, request.principal, untilClosed(reply.raw));
  });

  const dryRun = {
    ...common,
    operationId: 'dryRunJob',
    summary: 'Every error of every row and the plan; writes nothing',
  };
  const running = { ...dryRun, body: noBody, response: { 200: schemas.jobDryRun } };
  app.post('/jobs/:id/dry-run', { config: { scope: SCOPE }, schema: running }, async (request, reply) => {
    const job = await steered(request);
    const run = await actions.dryRun(job.id, request.principal, untilClosed(reply.raw));
    reply.header('content-type', 'application/json; charset=utf-8');
    return reply.send(Readable.from(dryRunJson('job', await jobs.view(job), run)));
  });
}

function untilClosed(raw: { once(event: 'close', listener: () => void): unknown }): AbortSignal {
  const abort = new AbortController();
  raw.once('close', () => abort.abort());
  return abort.signal;
}

function downloads(app: App, { jobs }: Parts, visible: Visible): void {
  const common = { tags, params: idParams, querystring: noQuery, headers: getHeaders, response: { 200: csvOnly } };
  const result = { ...common, operationId: 'getJobResult', summary: 'What happened to each row, as CSV' };
  app.get('/jobs/:id/result.csv', { config: { scope: 'read' }, schema: result }, async (request, reply) => {
    const { id } = await visible(request);
    const text = await jobs.resultCsv(id);
    return sendCsv(reply, `job-${id}-result.csv`, Readable.from(text, { objectMode: false }));
  });
  const words = { operationId: 'takeJobCredentials', summary: 'Secrets that were made; given once' };
  // No HEAD: it would take the credentials and give them to nobody.
  const route = { config: { scope: SCOPE }, schema: { ...common, ...words }, exposeHeadRoute: false } as const;
  app.get('/jobs/:id/credentials', route, async (request, reply) => {
    const job = await visible(request);
    mustHold(request.principal, jobs.needs(job));
    const text = await jobs.credentialsCsv(job.id, request.principal.actor);
    return sendCsv(reply, `job-${job.id}-credentials.csv`, Readable.from(text, { objectMode: false }));
  });
}
