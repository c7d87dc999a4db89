import { refuseHigherUser } from '../../people/outrank.ts';
import { phonePinOf } from '../../people/phone-pin.ts';
import { userInputSchema, userPatchSchema, WAYS_IN } from '../../people/user-input.ts';
import { createUser, updateUser } from '../../people/users.ts';
import { USERS } from '../../store/queries/people.ts';
import { mustSee, targetCompany } from '../access.ts';
import { contextOf } from '../context.ts';
import { LISTS } from '../lists.ts';
import { answerOne, answerPage, ownCompany, readVisible } from '../read.ts';
import { createRoute, getRoute, listRoute, patchRoute } from '../route-options.ts';
import { companyIdField, pinQuery } from '../schemas/common.ts';
import { userView } from '../schemas/people.ts';
import type { App, HttpDeps } from '../types.ts';
import type { Write } from '../write.ts';

const tag = 'users';
const { query } = LISTS.users;

export function userRoutes(app: App, deps: HttpDeps, write: Write): void {
  const list = { tag, operationId: 'listUsers', summary: 'Users' };
  app.get('/users', listRoute(list, query, userView), async (request) =>
    answerPage(deps.db.read, USERS, request.query, ownCompany(request.principal, request.query)),
  );

  const get = { tag, operationId: 'getUser', summary: 'One user' };
  app.get('/users/:id', getRoute(get, userView), async (request, reply) =>
    answerOne(request, reply, await readVisible(deps.db.read, request.principal, USERS, 'user', request.params.id)),
  );

  const create = {
    tag,
    operationId: 'createUser',
    summary: 'Create a user with the role User',
    description: 'The telephone PIN becomes the PIN of mailboxes that are made for the user later.',
  };
  const creation = createRoute('users:write', create, userInputSchema.extend(companyIdField), userView, pinQuery);
  app.post('/users', creation, async (request, reply) => {
    const { companyId, phonePin, phonePinConfirmation, ...input } = request.body;
    const options = { allowWeakPins: request.query.allowWeakPins === true };
    const sealPin = phonePinOf(deps.db.seal, { phonePin, phonePinConfirmation }, options);
    return write(request, reply, async (tx) => {
      const company = await targetCompany(tx, request.principal, companyId);
      const id = await createUser(tx, contextOf(request), company, input, sealPin);
      const body = await readVisible(tx, request.principal, USERS, 'user', id);
      return { status: 201, location: `/api/v1/users/${id}`, body };
    });
  });

  const patch = {
    tag,
    operationId: 'updateUser',
    summary: 'Change a user',
    description: 'User name, e-mail and personal contact of somebody who may do more than the caller stay as they are.',
  };
  const change = patchRoute('users:write', patch, userPatchSchema, userView, { query: pinQuery });
  app.patch('/users/:id', change, async (request, reply) => {
    const { phonePin, phonePinConfirmation, ...input } = request.body;
    const options = { allowWeakPins: request.query.allowWeakPins === true };
    const sealPin = phonePinOf(deps.db.seal, { phonePin, phonePinConfirmation }, options);
    return write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustSee(tx, request.principal, 'user', id);
      if (WAYS_IN.some((name) => input[name] !== undefined)) await refuseHigherUser(tx, request.principal, id);
      await updateUser(tx, contextOf(request), id, input, sealPin);
      return { status: 200, body: await readVisible(tx, request.principal, USERS, 'user', id) };
    });
  });
}
