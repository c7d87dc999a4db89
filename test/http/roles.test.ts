import t from 'tap';
import { people } from '../support/logins.ts';

t.test('every company has its two built-in roles, which stay what they are', async (t) => {
  const { api, acme } = await people(t);
  const { body } = await api.call('GET', `/roles?companyId=${acme.id}`);
  const shown = body.items.map((role: { builtIn: string; permissions: string[] }) => [role.builtIn, role.permissions]);
  t.same(shown, [
    ['administrator', ['admin']],
    ['user', ['users:read', 'users:invite']],
  ]);
  const [administrator] = body.items;
  for (const patch of [{ name: 'Boss' }, { permissions: [] }]) {
    const answer = await api.call('PATCH', `/roles/${administrator.id}`, { body: patch });
    t.match(answer, { status: 409, body: { code: 'ROLE_BUILT_IN' } });
  }
  t.match(await api.call('DELETE', `/roles/${administrator.id}`), { status: 409, body: { code: 'ROLE_BUILT_IN' } });
  const patch = { body: { requiresSecondFactor: true } };
  t.match(await api.call('PATCH', `/roles/${administrator.id}`, patch), { body: { requiresSecondFactor: true } });
});

t.test('a role of the company does what it names and nothing else', async (t) => {
  const { api, make, login } = await people(t);
  const body = { name: 'Desk', permissions: ['lines:write', 'read'] };
  const role = await api.call('POST', '/roles', {
    body: { ...body, companyId: (await api.db.read.company.findFirst())?.id },
  });
  t.match(role, { status: 201, body: { ...body, counts: { users: 0 } } });
  const id = await make('anna', {});
  t.equal((await api.call('POST', `/users/${id}/roles`, { body: { roleIds: [role.body.id] } })).status, 200);
  const { token } = (await login('anna')).body;
  const extension = { displayName: 'Anna', number: '1001' };
  t.equal((await api.call('POST', '/extensions', { token, body: extension })).status, 201);
  t.match(await api.call('POST', '/sites', { token, body: { name: 'x' } }), { status: 403 });
  t.match(await api.call('DELETE', `/roles/${role.body.id}`), { status: 409, body: { code: 'ROLE_IN_USE' } });
  const narrower = { body: { permissions: ['read'] } };
  t.equal((await api.call('PATCH', `/roles/${role.body.id}`, narrower)).status, 200);
  t.equal(
    (await api.call('POST', '/extensions', { token, body: extension })).status,
    403,
    'what a role loses is lost at once',
  );
});

t.test('nobody gives, takes or makes rights that he does not have', async (t) => {
  const { api, acme, make, login, roleId, setRoles } = await people(t);
  const limited = await api.call('POST', '/roles', {
    body: { companyId: acme.id, name: 'Limited', permissions: ['users:write', 'roles:write', 'tokens:write'] },
  });
  const boss = await make('boss', { role: 'administrator' });
  const id = await make('anna', { role: null });
  await api.call('POST', `/users/${id}/roles`, { body: { roleIds: [limited.body.id] } });
  const { token } = (await login('anna')).body;
  const refused = { status: 403, body: { code: 'RIGHTS_NOT_HELD' } };
  t.match(await setRoles(id, ['administrator'], token), refused, 'not to himself');
  t.match(await setRoles(boss, [], token), refused, 'nor away from others');
  const more = { name: 'More', permissions: ['admin'] };
  t.match(await api.call('POST', '/roles', { token, body: more }), refused);
  t.match(await api.call('PATCH', `/roles/${limited.body.id}`, { token, body: { permissions: ['admin'] } }), refused);
  const administrator = await roleId(acme.id, 'administrator');
  t.match(await api.call('PATCH', `/roles/${administrator}`, { token, body: { requiresSecondFactor: true } }), refused);
  t.match(await api.call('POST', '/tokens', { token, body: { name: 'x', scopes: ['admin'] } }), { status: 403 });
  for (const method of ['show', 'link', 'mail']) {
    t.match(await api.call('POST', `/users/${boss}/reset-password`, { token, body: { method } }), refused, method);
  }
  t.match(await api.call('POST', `/users/${boss}/end-sessions`, { token }), refused);
  t.match(await api.call('POST', `/users/${id}/operator`, { token, body: { isOperator: true } }), {
    status: 403,
    body: { code: 'FORBIDDEN' },
  });
});

t.test('the last administrator stays one', async (t) => {
  const { api, make, setRoles } = await people(t);
  const [anna, ben] = [await make('anna', { role: 'administrator' }), await make('ben', { role: 'administrator' })];
  t.equal((await setRoles(anna, ['user'])).status, 200);
  t.match(await setRoles(ben, ['user']), { status: 409, body: { code: 'LAST_ADMINISTRATOR' } });
  await api.db.write((tx) => tx.user.update({ where: { id: anna }, data: { state: 'disabled' } }));
  t.equal((await setRoles(anna, ['administrator'])).status, 200);
  t.match(
    await setRoles(ben, []),
    { status: 409, body: { code: 'LAST_ADMINISTRATOR' } },
    'a disabled one does not count',
  );
});

t.test('a role in a second company makes a guest, who works there and manages nothing of his own', async (t) => {
  const { api, acme, make, login, roleId } = await people(t);
  const other = await api.company('other');
  const id = await make('anna', {});
  const boss = await make('boss', { companyId: other.id, role: 'administrator' });
  const { token: bossToken } = (await login('boss')).body;
  const roleIds = [await roleId(other.id, 'administrator')];
  const early = await api.call('POST', `/users/${id}/roles`, { token: bossToken, body: { roleIds } });
  t.equal(early.status, 404, 'who is no member is not there');
  const given = await api.call('POST', `/users/${id}/roles`, { body: { roleIds, companyId: other.id } });
  t.equal(given.status, 200, 'the platform may bring somebody in');
  const { token } = (await login('anna')).body;
  const me = await api.call('GET', '/me', { token });
  t.same(
    me.body.companies.map(({ name }: { name: string }) => name),
    ['acme', 'other'],
  );
  t.equal((await api.call('GET', '/extensions', { token })).status, 403, 'at home a user');
  t.equal((await api.call('POST', '/me/company', { token, body: { companyId: other.id } })).status, 204);
  t.match((await api.call('GET', '/me', { token })).body, { company: { name: 'other' }, permissions: ['admin'] });
  t.equal((await api.call('GET', '/extensions', { token })).status, 200, 'there an administrator');
  t.equal((await api.call('GET', `/users/${id}`, { token })).status, 404, 'the account belongs to the other company');
  const members = await api.call('GET', `/companies/${other.id}/members`, { token });
  t.same(
    members.body.items.map((one: { username: string; isGuest: boolean }) => [one.username, one.isGuest]),
    [
      ['anna', true],
      ['boss', false],
    ],
  );
  t.equal((await api.call('GET', `/companies/${acme.id}/members`, { token })).status, 404);
  t.equal((await api.call('POST', `/users/${id}/roles`, { token: bossToken, body: { roleIds: [] } })).status, 200);
  t.equal((await api.call('GET', '/me', { token })).status, 401, 'thrown off when the membership ends');
  t.ok(boss);
});

t.test('an operator does everything everywhere until it is taken away', async (t) => {
  const { api, make, login } = await people(t);
  await api.company('other');
  const id = await make('anna', {});
  t.equal((await api.call('POST', `/users/${id}/operator`, { body: { isOperator: true } })).status, 200);
  const { token } = (await login('anna')).body;
  t.equal((await api.call('GET', '/companies', { token })).body.total, 2);
  t.equal((await api.call('GET', '/pbxes', { token })).status, 200);
  const third = { name: 'Third', slug: 'third', ranges: [['10', '19']], country: 'DE', timezone: 'UTC' };
  const made = await api.call('POST', '/companies', { token, body: third });
  const members = await api.call('GET', `/companies/${made.body.id}/members`);
  t.match(
    members.body.items,
    [{ username: 'anna', roles: [{ builtIn: 'administrator' }] }],
    'who creates it is its administrator',
  );
  t.equal((await api.call('POST', `/users/${id}/operator`, { body: { isOperator: false } })).status, 200);
  t.equal((await api.call('GET', '/companies', { token })).status, 401);
});
