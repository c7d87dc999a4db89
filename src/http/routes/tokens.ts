import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { rule } from '../../domain/rule.ts';
import { text } from '../../domain/text.ts';
import { LinekeeperError } from '../../errors.ts';
import { recordAudit } from '../../store/audit-log.ts';
import { TOKENS } from '../../store/queries/operations.ts';
import { generateToken, insertToken } from '../../store/tokens.ts';
import { targetCompany } from '../access.ts';
import { answerOne, answerPage, ownCompany, readVisible } from '../read.ts';
import { createRoute, deleteRoute, getRoute, listRoute } from '../route-options.ts';
import { listQuery } from '../schemas/list.ts';
import { tokenView } from '../schemas/operations.ts';
import { holds, SCOPES } from '../scopes.ts';
import type { App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

const tag = 'tokens';
const scope = 'tokens:write';
const query = listQuery(TOKENS, tokenView, {
  companyId: z.string().max(64).optional(),
  userId: z.string().max(64).optional(),
});

const inputSchema = z.strictObject({
  name: text(60),
  scopes: rule(z.array(z.enum(SCOPES)).min(1), 'SCOPES_REPEATED', 'must not name a scope twice', (v) => {
    return new Set(v).size === v.length;
  }),
  companyId: z.string().max(64).nullable().optional().meta({ description: 'null: all companies.' }),
  expiresAt: z.iso.datetime({ offset: true }).nullable().optional(),
});
const answerSchema = tokenView.extend({ token: z.string().meta({ description: 'Shown in this answer only.' }) });

export function tokenRoutes(app: App, deps: HttpDeps, write: Write): void {
  const list = { tag, operationId: 'listTokens', summary: 'API tokens' };
  app.get('/tokens', listRoute(list, query, tokenView, scope), async (request) =>
    answerPage(deps.db.read, TOKENS, request.query, ownCompany(request.principal, request.query)),
  );

  const get = { tag, operationId: 'getToken', summary: 'One API token' };
  app.get('/tokens/:id', getRoute(get, tokenView, { scope }), async (request, reply) =>
    answerOne(request, reply, await readVisible(deps.db.read, request.principal, TOKENS, 'token', request.params.id)),
  );

  const create = {
    tag,
    operationId: 'createToken',
    summary: 'Create an API token',
    description:
      'It can be given no scope and no company that its creator does not have. One that a user makes can never do more than ' +
      'the user and ends with the account. The token is shown once.',
  };
  app.post('/tokens', createRoute(scope, create, inputSchema, answerSchema), async (request, reply) => {
    const { name, scopes, companyId: wanted } = request.body;
    const expiresAt = futureOf(request.body.expiresAt ?? null);
    const tooMuch = scopes.filter((one) => !holds(request.principal, one));
    if (tooMuch.length > 0) {
      throw new LinekeeperError('FORBIDDEN', `you cannot give what you do not have: ${tooMuch.join(', ')}`);
    }
    return write(request, reply, async (tx) => {
      const isForAll = (wanted ?? request.principal.companyId) === undefined;
      const companyId = isForAll ? null : await targetCompany(tx, request.principal, wanted ?? undefined);
      if ((await tx.apiToken.count({ where: { name } })) > 0) {
        // The activity log knows tokens by name.
        throw new LinekeeperError('CONFLICT', `there is a token called ${name}`, {
          fields: [{ path: 'name', code: 'TOKEN_NAME_TAKEN', message: 'is taken' }],
        });
      }
      const id = uuid();
      const token = generateToken();
      await insertToken(tx, token, { id, name, scopes, companyId, expiresAt, userId: request.principal.userId });
      const entry = { actor: request.principal.actor, objectType: 'token', objectId: id, companyId };
      await recordAudit(tx, [{ ...entry, action: 'token.created', details: { name, scopes } }]);
      const view = await readVisible(tx, request.principal, TOKENS, 'token', id);
      return { status: 201, location: `/api/v1/tokens/${id}`, body: { ...view, token } };
    });
  });

  const remove = { tag, operationId: 'deleteToken', summary: 'Revoke an API token, at once' };
  app.delete('/tokens/:id', deleteRoute(scope, remove), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      const token = await readVisible(tx, request.principal, TOKENS, 'token', id);
      await tx.apiToken.delete({ where: { id } });
      const companyId = token.companyId as string | null;
      const entry = { actor: request.principal.actor, objectType: 'token', objectId: id, companyId };
      await recordAudit(tx, [{ ...entry, action: 'token.deleted', details: { name: token.name } }]);
      return { status: 204 };
    }),
  );
}

function futureOf(iso: string | null): Date | null {
  if (iso === null) return null;
  const date = new Date(iso);
  if (date.getTime() > Date.now()) return date;
  throw new LinekeeperError('VALIDATION_FAILED', 'one field is wrong', {
    fields: [{ path: 'expiresAt', code: 'EXPIRY_PAST', message: 'must be in the future' }],
  });
}
