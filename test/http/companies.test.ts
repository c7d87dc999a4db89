import t from 'tap';
import { createTestApp, pbxInput } from '../support/app.ts';

const input = { name: 'x', ranges: [['100', '199']], country: 'DE', timezone: 'UTC' };

t.test('the first company of a PBX has no prefix, the others have their slug', async (t) => {
  const api = await createTestApp(t);
  t.equal((await api.company('acme')).endpointPrefix, '');
  t.equal((await api.company('beta')).endpointPrefix, 'beta-');
  const second = (await api.call('POST', '/pbxes', { body: pbxInput('second') })).body;
  t.equal((await api.company('gamma', { pbxId: second.id })).endpointPrefix, '');
});

t.test('the PBX may be left out while there is one', async (t) => {
  const api = await createTestApp(t);
  t.equal((await api.company('acme')).pbxId, api.pbxId);
  await api.call('POST', '/pbxes', { body: pbxInput('second') });
  const wrong = { status: 422, body: { code: 'REFERENCE_INVALID', errors: [{ path: 'pbxId' }] } };
  t.match(await api.call('POST', '/companies', { body: { ...input, slug: 'beta' } }), wrong);
  t.match(await api.call('POST', '/companies', { body: { ...input, slug: 'beta', pbxId: 'nope' } }), wrong);
});

t.test('a slug is taken once and stays', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  t.match(await api.call('POST', '/companies', { body: { ...input, slug: 'acme' } }), {
    status: 409,
    body: { code: 'COMPANY_SLUG_TAKEN', errors: [{ path: 'slug' }] },
  });
  t.equal((await api.call('PATCH', `/companies/${company.id}`, { body: { slug: 'new' } })).status, 400);
});

t.test('ranges do not overlap and leave no extension out', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  await api.extension(company.id, '1500');
  const patch = (ranges: unknown) => api.call('PATCH', `/companies/${company.id}`, { body: { ranges } });
  t.match(await patch([['1000', '1499']]), {
    status: 422,
    body: { code: 'EXTENSION_OUT_OF_RANGE', errors: [{ path: 'ranges' }] },
  });
  t.match(
    await patch([
      ['1000', '1600'],
      ['1600', '1700'],
    ]),
    { status: 400, body: { errors: [{ code: 'RANGES_OVERLAP' }] } },
  );
  t.match(
    await patch([
      ['1500', '1600'],
      ['15', '16'],
    ]),
    {
      status: 200,
      body: {
        ranges: [
          ['1500', '1600'],
          ['15', '16'],
        ],
      },
    },
  );
});

t.test('a company goes when nothing is left of it, with its tokens', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const site = (await api.call('POST', '/sites', { body: { companyId: company.id, name: 'Here' } })).body;
  const token = await api.token(['admin'], { companyId: company.id });
  t.match(await api.call('DELETE', `/companies/${company.id}`), {
    status: 409,
    body: { code: 'COMPANY_NOT_EMPTY', details: { sites: 1, extensions: 0 } },
  });
  await api.call('DELETE', `/sites/${site.id}`);
  t.equal((await api.call('DELETE', `/companies/${company.id}`)).status, 204);
  t.equal((await api.call('GET', `/companies/${company.id}`)).status, 404);
  t.equal((await api.call('GET', '/sites', { token })).status, 401);
  t.match(await api.db.read.outbox.findFirst({ where: { ownerId: company.id } }), { deleted: true });
});

t.test('sites: names are unique in a company, and a site with people stays', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const other = await api.company('beta');
  const create = (companyId: string, name: string) => api.call('POST', '/sites', { body: { companyId, name } });
  const site = (await create(company.id, 'Here')).body;
  t.match(await create(company.id, 'Here'), { status: 409, body: { errors: [{ code: 'SITE_NAME_TAKEN' }] } });
  t.equal((await create(other.id, 'Here')).status, 201);
  const person = { companyId: company.id, username: 'u', firstName: 'F', lastName: 'L', siteId: site.id };
  const user = (await api.call('POST', '/users', { body: person })).body;
  t.match(user.site, { id: site.id, name: 'Here' });
  t.match(await api.call('DELETE', `/sites/${site.id}`), {
    status: 409,
    body: { code: 'SITE_IN_USE', details: { users: 1 } },
  });
  t.match(await api.call('PATCH', `/users/${user.id}`, { body: { siteId: null } }), {
    status: 200,
    body: { site: null },
  });
  t.equal((await api.call('DELETE', `/sites/${site.id}`)).status, 204);
});

t.test('users: names are unique everywhere, and who goes may leave the extension', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  const person = { companyId: company.id, username: 'ann', firstName: 'Ann', lastName: 'Lee' };
  const user = (await api.call('POST', '/users', { body: person })).body;
  t.match(user, { language: 'en', email: null, extensions: [] });
  t.match(await api.call('POST', '/users', { body: person }), { status: 409, body: { code: 'USERNAME_TAKEN' } });
  const extension = await api.extension(company.id, '1001', { userId: user.id });
  t.match(extension.user, { id: user.id, name: 'Ann Lee' });
  t.match((await api.call('GET', `/users/${user.id}`)).body.extensions, [{ number: '1001' }]);
  t.equal((await api.call('DELETE', `/users/${user.id}?extensions=keep`)).status, 200);
  t.match((await api.call('GET', `/extensions/${extension.id}`)).body, { user: null });
});

t.test('every change leaves who, what, and before and after', async (t) => {
  const api = await createTestApp(t);
  const company = await api.company('acme');
  await api.call('PATCH', `/companies/${company.id}`, { body: { name: 'Acme Ltd' } });
  const events = (await api.call('GET', `/activity?objectId=${company.id}`)).body.items;
  t.match(events, [
    { action: 'company.updated', actor: 'token:test-1', details: { name: ['acme', 'Acme Ltd'] } },
    { action: 'company.created', objectType: 'company', companyId: company.id },
  ]);
  t.equal((await api.call('GET', '/activity?action=company.created')).body.total, 1);
  const since = events[0].at;
  t.equal((await api.call('GET', `/activity?since=${since}`)).body.total, 1);
  t.ok((await api.call('GET', `/activity?until=${since}`)).body.total >= 1);
});
