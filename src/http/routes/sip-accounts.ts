import { z } from 'zod';
import { accountInputSchema } from '../../domain/account-input.ts';
import type { Reader, Tx } from '../../store/database.ts';
import { expectVersion } from '../../store/queries/expect-version.ts';
import { EXTENSIONS } from '../../store/queries/lines.ts';
import type { View } from '../../store/queries/page.ts';
import { notFound } from '../access.ts';
import { contextOf } from '../context.ts';
import { withCredentials } from '../credentials.ts';
import { answerOne, readVisible } from '../read.ts';
import { actionRoute, deleteRoute, getRoute, patchRoute } from '../route-options.ts';
import { accountDetailView, accountView, credentialsSchema } from '../schemas/lines.ts';
import type { Principal } from '../scopes.ts';
import type { AnyRequest, App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

const tag = 'extensions';
const params = z.strictObject({ id: z.string().max(64), ordinal: z.string().transform(toOrdinal) });
const answerSchema = accountDetailView.extend({ credentials: credentialsSchema.optional() });

const rotateInput = z
  .strictObject({
    force: z
      .boolean()
      .optional()
      .meta({ description: 'true: at once, also when that throws a desk phone of ours out.' }),
  })
  .nullish();

/** Whatever is no ordinal is one that no account has. */
function toOrdinal(text: string): number {
  return /^[1-9][0-9]?$/.test(text) ? Number(text) : 0;
}

/** An account with what it shares with its extension: the sync state and the version. */
async function readAccount(reader: Reader, principal: Principal, id: string, ordinal: number): Promise<View> {
  const extension = await readVisible(reader, principal, EXTENSIONS, 'extension', id);
  const account = (extension.accounts as View[]).find((one) => one.ordinal === ordinal);
  if (account === undefined) throw notFound('SIP account');
  return { extensionId: id, ...account, sync: extension.sync, version: extension.version };
}

/** The same before a change: it must exist, and be as the caller saw it. */
async function expectAccount(tx: Tx, request: AnyRequest, id: string, ordinal: number): Promise<void> {
  const account = await readAccount(tx, request.principal, id, ordinal);
  expectVersion({ version: Number(account.version) }, contextOf(request).ifVersion);
}

export function accountRoutes(app: App, deps: HttpDeps, write: Write): void {
  const path = '/extensions/:id/accounts';

  const list = { tag, operationId: 'listSipAccounts', summary: 'SIP accounts of an extension' };
  app.get(path, getRoute(list, z.strictObject({ items: z.array(accountView) })), async (request) => {
    const extension = await readVisible(deps.db.read, request.principal, EXTENSIONS, 'extension', request.params.id);
    return { items: extension.accounts };
  });

  const get = { tag, operationId: 'getSipAccount', summary: 'One SIP account' };
  app.get(`${path}/:ordinal`, getRoute(get, accountDetailView, { params }), async (request, reply) => {
    const { id, ordinal } = request.params;
    return answerOne(request, reply, await readAccount(deps.db.read, request.principal, id, ordinal));
  });

  const add = {
    tag,
    operationId: 'addSipAccount',
    summary: 'Add a SIP account, for one more device that rings',
    description: 'The secret is shown once. `If-Match` takes the ETag of the extension.',
  };
  const addition = actionRoute('lines:write', add, accountInputSchema, answerSchema, { status: 201 });
  app.post(path, addition, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      const extension = await readVisible(tx, request.principal, EXTENSIONS, 'extension', id);
      expectVersion({ version: Number(extension.version) }, contextOf(request).ifVersion);
      const { ordinal, secret } = await deps.extensions.addAccount(tx, contextOf(request), id, request.body);
      const view = await readAccount(tx, request.principal, id, ordinal);
      const body = withCredentials(view, { endpoint: view.endpoint, secret });
      return { status: 201, location: `/api/v1/extensions/${id}/accounts/${ordinal}`, body };
    }),
  );

  const patch = { tag, operationId: 'updateSipAccount', summary: 'Change a SIP account' };
  const change = patchRoute('lines:write', patch, accountInputSchema, accountDetailView, { params });
  app.patch(`${path}/:ordinal`, change, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id, ordinal } = request.params;
      await expectAccount(tx, request, id, ordinal);
      await deps.extensions.updateAccount(tx, contextOf(request), id, ordinal, request.body);
      return { status: 200, body: await readAccount(tx, request.principal, id, ordinal) };
    }),
  );

  const rotate = {
    tag,
    operationId: 'rotateSipSecret',
    summary: 'Give a SIP account a new secret',
    description:
      'Shown once. The old one stops to work, and devices that use it are thrown out, when the PBX has it. A desk phone of ours ' +
      'that has fetched its files gets it with them instead: it is not shown, and the old one is good until the phone has ' +
      'registered with the new one (`rotatingSince`). `force` throws the phone out all the same.',
  };
  const rotation = actionRoute('lines:write', rotate, rotateInput, answerSchema, { params });
  app.post(`${path}/:ordinal/rotate`, rotation, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id, ordinal } = request.params;
      await expectAccount(tx, request, id, ordinal);
      const { force } = request.body ?? {};
      const rotated = await deps.extensions.rotateSecret(tx, contextOf(request), id, ordinal, { force });
      const view = await readAccount(tx, request.principal, id, ordinal);
      if (rotated.isPhased) return { status: 200, body: view };
      return { status: 200, body: withCredentials(view, { endpoint: view.endpoint, secret: rotated.secret }) };
    }),
  );

  const cancel = {
    tag,
    operationId: 'cancelSipSecretRotation',
    summary: 'Keep the old secret of a SIP account whose phone has not taken the new one yet',
  };
  app.delete(`${path}/:ordinal/rotate`, deleteRoute('lines:write', cancel, { params }), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id, ordinal } = request.params;
      await expectAccount(tx, request, id, ordinal);
      await deps.extensions.cancelRotation(tx, contextOf(request), id, ordinal);
      return { status: 204 };
    }),
  );

  const remove = { tag, operationId: 'removeSipAccount', summary: 'Delete a SIP account; its device is thrown out' };
  app.delete(`${path}/:ordinal`, deleteRoute('lines:write', remove, { params }), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id, ordinal } = request.params;
      await expectAccount(tx, request, id, ordinal);
      await deps.extensions.removeAccount(tx, contextOf(request), id, ordinal);
      return { status: 204 };
    }),
  );
}
