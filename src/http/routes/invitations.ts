import { z } from 'zod';
import type { Permission } from '../../domain/permission.ts';
import { LinekeeperError } from '../../errors.ts';
import {
  acceptInputSchema,
  acceptInvitation,
  invitationTokenSchema,
  joinByInvitation,
  lookAtInvitation,
} from '../../people/invitation-accept.ts';
import {
  type Inviting,
  invitationInputSchema,
  invite,
  inviteUser,
  resendInvitation,
  revokeInvitation,
} from '../../people/invitations.ts';
import type { Tx } from '../../store/database.ts';
import { INVITATIONS } from '../../store/queries/invitations.ts';
import { mustManage, targetCompany } from '../access.ts';
import { LISTS } from '../lists.ts';
import { answerOne, answerPage, ownCompany, readVisible } from '../read.ts';
import { mustHold } from '../rights.ts';
import { actionRoute, createRoute, getRoute, listRoute, openRoute, ownActionRoute } from '../route-options.ts';
import { companyIdField, noBody } from '../schemas/common.ts';
import { acceptedView, invitationLookView, invitationView, joinedView } from '../schemas/invitations.ts';
import { holds, type Principal } from '../scopes.ts';
import { inSession } from '../self.ts';
import type { AnyRequest, App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

const tag = 'invitations';
const { query } = LISTS.invitations;
const tokenBody = z.strictObject({ token: invitationTokenSchema });

/** How people get in: invited by those inside, and accepting with what the mail gave them. */
export function invitationRoutes(app: App, { db, people }: HttpDeps, write: Write): void {
  const { hasher, settings } = people;
  const invitingAs = ({ principal }: AnyRequest): Inviting => ({ seal: db.seal, settings, actor: principal.actor });
  const viewOf = (reader: Tx, { principal }: AnyRequest, id: string) =>
    readVisible(reader, principal, INVITATIONS, 'invitation', id);

  const list = { tag, operationId: 'listInvitations', summary: 'Invitations' };
  app.get('/invitations', listRoute(list, query, invitationView, 'users:read'), async (request) =>
    answerPage(db.read, INVITATIONS, request.query, ownCompany(request.principal, request.query)),
  );

  const get = { tag, operationId: 'getInvitation', summary: 'One invitation' };
  app.get('/invitations/:id', getRoute(get, invitationView, { scope: 'users:read' }), async (request, reply) =>
    answerOne(request, reply, await viewOf(db.read, request, request.params.id)),
  );

  const create = {
    tag,
    operationId: 'createInvitation',
    summary: 'Invite somebody by mail',
    description:
      'With the role User, unless others are named: that needs roles:write, and nobody gives more than he has.',
  };
  const creation = createRoute('users:invite', create, invitationInputSchema.extend(companyIdField), invitationView);
  app.post('/invitations', creation, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { companyId: wanted, ...input } = request.body;
      const companyId = await targetCompany(tx, request.principal, wanted);
      await mustBeAllowedToGive(tx, request.principal, companyId, input.roleIds);
      const id = await invite(tx, invitingAs(request), companyId, input);
      return { status: 201, location: `/api/v1/invitations/${id}`, body: await viewOf(tx, request, id) };
    }),
  );

  const bind = {
    tag,
    operationId: 'inviteUser',
    summary: 'Invite the owner of an account that waits for him',
    description: 'For users who have no password yet: the link sets it and opens this account.',
  };
  const binding = actionRoute('users:invite', bind, noBody, invitationView, { status: 201 });
  app.post('/users/:id/invite', binding, async (request, reply) =>
    write(request, reply, async (tx) => {
      const userId = request.params.id;
      // The link opens the account: it is not to be handed out by who may do less.
      await mustManage(tx, request.principal, userId);
      const id = await inviteUser(tx, invitingAs(request), userId);
      return { status: 201, location: `/api/v1/invitations/${id}`, body: await viewOf(tx, request, id) };
    }),
  );

  const resend = { tag, operationId: 'resendInvitation', summary: 'Send a new link; the old one dies' };
  app.post('/invitations/:id/resend', actionRoute('users:invite', resend, noBody, invitationView), (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      mustBeHis(request.principal, await viewOf(tx, request, id));
      await resendInvitation(tx, invitingAs(request), id);
      return { status: 200, body: await viewOf(tx, request, id) };
    }),
  );

  const revoke = { tag, operationId: 'revokeInvitation', summary: 'Take an invitation back; its link dies' };
  app.post('/invitations/:id/revoke', actionRoute('users:invite', revoke, noBody, invitationView), (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      mustBeHis(request.principal, await viewOf(tx, request, id));
      await revokeInvitation(tx, request.principal.actor, id);
      return { status: 200, body: await viewOf(tx, request, id) };
    }),
  );

  const look = { tag, operationId: 'lookAtInvitation', summary: 'What the link of an invitation is for' };
  app.post('/invitations/look', openRoute(look, tokenBody, invitationLookView), async (request) =>
    lookAtInvitation(db.read, request.body.token),
  );

  const accept = {
    tag,
    operationId: 'acceptInvitation',
    summary: 'Make an account with the link of an invitation',
    description: 'The link works once. With INVITATION_NEEDS_LOGIN: log in, then POST /me/invitations/accept.',
  };
  app.post('/invitations/accept', openRoute(accept, acceptInputSchema, acceptedView), async (request) => ({
    username: await acceptInvitation({ db, hasher, settings }, request.body),
  }));

  const join = { tag, operationId: 'joinByInvitation', summary: 'Join a further company with your account' };
  app.post('/me/invitations/accept', ownActionRoute(join, tokenBody, joinedView), async (request) => {
    const { userId } = inSession(request);
    return db.write((tx) => joinByInvitation(tx, userId, request.body.token));
  });
}

/** Whoever may invite gives the role User. Others are for those who give roles, and never more than they have. */
async function mustBeAllowedToGive(
  tx: Tx,
  principal: Principal,
  companyId: string,
  roleIds: readonly string[] | undefined,
): Promise<void> {
  if (roleIds === undefined) return;
  const roles = await tx.role.findMany({ where: { companyId, id: { in: [...roleIds] } } });
  const others = roles.filter(({ builtIn }) => builtIn !== 'user');
  if (others.length === 0) return;
  if (!holds(principal, 'roles:write')) {
    throw new LinekeeperError('FORBIDDEN', 'this needs the permission roles:write', {
      details: { scope: 'roles:write' },
    });
  }
  mustHold(
    principal,
    others.flatMap(({ permissions }) => JSON.parse(permissions) as Permission[]),
  );
}

/** Whoever only invites looks after his own invitations. */
function mustBeHis(principal: Principal, invitation: { invitedBy?: unknown }): void {
  if (invitation.invitedBy === principal.actor || holds(principal, 'users:write')) return;
  throw new LinekeeperError('FORBIDDEN', 'somebody else sent this invitation');
}
