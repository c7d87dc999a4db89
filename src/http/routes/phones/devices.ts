import type { z } from 'zod';
import { changeDevice, removeDevice } from '../../../phones/devices/change.ts';
import { createDevice } from '../../../phones/devices/create.ts';
import type { DeviceDeps } from '../../../phones/devices/deps.ts';
import { deviceInputSchema, devicePatchSchema } from '../../../phones/devices/device-input.ts';
import { duplicateDevice, duplicateSchema, swapDevice, swapSchema } from '../../../phones/devices/swap.ts';
import { DEVICES } from '../../../store/queries/devices.ts';
import { PHONE_FETCHES } from '../../../store/queries/phones.ts';
import { mustSee, targetCompany } from '../../access.ts';
import { contextOf } from '../../context.ts';
import { LISTS } from '../../lists.ts';
import { answerOne, answerPage, ownCompany, readVisible } from '../../read.ts';
import { actionRoute, createRoute, deleteRoute, getRoute, listRoute, patchRoute } from '../../route-options.ts';
import { companyIdField, flagSchema, idParams, writeQuery } from '../../schemas/common.ts';
import { deviceView, fetchFilters, fetchView } from '../../schemas/devices.ts';
import { listQuery, pageOf } from '../../schemas/list.ts';
import type { App, HttpDeps } from '../../types.ts';
import type { Write } from '../../write.ts';

const tag = 'phones';
const { query } = LISTS.devices;
const fetchQuery = listQuery(PHONE_FETCHES, fetchView, fetchFilters, '-at');
const deletion = writeQuery.extend({
  keepAccounts: flagSchema.optional().meta({ description: 'true: the SIP accounts of its lines stay.' }),
});

/** Desk phones: the devices themselves. */
export function deviceRoutes(app: App, deps: HttpDeps, write: Write, phones: DeviceDeps): void {
  const list = { tag, operationId: 'listDevices', summary: 'Desk phones' };
  app.get('/devices', listRoute(list, query, deviceView), async (request) =>
    answerPage(deps.db.read, DEVICES, request.query, ownCompany(request.principal, request.query)),
  );

  const get = { tag, operationId: 'getDevice', summary: 'One desk phone' };
  app.get('/devices/:id', getRoute(get, deviceView), async (request, reply) =>
    answerOne(request, reply, await readVisible(deps.db.read, request.principal, DEVICES, 'device', request.params.id)),
  );

  const create = { tag, operationId: 'createDevice', summary: 'Add a desk phone; its window is open' };
  const creation = createRoute('phones:write', create, deviceInputSchema.extend(companyIdField), deviceView);
  app.post('/devices', creation, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { companyId, ...input } = request.body;
      const company = await targetCompany(tx, request.principal, companyId);
      const id = await createDevice(tx, phones, contextOf(request), company, input);
      const body = await readVisible(tx, request.principal, DEVICES, 'device', id);
      return { status: 201, location: `/api/v1/devices/${id}`, body };
    }),
  );

  const patch = { tag, operationId: 'updateDevice', summary: 'Change a desk phone' };
  const change = patchRoute('phones:write', patch, devicePatchSchema, deviceView);
  app.patch('/devices/:id', change, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustSee(tx, request.principal, 'device', id);
      await changeDevice(tx, phones, contextOf(request), id, request.body);
      return { status: 200, body: await readVisible(tx, request.principal, DEVICES, 'device', id) };
    }),
  );

  const remove = {
    tag,
    operationId: 'deleteDevice',
    summary: 'Delete a desk phone',
    description:
      'Its addresses die. The SIP accounts of its lines go too; the last one of an extension gets a new secret.',
  };
  const { schema, ...config } = deleteRoute('phones:write', remove);
  const removal = { ...config, schema: { ...schema, querystring: deletion } };
  app.delete('/devices/:id', removal, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustSee(tx, request.principal, 'device', id);
      const keepAccounts = request.query.keepAccounts === true;
      await removeDevice(tx, phones, contextOf(request), id, { keepAccounts });
      return { status: 204 };
    }),
  );

  const swap = {
    tag,
    operationId: 'swapDevice',
    summary: 'Put another phone in the place of this one',
    description: 'Lines, keys and settings stay. Addresses, passwords and SIP secrets are new, and the window is open.',
  };
  app.post('/devices/:id/swap', actionRoute('phones:write', swap, swapSchema, deviceView), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustSee(tx, request.principal, 'device', id);
      await swapDevice(tx, phones, contextOf(request), id, request.body);
      return { status: 200, body: await readVisible(tx, request.principal, DEVICES, 'device', id) };
    }),
  );

  const twin = { tag, operationId: 'duplicateDevice', summary: 'Add one more phone like this one' };
  const twinRoute = actionRoute('phones:write', twin, duplicateSchema, deviceView, { status: 201 });
  app.post('/devices/:id/duplicate', twinRoute, async (request, reply) =>
    write(request, reply, async (tx) => {
      await mustSee(tx, request.principal, 'device', request.params.id);
      const id = await duplicateDevice(tx, phones, contextOf(request), request.params.id, request.body);
      const body = await readVisible(tx, request.principal, DEVICES, 'device', id);
      return { status: 201, location: `/api/v1/devices/${id}`, body };
    }),
  );

  const words = {
    tags: [tag],
    operationId: 'listDeviceFetches',
    summary: 'What a phone asked for and got, newest first',
  };
  const fetches = { ...words, params: idParams, querystring: fetchQuery, response: { 200: pageOf(fetchView) } };
  app.get('/devices/:id/fetches', { config: { scope: 'read' }, schema: fetches }, async (request) => {
    const { id } = request.params as z.output<typeof idParams>;
    await readVisible(deps.db.read, request.principal, DEVICES, 'device', id);
    return answerPage(deps.db.read, PHONE_FETCHES, request.query as z.output<typeof fetchQuery>, { deviceId: id });
  });
}
