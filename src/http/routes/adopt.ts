import type { Adopting } from '../../bulk/adopt/adopt.ts';
import type { Imports } from '../../bulk/imports.ts';
import type { Jobs } from '../../bulk/jobs/jobs.ts';
import { LinekeeperError } from '../../errors.ts';
import type { Database } from '../../store/database.ts';
import { PBXES } from '../../store/queries/operations.ts';
import { mustBeGlobal, targetCompany } from '../access.ts';
import { answerDryRun } from '../import-dry-run.ts';
import { readVisible } from '../read.ts';
import { mustHold } from '../rights.ts';
import { getRoute } from '../route-options.ts';
import * as schemas from '../schemas/adopt.ts';
import { idParams } from '../schemas/common.ts';
import { dryRunReport, importView } from '../schemas/imports.ts';
import type { ApiPlugin } from '../types.ts';

const tags = ['pbxes'];

/** A PBX's own endpoints become ours: an import whose file is the PBX. */
export function adoptRoutes(parts: { adopting: Adopting; imports: Imports; jobs: Jobs }): ApiPlugin {
  const { adopting, imports, jobs } = parts;
  return (app, deps) => {
    const list = {
      tag: 'pbxes',
      operationId: 'listForeignEndpoints',
      summary: "Endpoints of the PBX's own pjsip.conf, and what they would be here",
    };
    app.get('/pbxes/:id/foreign-endpoints', getRoute(list, schemas.foreignEndpoints), async (request) => {
      mustBeGlobal(request.principal);
      const { id } = await readVisible(deps.db.read, request.principal, PBXES, 'PBX', request.params.id);
      const items = await adopting.foreign(String(id));
      return { items, total: items.length };
    });

    const schema = {
      tags,
      operationId: 'adoptEndpoints',
      summary: 'Make extensions of endpoints that the PBX has of its own',
      description:
        'An import like any other: it is started, watched and undone as one. The extensions get the secrets and PINs that ' +
        "stand on the PBX, and are in force beside the PBX's own endpoints at once; then the operator takes those out of " +
        'pjsip.conf. Messages stay in the old mailboxes.',
      params: idParams,
      querystring: schemas.adoptQuery,
      body: schemas.adoptInput,
      response: { 200: dryRunReport, 201: importView },
    };
    app.post('/pbxes/:id/adopt', { config: { scope: 'pbxes:write' as const }, schema }, async (request, reply) => {
      const { principal, body, query } = request;
      mustBeGlobal(principal);
      // By these rights its import runs.
      mustHold(principal, ['imports:write']);
      const pbx = await readVisible(deps.db.read, principal, PBXES, 'PBX', request.params.id);
      const id = String(pbx.id);
      const companyId = await companyOn(deps.db, id, await targetCompany(deps.db.read, principal, body.companyId));
      const endpoints = body.endpoints ?? ('all' as const);
      const wanted = { pbx: { id, name: String(pbx.name) }, companyId, endpoints, actor: principal.actor };
      let view = await adopting.prepare(wanted);
      reply.header('location', `/api/v1/imports/${view.id}`);
      if (query.dryRun === true) return answerDryRun(imports, view, principal, 'json', reply);
      if (query.start === true) {
        await jobs.act(view.id, 'start', principal);
        view = (await imports.get(view.id)) ?? view;
      }
      reply.code(201);
      return view;
    });
  };
}

/** @throws REFERENCE_INVALID when the company is on another PBX */
async function companyOn(db: Database, pbxId: string, companyId: string): Promise<string> {
  const company = await db.read.company.findUnique({ where: { id: companyId }, select: { pbxId: true } });
  if (company?.pbxId === pbxId) return companyId;
  const message = 'the company is on another PBX';
  throw new LinekeeperError('REFERENCE_INVALID', `companyId: ${message}`, {
    fields: [{ path: 'companyId', code: 'REFERENCE_INVALID', message }],
  });
}
