import type { DeviceDeps } from '../../../phones/devices/deps.ts';
import {
  changeLayout,
  createLayout,
  layoutInputSchema,
  layoutPatchSchema,
  removeLayout,
} from '../../../phones/layouts/layouts.ts';
import { KEY_LAYOUTS } from '../../../store/queries/phones.ts';
import { mustSee, targetCompany } from '../../access.ts';
import { contextOf } from '../../context.ts';
import { LISTS } from '../../lists.ts';
import { answerOne, answerPage, ownCompany, readVisible } from '../../read.ts';
import { createRoute, deleteRoute, getRoute, listRoute, patchRoute } from '../../route-options.ts';
import { companyIdField } from '../../schemas/common.ts';
import { keyLayoutView } from '../../schemas/devices.ts';
import type { App, HttpDeps } from '../../types.ts';
import type { Write } from '../../write.ts';

const tag = 'phones';
const what = 'key layout';
const description = 'Refused with KEYS_OVERFLOW and the phones in `details` when some have fewer keys.';

/** Function keys that phones share. */
export function keyLayoutRoutes(app: App, { db }: HttpDeps, write: Write, phones: DeviceDeps): void {
  const list = { tag, operationId: 'listKeyLayouts', summary: 'Key layouts' };
  app.get('/key-layouts', listRoute(list, LISTS['key-layouts'].query, keyLayoutView), async (request) =>
    answerPage(db.read, KEY_LAYOUTS, request.query, ownCompany(request.principal, request.query)),
  );

  const get = { tag, operationId: 'getKeyLayout', summary: 'One key layout' };
  app.get('/key-layouts/:id', getRoute(get, keyLayoutView), async (request, reply) =>
    answerOne(request, reply, await readVisible(db.read, request.principal, KEY_LAYOUTS, what, request.params.id)),
  );

  const create = { tag, operationId: 'createKeyLayout', summary: 'Create a key layout', description };
  const creation = createRoute('phones:write', create, layoutInputSchema.extend(companyIdField), keyLayoutView);
  app.post('/key-layouts', creation, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { companyId, ...input } = request.body;
      const company = await targetCompany(tx, request.principal, companyId);
      const id = await createLayout(tx, phones, contextOf(request), company, input);
      const body = await readVisible(tx, request.principal, KEY_LAYOUTS, what, id);
      return { status: 201, location: `/api/v1/key-layouts/${id}`, body };
    }),
  );

  const patch = { tag, operationId: 'updateKeyLayout', summary: 'Change a key layout', description };
  const change = patchRoute('phones:write', patch, layoutPatchSchema, keyLayoutView);
  app.patch('/key-layouts/:id', change, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustSee(tx, request.principal, what, id);
      await changeLayout(tx, phones, contextOf(request), id, request.body);
      return { status: 200, body: await readVisible(tx, request.principal, KEY_LAYOUTS, what, id) };
    }),
  );

  const remove = { tag, operationId: 'deleteKeyLayout', summary: 'Delete a key layout that no phone names' };
  app.delete('/key-layouts/:id', deleteRoute('phones:write', remove), async (request, reply) =>
    write(request, reply, async (tx) => {
      await mustSee(tx, request.principal, what, request.params.id);
      await removeLayout(tx, contextOf(request), request.params.id);
      return { status: 204 };
    }),
  );
}
