import { extensionExtrasSchema, extensionInputSchema } from '../../domain/extension-input.ts';
import { EXTENSIONS } from '../../store/queries/lines.ts';
import type { View } from '../../store/queries/page.ts';
import { mustSee, targetCompany } from '../access.ts';
import { contextOf } from '../context.ts';
import { withCredentials } from '../credentials.ts';
import { LISTS } from '../lists.ts';
import { answerOne, answerPage, ownCompany, readVisible } from '../read.ts';
import { createRoute, deleteRoute, getRoute, listRoute, patchRoute } from '../route-options.ts';
import * as common from '../schemas/common.ts';
import { credentialsSchema, extensionView } from '../schemas/lines.ts';
import type { App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

const tag = 'extensions';
const { query } = LISTS.extensions;
const createSchema = extensionInputSchema.extend({ ...extensionExtrasSchema.shape, ...common.companyIdField });
const answerSchema = extensionView.extend({ credentials: credentialsSchema.optional() });

export function extensionRoutes(app: App, deps: HttpDeps, write: Write): void {
  const list = { tag, operationId: 'listExtensions', summary: 'Extensions' };
  app.get('/extensions', listRoute(list, query, extensionView), async (request) =>
    answerPage(deps.db.read, EXTENSIONS, request.query, ownCompany(request.principal, request.query)),
  );

  const get = { tag, operationId: 'getExtension', summary: 'One extension with all that belongs to it' };
  app.get('/extensions/:id', getRoute(get, extensionView), async (request, reply) => {
    const view = await readVisible(deps.db.read, request.principal, EXTENSIONS, 'extension', request.params.id);
    return answerOne(request, reply, view);
  });

  const create = {
    tag,
    operationId: 'createExtension',
    summary: 'Create an extension with its first SIP account',
    description:
      'Without `number` it gets the next free one. The SIP secret, and the PIN if we chose it, are shown once.',
  };
  const creation = createRoute('lines:write', create, createSchema, answerSchema, common.pinQuery);
  app.post('/extensions', creation, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { companyId: wanted, number, phoneNumbers, account, siteName, user, ...input } = request.body;
      const companyId = await targetCompany(tx, request.principal, wanted);
      const context = {
        actor: request.principal.actor,
        companyId,
        allowWeakPins: request.query.allowWeakPins === true,
      };
      const extras = { phoneNumbers, account, siteName, user };
      const made = await deps.extensions.create(tx, context, number, input, extras);
      const view = await readVisible(tx, request.principal, EXTENSIONS, 'extension', made.id);
      const [first] = view.accounts as View[];
      const body = withCredentials(view, { endpoint: first?.endpoint, secret: made.secret, pin: made.pin });
      return { status: 201, location: `/api/v1/extensions/${made.id}`, body };
    }),
  );

  const patch = {
    tag,
    operationId: 'updateExtension',
    summary: 'Change an extension',
    description: '`mailbox: {}` makes a mailbox with a PIN of ours, shown once; `mailbox: null` deletes it.',
  };
  const change = patchRoute('lines:write', patch, extensionInputSchema, answerSchema, { query: common.pinQuery });
  app.patch('/extensions/:id', change, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustSee(tx, request.principal, 'extension', id);
      const context = { ...contextOf(request), allowWeakPins: request.query.allowWeakPins === true };
      const { pin } = await deps.extensions.update(tx, context, id, request.body);
      const view = await readVisible(tx, request.principal, EXTENSIONS, 'extension', id);
      return { status: 200, body: withCredentials(view, { pin }) };
    }),
  );

  const remove = {
    tag,
    operationId: 'deleteExtension',
    summary: 'Delete an extension',
    description: 'Its SIP accounts and mailbox go with it; its phone numbers go into quarantine.',
  };
  app.delete('/extensions/:id', deleteRoute('lines:write', remove), async (request, reply) =>
    write(request, reply, async (tx) => {
      await mustSee(tx, request.principal, 'extension', request.params.id);
      await deps.extensions.remove(tx, contextOf(request), request.params.id);
      return { status: 204 };
    }),
  );
}
