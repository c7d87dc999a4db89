import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ImportView } from '../../bulk/import-view.ts';
import type { Imports } from '../../bulk/imports.ts';
import type { Jobs } from '../../bulk/jobs/jobs.ts';
import type { JobAction } from '../../bulk/jobs/state.ts';
import { templateCsv } from '../../bulk/template.ts';
import type { Permission } from '../../domain/permission.ts';
import { LinekeeperError } from '../../errors.ts';
import { notFound, sees, targetCompany } from '../access.ts';
import { csvOnly, jsonOrCsv, sendCsv } from '../csv-file.ts';
import { answerDryRun } from '../import-dry-run.ts';
import { jobRowsPage, newestFirst } from '../job-rows.ts';
import { answerOne } from '../read.ts';
import { mustHold } from '../rights.ts';
import { getRoute } from '../route-options.ts';
import { getHeaders, idParams, noBody, noQuery } from '../schemas/common.ts';
import * as schemas from '../schemas/imports.ts';
import { jobRowsQuery, jobRowView } from '../schemas/jobs.ts';
import { pageOf } from '../schemas/list.ts';
import type { Principal, Scope } from '../scopes.ts';
import type { ApiPlugin, App } from '../types.ts';

const SCOPE = 'imports:write';
/** What a file may be sent as. What it is, its contents tell. */
const FILE_TYPES = [
  'text/csv',
  'application/octet-stream',
  'text/plain',
  'application/x-ndjson',
  'application/jsonl',
] as const;
const NOTHING = { items: [], total: 0, nextCursor: null };
const tags = ['imports'];

/** Imports of all tables. The use-cases are the service's; here is who may do what, and how it looks on the wire. */
export function importRoutes(parts: Parts): ApiPlugin {
  const { imports } = parts;
  return async (app, deps) => {
    const visible = async (request: FastifyRequest): Promise<ImportView> => {
      const view = await imports.get((request.params as { id: string }).id);
      if (view === undefined || !sees(request.principal, view.companyId)) throw notFound('import');
      return view;
    };
    lists(app, parts, visible);
    actions(app, parts, visible);
    downloads(app, parts, visible);

    // The parser takes any body as it comes, unread: it must not judge the bodies of other routes.
    await app.register(async (scoped: App) => {
      scoped.addContentTypeParser([...FILE_TYPES], (_request, payload, done) => {
        done(null, payload);
      });
      const options = { config: { scope: SCOPE as Scope }, schema: uploadSchema };
      scoped.post('/imports', options, async (request, reply) => {
        const { companyId: wanted, dryRun, start, name, ...choices } = request.query;
        const companyId = await targetCompany(deps.db.read, request.principal, wanted);
        const body = bodyOf(request, reply, imports.maxBytes);
        const { actor } = request.principal;
        const allowed = {
          allowWeakPins: choices.allowWeakPins === true,
          allowWeakSecrets: choices.allowWeakSecrets === true,
        };
        const judge = (needs: readonly Permission[]) => mustHold(request.principal, needs);
        const upload = { ...choices, ...allowed, companyId, actor, name: name ?? null, body, judge };
        let view = await imports.upload(upload);
        if (start === true) view = await act(parts, view.id, 'start', request.principal);
        reply.header('location', `/api/v1/imports/${view.id}`);
        if (dryRun === true) return answerDryRun(imports, view, request.principal, 'json', reply);
        reply.code(201);
        return view;
      });
    });
  };
}

/** What imports are made of. */
interface Parts {
  imports: Imports;
  jobs: Jobs;
}

async function act({ imports, jobs }: Parts, id: string, action: JobAction, by: Principal): Promise<ImportView> {
  await jobs.act(id, action, by);
  const view = await imports.get(id);
  if (view === undefined) throw notFound('import');
  return view;
}

type Visible = (request: FastifyRequest) => Promise<ImportView>;

function lists(app: App, { imports, jobs }: Parts, visible: Visible): void {
  const list = { tags, operationId: 'listImports', summary: 'Imports, newest first' };
  const listSchema = { ...list, querystring: schemas.importsQuery, response: { 200: pageOf(schemas.importView) } };
  app.get('/imports', { config: { scope: 'read' }, schema: listSchema }, async (request) => {
    const { companyId } = request.query;
    const own = request.principal.companyId;
    if (own !== undefined && companyId !== undefined && companyId !== own) return NOTHING;
    return newestFirst(request.query, 'imports', (page) => imports.list({ companyId: own ?? companyId, ...page }));
  });

  const get = { tag: 'imports', operationId: 'getImport', summary: 'One import and how far it is' };
  app.get('/imports/:id', getRoute(get, schemas.importView), async (request, reply) => {
    return answerOne(request, reply, { ...(await visible(request)) });
  });

  const report = { tag: 'imports', operationId: 'getImportReport', summary: 'What another system has and we do not' };
  app.get('/imports/:id/report', getRoute(report, schemas.importReport), async (request) => {
    return imports.report((await visible(request)).id);
  });

  const rows = { tags, operationId: 'listImportRows', summary: 'What happened to each row', params: idParams };
  const rowsSchema = { ...rows, querystring: jobRowsQuery, response: { 200: pageOf(jobRowView) } };
  app.get('/imports/:id/rows', { config: { scope: 'read' }, schema: rowsSchema }, async (request) => {
    const { id } = await visible(request);
    return jobRowsPage(jobs, id, request.query);
  });
}

const ACTIONS: Record<JobAction, string> = {
  start: 'Start an import',
  pause: 'Pause after the rows that are being written',
  resume: 'Go on',
  cancel: 'End an import; what is written stays',
  undo: 'Take back what an import did, but nothing that was changed since',
};

function actions(app: App, { imports, jobs }: Parts, visible: Visible): void {
  const steered = async (request: FastifyRequest): Promise<ImportView> => {
    const view = await visible(request);
    mustHold(request.principal, jobs.needs(await jobs.find(view.id)));
    return view;
  };
  for (const [action, summary] of Object.entries(ACTIONS) as [JobAction, string][]) {
    const words = { tags, operationId: `${action}Import`, summary };
    const schema = {
      ...words,
      params: idParams,
      querystring: noQuery,
      body: noBody,
      response: { 200: schemas.importView },
    };
    app.post(`/imports/:id/${action}`, { config: { scope: SCOPE }, schema }, async (request) => {
      const { id } = await steered(request);
      return act({ imports, jobs }, id, action, request.principal);
    });
  }
  const words = { tags, operationId: 'dryRunImport', summary: 'Every error of every row and the plan; writes nothing' };
  const response = { 200: jsonOrCsv(schemas.dryRunReport) };
  const schema = { ...words, params: idParams, querystring: schemas.dryRunQuery, body: noBody, response };
  app.post('/imports/:id/dry-run', { config: { scope: SCOPE }, schema }, async (request, reply) => {
    return answerDryRun(imports, await steered(request), request.principal, request.query.format, reply);
  });
}

function downloads(app: App, { imports, jobs }: Parts, visible: Visible): void {
  const template = { tags, operationId: 'getImportTemplate', summary: 'An empty file with all columns' };
  const options = {
    config: { scope: 'read' as const },
    schema: { ...template, querystring: schemas.templateQuery, response: { 200: csvOnly } },
  };
  app.get('/imports/template', options, async (request, reply) => {
    const { table } = request.query;
    const name = table === 'extensions' ? 'import-template.csv' : `import-template-${table}.csv`;
    return sendCsv(reply, name, templateCsv(table));
  });

  const files = [
    ['result.csv', 'getImportResult', 'What happened to each row', 'read', (id: string) => jobs.resultCsv(id)],
    // The cells of these rows may be PINs, and secrets of phones.
    [
      'failed.csv',
      'getFailedRows',
      'The failed rows, to be corrected and sent again',
      SCOPE,
      (id: string) => imports.failedCsv(id),
    ],
    [
      'credentials',
      'takeImportCredentials',
      'Secrets and PINs that were made; given once',
      SCOPE,
      (id: string, actor: string) => jobs.credentialsCsv(id, actor),
    ],
  ] as const;
  for (const [name, operationId, summary, scope, open] of files) {
    const schema = { tags, operationId, summary, params: idParams, querystring: noQuery, response: { 200: csvOnly } };
    // No HEAD: it would take the credentials and give them to nobody.
    const route = {
      config: { scope: scope as Scope },
      schema: { ...schema, headers: getHeaders },
      exposeHeadRoute: false,
    };
    app.get(`/imports/:id/${name}`, route, async (request, reply) => {
      const { id } = await visible(request);
      const text = await open(id, request.principal.actor);
      return sendCsv(
        reply,
        `import-${id}-${name.replace(/\.csv$/, '')}.csv`,
        Readable.from(text, { objectMode: false }),
      );
    });
  }
}

const uploadSchema = {
  tags,
  operationId: 'uploadImport',
  summary: 'Send a file: CSV, JSON Lines, or that of another system',
  description:
    'The file is the body. It is read once and kept; nothing is written before it is started. Exports of FreePBX, ' +
    'FusionPBX, 3CX and Yeastar, and the pjsip.conf and voicemail.conf of an Asterisk, are recognised and converted.',
  consumes: [...FILE_TYPES],
  querystring: schemas.uploadQuery,
  body: z.unknown(),
  response: { 200: schemas.dryRunReport, 201: schemas.importView },
};

/** The body, unread. What is announced as too large is refused before a byte of it comes. */
function bodyOf(request: FastifyRequest, reply: FastifyReply, maxBytes: number): AsyncIterable<Uint8Array> {
  // A refused body is not read to its end: the connection cannot serve another request.
  reply.header('connection', 'close');
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    throw new LinekeeperError('PAYLOAD_TOO_LARGE', `the file is larger than ${maxBytes} bytes`);
  }
  if (request.body instanceof Readable) return request.body;
  throw new LinekeeperError('UNSUPPORTED_MEDIA_TYPE', 'send the file itself as the body, as text/csv');
}
