import type { z } from 'zod';
import { mailboxInputSchema } from '../../domain/extension-input.ts';
import { LinekeeperError } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import { expectVersion } from '../../store/queries/expect-version.ts';
import { EXTENSIONS, MAILBOXES } from '../../store/queries/lines.ts';
import { readOne } from '../../store/queries/page.ts';
import { contextOf } from '../context.ts';
import { withCredentials } from '../credentials.ts';
import { LISTS } from '../lists.ts';
import { answerOne, answerPage, ownCompany, readVisible } from '../read.ts';
import { actionRoute, deleteRoute, getRoute, listRoute, patchRoute } from '../route-options.ts';
import * as common from '../schemas/common.ts';
import { credentialsSchema, mailboxView } from '../schemas/lines.ts';
import type { AnyRequest, App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

const tag = 'extensions';
const { query } = LISTS.mailboxes;
const answerSchema = mailboxView.extend({ credentials: credentialsSchema.optional() });
const path = '/extensions/:id/mailbox';

async function expectMailbox(tx: Tx, request: AnyRequest, id: string): Promise<void> {
  const mailbox = await readVisible(tx, request.principal, MAILBOXES, 'mailbox', id);
  expectVersion({ version: Number(mailbox.version) }, contextOf(request).ifVersion);
}

export function mailboxRoutes(app: App, deps: HttpDeps, write: Write): void {
  const list = { tag, operationId: 'listMailboxes', summary: 'Mailboxes' };
  app.get('/mailboxes', listRoute(list, query, mailboxView), async (request) =>
    answerPage(deps.db.read, MAILBOXES, request.query, ownCompany(request.principal, request.query)),
  );

  const get = { tag, operationId: 'getMailbox', summary: 'The mailbox of an extension' };
  app.get(path, getRoute(get, mailboxView), async (request, reply) => {
    const view = await readVisible(deps.db.read, request.principal, MAILBOXES, 'mailbox', request.params.id);
    return answerOne(request, reply, view);
  });

  /** The mailbox is a part of its extension, which the service changes as a whole; its version is its own. */
  const change = async (tx: Tx, request: AnyRequest, id: string, mailbox: z.infer<typeof mailboxInputSchema>) => {
    const allowWeakPins = (request.query as { allowWeakPins?: boolean }).allowWeakPins === true;
    const context = { actor: request.principal.actor, ifVersion: undefined, allowWeakPins };
    const { pin } = await deps.extensions.update(tx, context, id, { mailbox });
    return withCredentials(await readVisible(tx, request.principal, MAILBOXES, 'mailbox', id), { pin });
  };

  const create = {
    tag,
    operationId: 'createMailbox',
    summary: 'Give an extension a mailbox',
    description: 'Without `pin` it gets a random one, shown once. `If-Match` takes the ETag of the extension.',
  };
  const creation = actionRoute('lines:write', create, mailboxInputSchema, answerSchema, {
    status: 201,
    query: common.pinQuery,
  });
  app.post(path, creation, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      // There is no mailbox yet: what the caller has seen is the extension.
      const extension = await readVisible(tx, request.principal, EXTENSIONS, 'extension', id);
      expectVersion({ version: Number(extension.version) }, contextOf(request).ifVersion);
      if ((await readOne(tx, MAILBOXES, id)) !== undefined) {
        throw new LinekeeperError('MAILBOX_EXISTS', 'the extension has a mailbox');
      }
      const body = await change(tx, request, id, request.body);
      return { status: 201, location: `/api/v1/extensions/${id}/mailbox`, body };
    }),
  );

  const patch = { tag, operationId: 'updateMailbox', summary: 'Change a mailbox or its PIN' };
  const changing = patchRoute('lines:write', patch, mailboxInputSchema, answerSchema, { query: common.pinQuery });
  app.patch(path, changing, async (request, reply) =>
    write(request, reply, async (tx) => {
      await expectMailbox(tx, request, request.params.id);
      return { status: 200, body: await change(tx, request, request.params.id, request.body) };
    }),
  );

  const remove = { tag, operationId: 'deleteMailbox', summary: 'Delete a mailbox' };
  app.delete(path, deleteRoute('lines:write', remove), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await expectMailbox(tx, request, id);
      const context = { actor: request.principal.actor, ifVersion: undefined, allowWeakPins: false };
      await deps.extensions.update(tx, context, id, { mailbox: null });
      return { status: 204 };
    }),
  );
}
