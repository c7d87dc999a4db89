import t from 'tap';
import { createTestApp, type Json, type TestApp } from '../support/app.ts';

async function world(t: Parameters<typeof createTestApp>[0], more: Json = {}) {
  const api = await createTestApp(t);
  const company = await api.company('acme', more);
  let count = 0;
  const user = async (fields: Json = {}, query = '') => {
    count++;
    const body = { companyId: company.id, username: `user-${count}`, firstName: 'Ann', lastName: 'Lee', ...fields };
    return api.call('POST', `/users${query}`, { body });
  };
  const patch = (id: string, body: Json, query = '') => api.call('PATCH', `/users/${id}${query}`, { body });
  return { api, company, user, patch };
}

const titles = async (api: TestApp, query: string) =>
  (await api.call('GET', `/users?${query}`)).body.items.map((one: Json) => one.username);

t.test('a user has a title, a contact, a type and external ids, and is active with the role User', async (t) => {
  const { company, user } = await world(t, { userTypes: ['employee', 'Guest of the house'] });
  const fields = {
    title: 'Head of Sales',
    personalContact: ' +49 (30) 123456 ',
    userType: 'employee',
    externalIds: [
      { name: 'crm', value: 'C-17' },
      { name: 'agent', value: '4711' },
    ],
  };
  const { status, body } = await user(fields);
  t.equal(status, 201);
  t.match(body, {
    ...fields,
    companyId: company.id,
    personalContact: '+4930123456',
    externalIds: [
      { name: 'agent', value: '4711' },
      { name: 'crm', value: 'C-17' },
    ],
    state: 'active',
    disabled: null,
    isOperator: false,
    hasPassword: false,
    mustChangePassword: false,
    hasSecondFactor: false,
    hasPhonePin: false,
    lastLoginAt: null,
    roles: [{ name: 'User', builtIn: 'user' }],
    groups: [],
    avatar: null,
  });
});

t.test('what has rules of its own cannot be set as a field', async (t) => {
  const { api, user, patch } = await world(t);
  const { id } = (await user()).body;
  const foreign = {
    state: 'disabled',
    isOperator: true,
    passwordHash: 'x',
    totpSealed: 'x',
    phonePinSealed: 'x',
    mustChangePassword: false,
    roles: [],
    groups: [],
    avatar: null,
    companyId: 'other',
    lastLoginAt: null,
  };
  for (const [name, value] of Object.entries(foreign)) {
    const wrong = { status: 400, body: { code: 'VALIDATION_FAILED', errors: [{ code: 'FIELD_UNKNOWN' }] } };
    t.match(await patch(id, { [name]: value }), wrong, `PATCH ${name}`);
    if (name !== 'companyId') t.match(await user({ [name]: value }), wrong, `POST ${name}`);
  }
  t.match((await api.call('GET', `/users/${id}`)).body, { version: 1, state: 'active', isOperator: false });
});

t.test('user names are the same whatever their case and way of writing, and may be e-mail addresses', async (t) => {
  const { user, patch } = await world(t);
  const ann = (await user({ username: '  Ann@Example.com ' })).body;
  t.equal(ann.username, 'Ann@Example.com');
  const taken = { status: 409, body: { code: 'USERNAME_TAKEN', errors: [{ path: 'username' }] } };
  t.match(await user({ username: 'ann@example.COM' }), taken);
  t.match(await user({ username: 'ａnn@example.com' }), taken, 'full-width letters are the same letters');
  t.match(await patch(ann.id, { username: 'ANN@example.com' }), { status: 200, body: { version: 2 } }, 'own name');
  const other = (await user({ username: 'bob' })).body;
  t.match(await patch(other.id, { username: 'ann@EXAMPLE.com' }), taken);
  for (const username of ['a\u202eb', 'a\u0007b', 'a\nb', ' ', '\u3000']) {
    t.match(await user({ username }), { status: 400, body: { errors: [{ path: 'username' }] } }, escape(username));
  }
});

t.test('a personal contact is a phone number or an e-mail address', async (t) => {
  const { user, patch } = await world(t);
  const { id } = (await user()).body;
  const contact = async (personalContact: unknown) => {
    const { body } = await patch(id, { personalContact });
    return body.errors?.[0]?.code ?? body.personalContact;
  };
  t.equal(await contact('+44 20 7946 0018'), '+442079460018');
  t.equal(await contact('Ann.Lee@Example.COM'), 'Ann.Lee@example.com');
  for (const wrong of ['030 123456', 'ann', 'ann@host', '"a b"@example.com', '+1', 'a@b.c, d@e.f']) {
    t.equal(await contact(wrong), 'CONTACT_INVALID', wrong);
  }
  t.equal(await contact(null), null);
});

t.test('a user type must be in the list of the company, and stays there while it is used', async (t) => {
  const { api, company, user, patch } = await world(t, { userTypes: ['employee'] });
  const { id } = (await user({ userType: 'employee' })).body;
  const unknown = { status: 422, body: { code: 'REFERENCE_INVALID', errors: [{ path: 'userType' }] } };
  t.match(await user({ userType: 'robot' }), unknown);
  t.match(await patch(id, { userType: 'robot' }), unknown);
  const list = (userTypes: string[]) => api.call('PATCH', `/companies/${company.id}`, { body: { userTypes } });
  t.match(await list(['guest']), { status: 409, body: { code: 'USER_TYPE_IN_USE', errors: [{ path: 'userTypes' }] } });
  t.match(await list(['guest', 'employee']), { status: 200, body: { userTypes: ['guest', 'employee'] } });
  t.match(await patch(id, { userType: null }), { status: 200, body: { userType: null } });
  t.equal((await list([])).status, 200);
});

t.test('external ids are unique in a company, and a PATCH replaces all of them', async (t) => {
  const { api, company, user, patch } = await world(t);
  const crm = (value: string) => ({ name: 'crm', value });
  const ann = (await user({ externalIds: [crm('1'), { name: 'agent', value: '1' }] })).body;
  const bob = (await user({ externalIds: [crm('2')] })).body;
  t.match(await user({ externalIds: [{ name: 'x', value: '1' }, crm('1')] }), {
    status: 409,
    body: { code: 'EXTERNAL_ID_TAKEN', errors: [{ path: 'externalIds.1.value', code: 'EXTERNAL_ID_TAKEN' }] },
  });
  t.equal((await patch(bob.id, { externalIds: [crm('1')] })).body.code, 'EXTERNAL_ID_TAKEN');
  const same = { externalIds: [{ name: 'agent', value: '1' }, crm('1')] };
  t.equal((await patch(ann.id, same)).body.version, 1, 'the same ones change nothing');
  t.match((await patch(ann.id, { externalIds: [crm('3')] })).body, { externalIds: [crm('3')], version: 2 });
  t.match((await api.call('GET', `/activity?objectId=${ann.id}&action=user.updated`)).body.items, [
    { details: { externalIds: [[{ name: 'agent' }, crm('1')], [crm('3')]] } },
  ]);
  t.equal((await patch(bob.id, { externalIds: [crm('1')] })).status, 200, 'what is free again can be had');
  const twice = await patch(bob.id, { externalIds: [crm('8'), crm('9')] });
  t.match(twice.body, { errors: [{ code: 'EXTERNAL_ID_REPEATED' }] }, 'one id for each system');
  t.match((await patch(bob.id, { externalIds: [{ name: 'C R M', value: '1' }] })).body, {
    errors: [{ path: 'externalIds.0.name', code: 'EXTERNAL_ID_NAME_INVALID' }],
  });
  const other = await api.company('other');
  const elsewhere = { companyId: other.id, externalIds: [crm('1')] };
  t.equal((await user(elsewhere)).status, 201, 'another company counts by itself');
  t.same(await titles(api, `externalId=3&companyId=${company.id}`), [ann.username]);
});

t.test('the telephone PIN is typed twice, not weak, sealed and never shown', async (t) => {
  const { api, user, patch } = await world(t);
  const pin = (phonePin: unknown, phonePinConfirmation: unknown = phonePin) => ({ phonePin, phonePinConfirmation });
  const made = await user(pin('836291'));
  t.match(made.body, { hasPhonePin: true });
  t.match(await user(pin('1234')), { status: 422, body: { code: 'PIN_WEAK', errors: [{ path: 'phonePin' }] } });
  t.equal((await user(pin('1234'), '?allowWeakPins=true')).status, 201);
  const differs = { status: 400, body: { errors: [{ path: 'phonePinConfirmation', code: 'PIN_CONFIRMATION_WRONG' }] } };
  t.match(await user(pin('836291', '836292')), differs);
  t.match(await user({ phonePin: '836291' }), differs);
  t.match(await user({ phonePinConfirmation: '836291' }), differs);
  for (const wrong of ['123', '1234567', '83a291', '']) {
    t.match(await user(pin(wrong)), { status: 400, body: { errors: [{ code: 'PIN_INVALID' }, {}] } }, wrong);
  }
  const { id } = made.body;
  const row = async () => api.db.read.user.findUniqueOrThrow({ where: { id } });
  t.equal(api.db.seal.open((await row()).phonePinSealed ?? '', `User:${id}`), '836291');
  t.match(await patch(id, pin('731952')), { status: 200, body: { version: 2 } });
  t.match(await patch(id, { phonePin: null }), { status: 200, body: { version: 3, hasPhonePin: false } });
  t.equal((await row()).phonePinSealed, null);
  t.match((await api.call('GET', `/activity?objectId=${id}&action=user.updated`)).body.items, [
    { details: { phonePin: ['****', null] } },
    { details: { phonePin: ['****', '****'] } },
  ]);
  const everything = api.logged.join('') + (await api.call('GET', '/activity?limit=500')).text + made.text;
  for (const secret of ['836291', '731952']) t.notMatch(everything, secret);
});

t.test('a mailbox made for a user gets the telephone PIN, until one is given or it is weak there', async (t) => {
  const { api, company, user } = await world(t);
  const pin = { phonePin: '101183', phonePinConfirmation: '101183' };
  const { id } = (await user({ username: 'ann', ...pin })).body;
  const pinOf = async (extensionId: string) => {
    const box = await api.db.read.mailbox.findUniqueOrThrow({ where: { extensionId } });
    return api.db.seal.open(box.pinSealed, `Mailbox:${box.id}`);
  };
  const own = await api.extension(company.id, '1001', { userId: id, mailbox: {} });
  t.equal(await pinOf(own.id), '101183');
  t.notOk(own.credentials.pin, 'who knows it needs not be told');
  const named = await api.extension(company.id, '1002', { user: { username: 'ANN' }, mailbox: {} });
  t.equal(await pinOf(named.id), '101183', 'also by name');
  const given = await api.extension(company.id, '1003', { userId: id, mailbox: { pin: '731952' } });
  t.equal(await pinOf(given.id), '731952');
  const weak = await api.extension(company.id, '1011', { userId: id, mailbox: {} });
  t.not(await pinOf(weak.id), '101183', 'it holds the number of this extension');
  t.equal(await pinOf(weak.id), weak.credentials.pin);
  const later = await api.extension(company.id, '1004', { userId: id });
  t.equal((await api.call('PATCH', `/extensions/${later.id}`, { body: { mailbox: {} } })).status, 200);
  t.equal(await pinOf(later.id), '101183', 'a mailbox added later');
  const nobodys = await api.extension(company.id, '1005', { mailbox: {} });
  t.match(nobodys.credentials.pin, /^[0-9]{6}$/);
  const stranger = (await user()).body;
  const without = await api.extension(company.id, '1006', { userId: stranger.id, mailbox: {} });
  t.match(without.credentials.pin, /^[0-9]{6}$/, 'a user without a PIN');
});

t.test('the list is filtered, searched and sorted', async (t) => {
  const { api, company, user } = await world(t, { userTypes: ['guest'] });
  const site = (await api.call('POST', '/sites', { body: { companyId: company.id, name: 'Here' } })).body;
  const ann = (await user({ username: 'ann', firstName: 'Zoe', siteId: site.id, userType: 'guest' })).body;
  await user({ username: 'Bob', firstName: 'abe', lastName: 'Moss', externalIds: [{ name: 'crm', value: 'X-99' }] });
  const [group] = [(await api.call('POST', '/groups', { body: { companyId: company.id, name: 'G' } })).body];
  await api.call('PUT', `/groups/${group.id}/members/${ann.id}`);
  await api.db.write((tx) =>
    tx.user.update({ where: { id: ann.id }, data: { state: 'locked', lastLoginAt: new Date() } }),
  );
  t.same(await titles(api, 'sort=username'), ['ann', 'Bob']);
  t.same(await titles(api, 'sort=firstName'), ['Bob', 'ann']);
  t.same(await titles(api, 'sort=lastLoginAt'), ['Bob', 'ann'], 'who never logged in comes first');
  t.same(await titles(api, 'username=ANN'), ['ann']);
  t.same(await titles(api, 'state=locked'), ['ann']);
  t.same(await titles(api, 'userType=guest'), ['ann']);
  t.same(await titles(api, `siteId=${site.id}`), ['ann']);
  t.same(await titles(api, `groupId=${group.id}`), ['ann']);
  t.same(await titles(api, `roleId=${ann.roles[0].id}`), ['ann', 'Bob']);
  t.same(await titles(api, 'externalId=X-99'), ['Bob']);
  t.same(await titles(api, 'q=x-9'), ['Bob']);
  t.same(await titles(api, 'q=moss'), ['Bob']);
  t.equal((await api.call('GET', '/users?state=gone')).status, 400);
});

t.test('the directory is for everybody and says little', async (t) => {
  const { api, company, user } = await world(t);
  const ann = (await user({ username: 'ann', title: 'Boss', email: 'ann@example.com', personalContact: '+4930123456' }))
    .body;
  await api.extension(company.id, '1001', { userId: ann.id });
  const bob = (await user({ username: 'bob' })).body;
  await api.db.write((tx) => tx.user.update({ where: { id: bob.id }, data: { state: 'disabled' } }));
  const other = await api.company('other');
  const foreigner = (await user({ companyId: other.id })).body;
  const token = await api.token(['users:read'], { companyId: company.id });
  const list = await api.call('GET', '/colleagues', { token });
  t.same(list.body.items, [
    {
      id: ann.id,
      firstName: 'Ann',
      lastName: 'Lee',
      title: 'Boss',
      email: 'ann@example.com',
      site: null,
      groups: [],
      avatar: null,
      extensions: (await api.call('GET', `/users/${ann.id}`)).body.extensions,
    },
  ]);
  t.match(list.body.items[0].extensions, [{ number: '1001' }]);
  const get = (id: string) => api.call('GET', `/colleagues/${id}`, { token });
  t.same((await get(ann.id)).body, list.body.items[0]);
  t.match(await get(bob.id), { status: 404, body: { code: 'NOT_FOUND' } }, 'who is disabled');
  t.match(await get(foreigner.id), { status: 404, body: { code: 'NOT_FOUND' } }, 'who is elsewhere');
  t.equal((await api.call('GET', '/colleagues?q=1001', { token })).body.total, 1, 'found by extension');
  t.equal((await api.call('GET', '/users', { token })).status, 403, 'the whole of users is for administrators');
});

t.test('a duplicate has the settings and nothing that is secret or personal', async (t) => {
  const { api, company, user } = await world(t, { userTypes: ['guest'] });
  const site = (await api.call('POST', '/sites', { body: { companyId: company.id, name: 'Here' } })).body;
  const pin = { phonePin: '836291', phonePinConfirmation: '836291' };
  const shared = {
    siteId: site.id,
    language: 'pt-BR',
    timezone: 'America/Sao_Paulo',
    title: 'Agent',
    userType: 'guest',
  };
  const personal = {
    personalContact: '+4930123456',
    externalIds: [{ name: 'crm', value: '1' }],
    email: 'a@example.com',
  };
  const ann = (await user({ ...shared, ...personal, ...pin })).body;
  const team = (await api.call('POST', '/teams', { body: { companyId: company.id, name: 'Sales' } })).body;
  await api.call('PUT', `/teams/${team.id}/members/${ann.id}`);
  const role = { id: 'role-1', companyId: company.id, name: 'Desk', permissions: '["lines:write"]' };
  await api.db.write(async (tx) => {
    await tx.role.create({ data: { ...role, createdAt: new Date(), updatedAt: new Date() } });
    await tx.userRole.create({ data: { userId: ann.id, roleId: role.id } });
  });
  const person = { username: 'bea', firstName: 'Bea', lastName: 'Ray' };
  const copy = await api.call('POST', `/users/${ann.id}/duplicate`, { body: { ...person, sendNothing: true } });
  t.match(copy, { status: 201, headers: { location: `/api/v1/users/${copy.body.id}` } });
  t.match(copy.body, {
    ...shared,
    ...person,
    companyId: company.id,
    email: null,
    personalContact: null,
    externalIds: [],
    hasPhonePin: false,
    hasPassword: false,
    roles: [{ name: 'Desk' }, { name: 'User' }],
    groups: [{ id: team.id, kind: 'team', name: 'Sales' }],
    extensions: [],
  });
  t.notOk(copy.body.credentials);
  const bound = (scopes: string[]) => api.token(scopes, { companyId: company.id });
  const again = async (scopes: string[], more: Json = {}) => {
    const body = { ...person, username: scopes.join(), ...more };
    return api.call('POST', `/users/${ann.id}/duplicate`, { body, token: await bound(scopes) });
  };
  t.match(await again(['users:write']), {
    status: 403,
    body: { code: 'RIGHTS_NOT_HELD', details: { roles: ['Desk'] } },
  });
  t.equal((await again(['users:write', 'lines:write'])).status, 201);
  await api.db.write((tx) => tx.userRole.deleteMany({ where: { roleId: role.id } }));
  t.equal((await again(['users:write'])).status, 201);
  t.match(await again(['users:write'], { username: 'x', extension: 'next' }), {
    status: 403,
    body: { code: 'FORBIDDEN', details: { scope: 'lines:write' } },
  });
});

t.test('a duplicate gets an extension like the first one, with secrets of its own', async (t) => {
  const { api, company, user } = await world(t);
  const ann = (await user()).body;
  const like = {
    ringSeconds: 40,
    classOfService: 'international',
    pickupGroup: 'sales',
    account: { kind: 'webrtc', codecs: ['opus'], maxContacts: 3 },
    mailbox: { attach: false, email: 'ann@example.com' },
  };
  const own = { forwardAlways: '1999', callerIdName: 'Ann', doNotDisturb: true };
  await api.extension(company.id, '1000', { userId: ann.id, ...like, ...own });
  await api.extension(company.id, '1001');
  const duplicate = (username: string, extension: string) => {
    const body = { username, firstName: 'Bea', lastName: 'Ray', email: 'bea@example.com', extension };
    return api.call('POST', `/users/${ann.id}/duplicate`, { body });
  };
  const { status, body } = await duplicate('bea', 'next');
  t.equal(status, 201);
  t.match(body.extensions, [{ number: '1002', displayName: 'Bea Ray' }]);
  t.match(body.credentials, { endpoint: '1002', secret: /^[A-Za-z0-9]{24}$/, pin: /^[0-9]{6}$/ });
  t.match((await api.call('GET', `/extensions/${body.extensions[0].id}`)).body, {
    ringSeconds: 40,
    classOfService: 'international',
    pickupGroup: 'sales',
    accounts: [{ kind: 'webrtc', codecs: ['opus'], maxContacts: 3 }],
    mailbox: { attach: false, email: 'bea@example.com' },
    forwardAlways: null,
    callerIdName: null,
    doNotDisturb: false,
  });
  t.match((await duplicate('cyd', '1500')).body.extensions, [{ number: '1500' }]);
  const before = await api.db.read.user.count();
  t.match(await duplicate('dan', '1500'), { status: 409, body: { code: 'EXTENSION_TAKEN' } });
  t.equal(await api.db.read.user.count(), before, 'both or neither');
  t.match(await duplicate('dan', 'last'), { status: 400, body: { errors: [{ path: 'extension' }] } });
});

t.test('a company keeps its domains, its notice address and its lists', async (t) => {
  const { api, company } = await world(t);
  t.match(company, {
    allowedDomains: [],
    noticeEmail: null,
    userTypes: [],
    labelKinds: [],
    requiresSecondFactor: false,
  });
  const patch = (body: Json) => api.call('PATCH', `/companies/${company.id}`, { body });
  const settings = {
    allowedDomains: ['example.com', 'xn--mller-kva.example'],
    noticeEmail: 'it@example.com',
    userTypes: ['employee', 'guest'],
    labelKinds: ['desk', 'skill'],
    requiresSecondFactor: true,
  };
  t.match(await patch({ ...settings, allowedDomains: ['Example.COM', 'xn--mller-kva.example'] }), {
    status: 200,
    body: { ...settings, version: 2 },
  });
  t.match(await patch(settings), { body: { version: 2 } }, 'the same again changes nothing');
  const wrong: [body: Json, code: string][] = [
    [{ allowedDomains: ['@example.com'] }, 'DOMAIN_INVALID'],
    [{ allowedDomains: ['localhost'] }, 'DOMAIN_INVALID'],
    [{ allowedDomains: ['a.example', 'A.example'] }, 'NAME_REPEATED'],
    [{ noticeEmail: 'nobody' }, 'EMAIL_INVALID'],
    [{ userTypes: ['Guest', 'guest'] }, 'NAME_REPEATED'],
    [{ labelKinds: ['team'] }, 'LABEL_KIND_INVALID'],
    [{ labelKinds: ['Big Desk'] }, 'LABEL_KIND_INVALID'],
  ];
  for (const [body, code] of wrong) t.match(await patch(body), { status: 400, body: { errors: [{ code }] } }, code);
});

t.test('nobody takes over an account that may do more', async (t) => {
  const { api, company, user } = await world(t);
  const boss = (await user()).body;
  const operator = (await user()).body;
  const plain = (await user()).body;
  const admin = await api.db.read.role.findFirstOrThrow({ where: { companyId: company.id, builtIn: 'administrator' } });
  await api.db.write(async (tx) => {
    await tx.userRole.create({ data: { userId: boss.id, roleId: admin.id } });
    await tx.user.update({ where: { id: operator.id }, data: { isOperator: true } });
  });
  const helpdesk = await api.token(['users:write'], { companyId: company.id });
  const administrator = await api.token(['admin'], { companyId: company.id });
  const patch = async (id: string, body: Json, token?: string) => {
    const answer = await api.call('PATCH', `/users/${id}`, { body, token });
    return answer.body.code ?? answer.status;
  };
  const ways = [{ email: 'me@example.com' }, { username: 'me' }, { personalContact: 'me@example.com' }];
  for (const way of ways) {
    t.equal(await patch(boss.id, way, helpdesk), 'RIGHTS_NOT_HELD', JSON.stringify(way));
    t.equal(await patch(operator.id, way, administrator), 'RIGHTS_NOT_HELD', JSON.stringify(way));
  }
  t.equal(await patch(boss.id, { title: 'Boss' }, helpdesk), 200, 'a title opens nothing');
  t.equal(await patch(plain.id, { email: 'me@example.com' }, helpdesk), 200);
  t.equal(await patch(boss.id, { email: 'boss@example.com' }, administrator), 200);
  t.equal(await patch(operator.id, { email: 'op@example.com' }), 200, 'who administers the platform');
});
