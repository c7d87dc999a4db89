import t, { type Test } from 'tap';
import { createTestApp, type Json } from '../support/app.ts';
import { createPerson } from '../support/people.ts';

async function setUp(t: Test) {
  const api = await createTestApp(t);
  const acme = await api.company('acme', { timezone: 'Europe/Berlin' });
  const ok = async (method: string, path: string, body?: unknown): Promise<Json> => {
    const answer = await api.call(method, path, body === undefined ? {} : { body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const site = await ok('POST', '/sites', { companyId: acme.id, name: 'Hall', timezone: 'Asia/Kolkata' });
  const extension = await api.extension(acme.id, '1001', { mailbox: {} });
  const device = await ok('POST', '/devices', {
    ...{ companyId: acme.id, mac: '001565aa0001', vendor: 'yealink', model: 'T54W', siteId: site.id },
    lines: [{ extensionId: extension.id }],
  });
  const set = (scope: string, scopeId: string, key: string, value: unknown) =>
    api.call('PUT', '/phone-settings', { body: { companyId: acme.id, scope, scopeId, key, value } });
  const path = `/devices/${device.id}`;
  const effective = async (key: string) =>
    (await ok('GET', `${path}/settings`)).items.find((item: Json) => item.key === key);
  return { api, acme, ok, site, extension, device, set, path, effective };
}

t.test('the layer nearest to the phone wins, and says so', async (t) => {
  const { acme, device, site, set, effective, ok } = await setUp(t);
  t.match(await effective('language'), { value: 'en', source: 'default' });
  t.match(await effective('timezone'), { value: 'Asia/Kolkata', source: 'site', scopeId: site.id });
  const layout = await ok('POST', '/key-layouts', { companyId: acme.id, name: 'L', siteId: site.id, keys: [] });
  const family = (await ok('GET', '/phone-models?vendor=yealink')).items.find(({ id }: Json) => id === 'T54W').family;
  for (const [scope, scopeId, value] of [
    ['company', '', 'aa'],
    ['vendor', 'yealink', 'bb'],
    ['family', `yealink/${family}`, 'cc'],
    ['model', 'yealink/T54W', 'dd'],
    ['site', site.id, 'ee'],
    ['layout', layout.id, 'ff'],
    ['device', device.id, 'gg'],
  ] as const) {
    t.equal((await set(scope, scopeId, 'language', value)).status, 200, scope);
    t.match(await effective('language'), { value, source: scope, scopeId });
  }
  await ok('DELETE', `/phone-settings?companyId=${acme.id}&scope=device&scopeId=${device.id}&key=language`);
  t.match(await effective('language'), { value: 'ff', source: 'layout' });
});

t.test('settings are judged by their definitions, layers by the company', async (t) => {
  const { api, device, set, site } = await setUp(t);
  const other = await api.company('other');
  const foreign = (await api.call('POST', '/sites', { body: { companyId: other.id, name: 'There' } })).body.id;
  for (const [scope, scopeId, key, value] of [
    ['device', device.id, 'srtp', 'maybe'],
    ['device', device.id, 'no.such', 1],
    ['device', device.id, '__proto__', 1],
    ['device', device.id, 'admin.password', 'a"b'],
    ['device', device.id, 'srtp', null],
    ['site', site.id, 'native.yealink.features.x', 'two\nlines'],
    ['site', site.id, 'native.nobody.x', '1'],
    ['vendor', 'yealink', 'native.nobody.x', '1'],
  ] as const) {
    const answer = await set(scope, scopeId, key, value);
    t.match(answer, { status: 422, body: { code: 'PHONE_SETTING_INVALID' } }, `${key} ${JSON.stringify(value)}`);
  }
  for (const [scope, scopeId] of [
    ['site', foreign],
    ['device', 'x'],
    ['vendor', 'nobody'],
    ['model', 'yealink/T999'],
    ['family', 'yealink/none'],
    ['company', 'x'],
  ] as const) {
    t.match(await set(scope, scopeId, 'srtp', 'off'), { status: 422, body: { errors: [{ path: 'scopeId' }] } }, scope);
  }
});

t.test('secret settings are sealed, and shown as stars', async (t) => {
  const { api, acme, set, effective, ok } = await setUp(t);
  const secret = 'CanaryPassword42';
  t.match((await set('company', '', 'admin.password', secret)).body, { value: '********' });
  t.equal((await effective('admin.password')).value, '********');
  const listed = await ok('GET', `/phone-settings?companyId=${acme.id}&scope=company`);
  t.same(listed.items, [{ key: 'admin.password', value: '********' }]);
  const everything = JSON.stringify([
    await api.db.read.phoneSetting.findMany(),
    await api.db.read.auditEvent.findMany(),
  ]);
  t.notOk(everything.includes(secret));
});

t.test('files are shown with stars for secrets, and a change is tried before it is made', async (t) => {
  const { api, device, path, ok, extension } = await setUp(t);
  const { items } = await ok('GET', `${path}/files`);
  t.ok(items.length > 0);
  const account = await api.db.read.sipAccount.findFirstOrThrow({ where: { extensionId: extension.id } });
  const sip = api.db.seal.open(account.secretSealed, `SipAccount:${account.id}`);
  const { body: secrets } = await api.call('POST', `${path}/reveal`, { body: {} });
  for (const { name } of items) {
    const { text } = await ok('GET', `${path}/files/${name}`);
    for (const secret of [sip, secrets.adminPassword, secrets.httpPassword, secrets.address]) {
      t.notOk(text.includes(secret), `${name} shows no secret`);
    }
  }
  const main = await ok('GET', `${path}/files/001565aa0001.cfg`);
  t.match(main.text, /account\.1\.user_name = 1001/);
  t.equal((await api.call('GET', `${path}/files/x.cfg`)).status, 404);
  const tried = await ok('POST', `${path}/preview`, {
    keys: [{ index: 5, type: 'blf', value: '1002', label: 'Bob' }],
    settings: { 'native.yealink.features.dnd.enable': '0' },
  });
  t.equal(tried.files.length, 1);
  t.match(tried.files[0].diff, /^--- 001565aa0001\.cfg\n\+\+\+ 001565aa0001\.cfg\n@@ /);
  t.match(tried.files[0].diff, /\n\+linekey\.5\.value = 1002\n/);
  t.match(tried.files[0].diff, /\n\+features\.dnd\.enable = 0\n/);
  t.same((await ok('GET', path)).keys, [], 'nothing was changed');
  t.equal(await api.db.read.phoneSetting.count(), 0);
  t.same(await ok('POST', `${path}/preview`, {}), { files: [] });
  t.equal((await api.db.read.device.findUniqueOrThrow({ where: { id: device.id } })).version, 1);
});

t.test('a phone without a model has no files, in plain words', async (t) => {
  const { api, acme, ok } = await setUp(t);
  const { id } = await ok('POST', '/devices', { companyId: acme.id, mac: '001565aa0002', vendor: 'yealink' });
  const answer = await api.call('GET', `/devices/${id}/files`);
  t.match(answer, { status: 422, body: { code: 'DEVICE_NOT_RENDERABLE', errors: [{ path: 'model' }] } });
});

t.test('keys that a phone has not are refused, with the phones that have them not', async (t) => {
  const { api, acme, ok, path, site } = await setUp(t);
  const small = { companyId: acme.id, mac: '001565aa0002', vendor: 'yealink', model: 'T31P', siteId: site.id };
  await ok('POST', '/devices', small);
  const keys = [{ index: 12, type: 'speed_dial', value: '0123', label: 'Late' }];
  const refused = await api.call('POST', '/key-layouts', {
    body: { companyId: acme.id, name: 'Hall', siteId: site.id, keys },
  });
  t.match(refused, {
    status: 422,
    body: { code: 'KEYS_OVERFLOW', details: { count: 1, phones: [{ mac: '001565aa0002' }] } },
  });
  const layout = await ok('POST', '/key-layouts', { companyId: acme.id, name: 'Hall', keys });
  await ok('PATCH', path, { keyLayoutId: layout.id });
  const too = await api.call('PATCH', `/key-layouts/${layout.id}`, { body: { keys: [{ index: 99, type: 'none' }] } });
  t.match(too, { status: 422, body: { code: 'KEYS_OVERFLOW' } });
  t.match(await api.call('PATCH', path, { body: { model: 'T31P' } }), { status: 422, body: { code: 'KEYS_OVERFLOW' } });
  t.match(await ok('GET', path), { model: 'T54W', keyLayout: { name: 'Hall' } }, 'nothing was cut');
});

t.test('keys of site, team, own layout and phone lie over each other', async (t) => {
  const { api, acme, ok, path, site } = await setUp(t);
  const anna = await createPerson(api, acme.id, 'anna');
  const team = await ok('POST', '/teams', { companyId: acme.id, name: 'Sales' });
  await ok('POST', `/teams/${team.id}/members`, { userIds: [anna.id] });
  const speed = (index: number, value: string) => ({ index, type: 'speed_dial', value, label: `to ${value}` });
  const layout = (name: string, more: Json) => ok('POST', '/key-layouts', { companyId: acme.id, name, ...more });
  await layout('Site', {
    siteId: site.id,
    keys: [speed(2, '2000'), speed(3, '3000'), speed(4, '4000'), speed(5, '5000')],
  });
  await layout('Team', { groupId: team.id, keys: [speed(3, '3001'), speed(4, '4001'), speed(5, '5001')] });
  const own = await layout('Own', { keys: [speed(4, '4002'), speed(5, '5002')] });
  await ok('PATCH', path, { userId: anna.id, keyLayoutId: own.id, keys: [speed(5, '5003')] });
  const { text } = await ok('GET', `${path}/files/001565aa0001.cfg`);
  for (const [index, value] of [
    [2, '2000'],
    [3, '3001'],
    [4, '4002'],
    [5, '5003'],
  ]) {
    t.match(text, new RegExp(`\nlinekey\\.${index}\\.value = ${value}\n`));
  }
  t.match(text, /\nlinekey\.1\.type = 15\n/, 'the line has its own key, for nobody put another there');
});

t.test('a phone that asked is adopted in one call, as it was seen', async (t) => {
  const { api, acme, ok, site } = await setUp(t);
  const now = new Date();
  const seen = {
    userAgent: 'Yealink SIP-T46U 108.86.0.20',
    address: '10.0.0.9',
    path: '/x.cfg',
    reason: 'unknown',
    firstAt: now,
    lastAt: now,
  };
  await api.db.write((tx) =>
    tx.phoneSighting.create({
      data: { ...seen, mac: '001565bb0001', companyId: acme.id, siteId: site.id, vendor: 'yealink', model: 't46u' },
    }),
  );
  await api.db.write((tx) => tx.phoneSighting.create({ data: { ...seen, mac: '001565bb0002' } }));
  const token = await api.token(['admin'], { companyId: acme.id });
  t.same(
    (await api.call('GET', '/phone-sightings', { token })).body.items.map(({ mac }: Json) => mac),
    ['001565bb0001'],
    'a company sees its own',
  );
  const hidden = await api.call('POST', '/phone-sightings/001565bb0002/adopt', { token, body: {} });
  t.equal(hidden.status, 404);
  const adopted = await api.call('POST', '/phone-sightings/001565bb0001/adopt', { token, body: {} });
  t.match(adopted, { status: 201, body: { mac: '001565bb0001', model: 'T46U', site: { id: site.id } } });
  t.equal((await api.call('GET', '/phone-sightings', { token })).body.total, 0);
  const nameless = await api.call('POST', '/phone-sightings/001565bb0002/adopt', { body: { companyId: acme.id } });
  t.match(nameless, { status: 422, body: { errors: [{ path: 'vendor' }] } });
  await ok('DELETE', '/phone-sightings/001565bb0002');
});

t.test('a site has one address for its phones, which dies when there is another', async (t) => {
  const { api, ok, site } = await setUp(t);
  const path = `/sites/${site.id}/phones`;
  t.match(await ok('GET', path), { address: null, networks: [] });
  const first = (await ok('POST', `${path}/address`, {})).address;
  t.match(first, /^https:\/\/127\.0\.0\.1:8443\/p\/[A-Za-z0-9_-]{32}\/$/);
  t.equal((await ok('GET', path)).address, first);
  const second = (await ok('POST', `${path}/address`, {})).address;
  t.not(second, first);
  t.match(await ok('PATCH', path, { networks: ['10.0.0.0/8', 'fd00::/8'] }), { networks: ['10.0.0.0/8', 'fd00::/8'] });
  for (const wrong of ['10.0.0.0', '10.0.0.0/33', 'x/8', '::/129']) {
    t.equal((await api.call('PATCH', path, { body: { networks: [wrong] } })).status, 400, wrong);
  }
  await ok('DELETE', `${path}/address`);
  t.equal((await ok('GET', path)).address, null);
});
