import { z } from 'zod';
import { isLinekeeperError, messageOf } from '../../../errors.ts';
import type { DeviceDeps } from '../../../phones/devices/deps.ts';
import { firstAddress, openWindow } from '../../../phones/devices/state.ts';
import {
  accountInputSchema,
  accountPatchSchema,
  createAccount,
  openAccount,
  removeAccount,
  updateAccount,
} from '../../../phones/redirect/accounts.ts';
import { entryInputSchema, type GiveAddress, listDevice, unlistDevice } from '../../../phones/redirect/entries.ts';
import type { RedirectServices } from '../../../phones/redirect/services.ts';
import { redirectOf } from '../../../phones/redirect/state.ts';
import type { Tx } from '../../../store/database.ts';
import { REDIRECT_ACCOUNTS } from '../../../store/queries/redirects.ts';
import { mustSee, targetCompany } from '../../access.ts';
import { contextOf } from '../../context.ts';
import { answerOne, answerPage, ownCompany, readVisible } from '../../read.ts';
import {
  actionRoute,
  createRoute,
  deleteRoute,
  getRoute,
  listRoute,
  patchRoute,
  runRoute,
} from '../../route-options.ts';
import { companyIdField, idParams, noBody, noQuery } from '../../schemas/common.ts';
import { listQuery } from '../../schemas/list.ts';
import * as schemas from '../../schemas/phone-ways.ts';
import type { AnyRequest, App, HttpDeps } from '../../types.ts';
import type { Write } from '../../write.ts';

const tag = 'phones';
const scope = 'phones:write';
const view = schemas.redirectAccountView;
const word = z.string().max(64).optional();
const query = listQuery(REDIRECT_ACCOUNTS, view, { companyId: word, service: word, name: word });
const CHECK_MS = 25_000;

/** Logins at vendors' redirect services, and which phones are listed there. */
export function redirectRoutes(
  app: App,
  { db }: HttpDeps,
  write: Write,
  phones: DeviceDeps,
  services: RedirectServices,
): void {
  const deps = { seal: phones.seal, services };
  const giveAddress: GiveAddress = async (tx, context, id) => {
    await openWindow(tx, phones, context, id, undefined);
    await firstAddress(tx, phones, context, id);
  };
  const see = (tx: Pick<Tx, '$queryRawUnsafe'>, request: AnyRequest, id: string) =>
    readVisible(tx, request.principal, REDIRECT_ACCOUNTS, 'redirect account', id);

  app.get(
    '/redirect-services',
    {
      config: { scope: 'read' as const },
      schema: {
        ...{ tags: [tag], operationId: 'listRedirectServices', summary: 'Redirect services that Linekeeper talks to' },
        querystring: noQuery,
        response: { 200: z.strictObject({ items: z.array(schemas.redirectServiceView) }) },
      },
    },
    async () => ({
      items: [...services.values()].map(({ id, name, vendors, url, credentials, fields }) => ({
        ...{ id, name, vendors, url, credentials, fields },
      })),
    }),
  );

  const list = { tag, operationId: 'listRedirectAccounts', summary: 'Logins at redirect services' };
  app.get('/redirect-accounts', listRoute(list, query, view), async (request) =>
    answerPage(db.read, REDIRECT_ACCOUNTS, request.query, ownCompany(request.principal, request.query)),
  );

  const get = { tag, operationId: 'getRedirectAccount', summary: 'One login at a redirect service' };
  app.get('/redirect-accounts/:id', getRoute(get, view), async (request, reply) =>
    answerOne(request, reply, await see(db.read, request, request.params.id)),
  );

  const create = { tag, operationId: 'createRedirectAccount', summary: 'Add a login at a redirect service' };
  const creation = createRoute(scope, create, accountInputSchema.extend(companyIdField), view);
  app.post('/redirect-accounts', creation, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { companyId, ...input } = request.body;
      const company = await targetCompany(tx, request.principal, companyId);
      const id = await createAccount(tx, deps, contextOf(request), company, input);
      return { status: 201, location: `/api/v1/redirect-accounts/${id}`, body: await see(tx, request, id) };
    }),
  );

  const patch = { tag, operationId: 'updateRedirectAccount', summary: 'Change a login at a redirect service' };
  app.patch('/redirect-accounts/:id', patchRoute(scope, patch, accountPatchSchema, view), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await see(tx, request, id);
      await updateAccount(tx, deps, contextOf(request), id, request.body);
      return { status: 200, body: await see(tx, request, id) };
    }),
  );

  const remove = { tag, operationId: 'deleteRedirectAccount', summary: 'Delete a login with which nothing is listed' };
  app.delete('/redirect-accounts/:id', deleteRoute(scope, remove), async (request, reply) =>
    write(request, reply, async (tx) => {
      await see(tx, request, request.params.id);
      await removeAccount(tx, contextOf(request), request.params.id);
      return { status: 204 };
    }),
  );

  const check = { tag, operationId: 'checkRedirectAccount', summary: 'Try a login at its service' };
  const checking = runRoute(scope, check, noBody, schemas.checkView, idParams);
  app.post('/redirect-accounts/:id/check', checking, async (request) => {
    const { id } = request.params;
    await see(db.read, request, id);
    const client = openAccount(deps, await db.read.redirectAccount.findUniqueOrThrow({ where: { id } }));
    try {
      await client.check(AbortSignal.timeout(CHECK_MS));
      return { ok: true, reason: null };
    } catch (error) {
      if (!isLinekeeperError(error) || error.code !== 'REDIRECT_REFUSED') throw error;
      return { ok: false, reason: messageOf(error) };
    }
  });

  const state = { tag, operationId: 'getDeviceRedirect', summary: 'How far a phone is by way of a redirect service' };
  app.get('/devices/:id/redirect', getRoute(state, schemas.redirectView), async (request) => {
    await mustSee(db.read, request.principal, 'device', request.params.id);
    return redirectOf(db.read, request.params.id);
  });

  const add = { tag, operationId: 'listDeviceAtRedirect', summary: "List a phone at its vendor's redirect service" };
  const adding = actionRoute(scope, add, entryInputSchema, schemas.redirectView);
  app.post('/devices/:id/redirect', adding, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustSee(tx, request.principal, 'device', id);
      await listDevice(tx, { ...deps, giveAddress }, contextOf(request), id, request.body);
      return { status: 200, body: { ...(await redirectOf(tx, id)) } };
    }),
  );

  const take = { tag, operationId: 'removeDeviceFromRedirect', summary: 'Take a phone out of its redirect service' };
  app.delete('/devices/:id/redirect', deleteRoute(scope, take), async (request, reply) =>
    write(request, reply, async (tx) => {
      await mustSee(tx, request.principal, 'device', request.params.id);
      await unlistDevice(tx, contextOf(request), request.params.id);
      return { status: 204 };
    }),
  );
}
