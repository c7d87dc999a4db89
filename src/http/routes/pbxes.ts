import { PBXES } from '../../store/queries/operations.ts';
import { mustBeGlobal } from '../access.ts';
import { contextOf } from '../context.ts';
import { createPbx, removePbx, updatePbx } from '../pbx-changes.ts';
import { pbxInputSchema, pbxPatchSchema } from '../pbx-input.ts';
import { answerOne, answerPage, readVisible } from '../read.ts';
import { createRoute, deleteRoute, getRoute, listRoute, patchRoute } from '../route-options.ts';
import { flagSchema } from '../schemas/common.ts';
import { listQuery } from '../schemas/list.ts';
import { pbxView } from '../schemas/operations.ts';
import type { AnyReply, AnyRequest, App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

const tag = 'pbxes';
const query = listQuery(PBXES, pbxView, { enabled: flagSchema.optional() });

export function pbxRoutes(app: App, deps: HttpDeps, write: Write): void {
  const { db } = deps;
  /** As every write; then the reconcilers read the rows again. */
  const writeAndReload = async (request: AnyRequest, reply: AnyReply, work: Parameters<Write>[2]) => {
    mustBeGlobal(request.principal);
    const answer = await write(request, reply, work);
    if (answer?.dryRun !== true) await deps.sync.reload();
    return answer;
  };

  const list = { tag, operationId: 'listPbxes', summary: 'PBXs' };
  app.get('/pbxes', listRoute(list, query, pbxView), async (request) => {
    mustBeGlobal(request.principal);
    return answerPage(db.read, PBXES, request.query);
  });

  const get = { tag, operationId: 'getPbx', summary: 'One PBX' };
  app.get('/pbxes/:id', getRoute(get, pbxView), async (request, reply) => {
    mustBeGlobal(request.principal);
    return answerOne(request, reply, await readVisible(db.read, request.principal, PBXES, 'PBX', request.params.id));
  });

  const create = { tag, operationId: 'createPbx', summary: 'Keep one more Asterisk in sync' };
  app.post('/pbxes', createRoute('pbxes:write', create, pbxInputSchema, pbxView), async (request, reply) =>
    writeAndReload(request, reply, async (tx) => {
      const id = await createPbx(db, tx, contextOf(request), request.body);
      const body = await readVisible(tx, request.principal, PBXES, 'PBX', id);
      return { status: 201, location: `/api/v1/pbxes/${id}`, body };
    }),
  );

  const patch = { tag, operationId: 'updatePbx', summary: 'Change a PBX or its logins' };
  app.patch('/pbxes/:id', patchRoute('pbxes:write', patch, pbxPatchSchema, pbxView), async (request, reply) =>
    writeAndReload(request, reply, async (tx) => {
      const { id } = request.params;
      await updatePbx(db, tx, contextOf(request), id, request.body);
      return { status: 200, body: await readVisible(tx, request.principal, PBXES, 'PBX', id) };
    }),
  );

  const remove = { tag, operationId: 'deletePbx', summary: 'Forget a PBX that has no companies' };
  app.delete('/pbxes/:id', deleteRoute('pbxes:write', remove), async (request, reply) =>
    writeAndReload(request, reply, async (tx) => {
      await removePbx(tx, contextOf(request), request.params.id);
      return { status: 204 };
    }),
  );
}
