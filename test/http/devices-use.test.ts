import t, { type Test } from 'tap';
import { hashPhoneToken } from '../../src/store/phones/tokens.ts';
import { createTestApp, type Json, PHONES_URL } from '../support/app.ts';
import { createPerson } from '../support/people.ts';

const MAC = '00:15:65:aa:00:01';

/** The app with the company acme, its extensions 1001 and 1002, and one T54W with a line of 1001. */
async function setUp(t: Test) {
  const api = await createTestApp(t);
  const acme = await api.company('acme');
  const [first, second] = [await api.extension(acme.id, '1001'), await api.extension(acme.id, '1002')];
  const ok = async (method: string, path: string, body?: unknown): Promise<Json> => {
    const answer = await api.call(method, path, body === undefined ? {} : { body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const lines = [{ extensionId: first.id }];
  const device = await ok('POST', '/devices', {
    companyId: acme.id,
    mac: MAC,
    vendor: 'yealink',
    model: 't54w',
    lines,
  });
  const row = () => api.db.read.device.findUniqueOrThrow({ where: { id: device.id } });
  return { api, acme, first, second, ok, device, row, path: `/devices/${device.id}` };
}

t.test('a new phone has a window, tokens by their hashes alone, and the free account of its extension', async (t) => {
  const { api, device, row, first } = await setUp(t);
  t.match(device, { mac: '001565aa0001', model: 'T54W', state: 'pending', progress: 'never_seen', problems: [] });
  t.match(device.lines, [{ ordinal: 1, account: 1, endpoint: '1001', extension: { id: first.id } }]);
  t.ok(Date.parse(device.windowUntil) > Date.now(), 'the window is open');
  const stored = JSON.stringify(await row());
  const { body: secrets } = await api.call('POST', `/devices/${device.id}/reveal`, { body: {} });
  const token = secrets.address.split('/p/')[1].slice(0, -1);
  t.equal((await row()).stage2Hash, hashPhoneToken(token));
  for (const secret of [token, secrets.httpPassword, secrets.adminPassword, secrets.userPassword]) {
    t.notOk(stored.includes(secret), 'no secret stands in the database');
    t.notOk(api.logged.join().includes(secret), 'nor in the log');
  }
  const shown = await api.db.read.auditEvent.findMany({ where: { objectId: device.id }, orderBy: { id: 'asc' } });
  t.same(
    shown.map(({ action }) => action),
    ['device.created', 'device.line_added', 'device.secrets_shown'],
  );
});

t.test('a MAC address is one phone, and nobody learns of whom', async (t) => {
  const { api, acme } = await setUp(t);
  const other = await api.company('other');
  for (const companyId of [acme.id, other.id]) {
    const body = { companyId, mac: '001565AA0001', vendor: 'yealink' };
    const answer = await api.call('POST', '/devices', { body });
    t.match(answer, { status: 409, body: { code: 'MAC_TAKEN', errors: [{ path: 'mac' }] } });
    t.notOk(answer.text.includes('acme'));
  }
  for (const mac of ['01:00:5e:00:00:01', '00:00:00:00:00:00', '0015', 'zz:15:65:aa:00:01']) {
    const answer = await api.call('POST', '/devices', { body: { companyId: acme.id, mac, vendor: 'yealink' } });
    t.match(answer, { status: 400, body: { errors: [{ path: 'mac', code: 'MAC_INVALID' }] } }, mac);
  }
});

t.test('references of a phone are those of its company, and models are known ones', async (t) => {
  const { api, path } = await setUp(t);
  const other = await api.company('other');
  const site = (await api.call('POST', '/sites', { body: { companyId: other.id, name: 'There' } })).body.id;
  const foreign = await createPerson(api, other.id, 'bert');
  const alien = await api.extension(other.id, '1001');
  for (const [field, value] of [
    ['siteId', site],
    ['userId', foreign.id],
    ['keyLayoutId', 'x'],
    ['model', 'T999'],
    ['vendor', 'nobody'],
  ]) {
    const answer = await api.call('PATCH', path, { body: { [field as string]: value } });
    t.match(answer, { status: 422, body: { code: 'REFERENCE_INVALID', errors: [{ path: field }] } });
  }
  const line = await api.call('POST', `${path}/lines`, { body: { extensionId: alien.id } });
  t.match(line, { status: 422, body: { errors: [{ path: 'extensionId' }] } });
});

t.test('a line never takes an account that somebody may use already', async (t) => {
  const { api, ok, path, second, first, acme } = await setUp(t);
  await api.db.write((tx) =>
    tx.extensionSeen.create({ data: { extensionId: second.id, lastRegisteredAt: new Date() } }),
  );
  const added = await ok('POST', `${path}/lines`, { extensionId: second.id, label: 'Second' });
  t.match(added.lines[1], { ordinal: 2, account: 2, endpoint: '1002-2', label: 'Second' });
  const twin = await ok('POST', `${path}/duplicate`, { mac: '001565aa0002', withLines: true });
  t.same(
    twin.lines.map(({ endpoint }: Json) => endpoint),
    ['1001-2', '1002-3'],
    'each phone has accounts of its own',
  );
  const taken = await api.call('POST', `/devices/${twin.id}/lines`, { body: { extensionId: first.id, account: 1 } });
  t.match(taken, { status: 409, body: { code: 'DEVICE_LINE_TAKEN' } });
  const named = { mac: '001565aa0003', vendor: 'yealink', companyId: acme.id };
  const third = await ok('POST', '/devices', { ...named, lines: [{ extensionId: second.id, account: 1 }] });
  t.equal(third.lines[0].endpoint, '1002', 'an account that is named is taken');
});

t.test('lines move, and those behind one that goes move up', async (t) => {
  const { api, ok, path, first, second } = await setUp(t);
  await ok('POST', `${path}/lines`, { extensionId: second.id });
  await ok('POST', `${path}/lines`, { extensionId: first.id, ordinal: 1 });
  const endpoints = async () =>
    (await ok('GET', path)).lines.map(({ ordinal, endpoint }: Json) => `${ordinal} ${endpoint}`);
  t.same(await endpoints(), ['1 1001-2', '2 1001', '3 1002']);
  await ok('PATCH', `${path}/lines/3`, { ordinal: 1 });
  t.same(await endpoints(), ['1 1002', '2 1001-2', '3 1001']);
  await ok('DELETE', `${path}/lines/2`);
  t.same(await endpoints(), ['1 1002', '2 1001']);
  const accounts = (await ok('GET', `/extensions/${first.id}/accounts`)).items;
  t.equal(accounts.length, 1, 'the account went with its line');
  const before = await api.db.read.sipAccount.findFirstOrThrow({ where: { extensionId: second.id } });
  await ok('DELETE', `${path}/lines/1`);
  const after = await api.db.read.sipAccount.findFirstOrThrow({ where: { extensionId: second.id } });
  t.not(after.secretSealed, before.secretSealed, 'the last account stays, with a secret that the phone has not');
  await ok('DELETE', `${path}/lines/1?keepAccount=true`);
  t.same(await endpoints(), []);
});

t.test('a broken phone is swapped in one action: the same work, and nothing that the old one knows', async (t) => {
  const { api, ok, path, row, first, device } = await setUp(t);
  await ok('PATCH', path, { keys: [{ index: 2, type: 'blf', value: '1002' }], label: 'Desk' });
  await ok('PUT', '/phone-settings', {
    companyId: device.companyId,
    scope: 'device',
    scopeId: device.id,
    key: 'srtp',
    value: 'required',
  });
  await api.db.write((tx) =>
    tx.deviceSeen.update({
      where: { deviceId: device.id },
      data: { fetchedRevision: 1, fetchedAt: new Date(), address: '10.0.0.7' },
    }),
  );
  await ok('POST', `${path}/address`, {});
  const before = await row();
  const secret = await api.db.read.sipAccount.findFirstOrThrow({ where: { extensionId: first.id } });
  const swapped = await ok('POST', `${path}/swap`, { mac: '00-15-65-aa-00-09' });
  t.match(swapped, { mac: '001565aa0009', state: 'pending', progress: 'never_seen', address: null, label: 'Desk' });
  t.match(swapped, { keys: [{ index: 2, value: '1002' }], lines: [{ endpoint: '1001' }] });
  const after = await row();
  t.equal(after.stage2OldHash, null);
  t.equal(after.stage1Hash, null);
  t.not(after.stage2Hash, before.stage2Hash);
  t.not(after.passwordsSealed, before.passwordsSealed);
  const renewed = await api.db.read.sipAccount.findFirstOrThrow({ where: { extensionId: first.id } });
  t.not(renewed.secretSealed, secret.secretSealed, 'the old phone is out of the PBX too');
  t.equal((await ok('GET', `${path}/settings`)).items.find(({ key }: Json) => key === 'srtp').value, 'required');
  t.equal(await api.db.read.device.count({ where: { mac: before.mac } }), 0, 'the old address is of no phone');
});

t.test('tokens are renewed with and without mercy', async (t) => {
  const { ok, path, row } = await setUp(t);
  const first = await row();
  await ok('POST', `${path}/renew-tokens`, {});
  const second = await row();
  t.match(second, { stage2Generation: 2, stage2OldHash: first.stage2Hash });
  await ok('POST', `${path}/renew-tokens`, { revoke: true });
  t.match(await row(), { stage2Generation: 3, stage2OldHash: null });
});

t.test('a first address of its own is the same until it was used', async (t) => {
  const { api, ok, path, row, device } = await setUp(t);
  const { address } = await ok('POST', `${path}/address`, {});
  t.match(address, new RegExp(`^${PHONES_URL}/p/[A-Za-z0-9_-]{32}/$`));
  t.equal((await ok('POST', `${path}/address`, {})).address, address);
  t.equal((await row()).stage1Hash, hashPhoneToken(address.slice(`${PHONES_URL}/p/`.length, -1)));
  await api.db.write((tx) => tx.device.update({ where: { id: device.id }, data: { stage1Hash: null } }));
  t.not((await ok('POST', `${path}/address`, {})).address, address, 'then it is another one');
});

t.test('suspended phones have no window, and states are not repeated', async (t) => {
  const { api, ok, path } = await setUp(t);
  t.match(await ok('POST', `${path}/suspend`), { state: 'suspended', windowUntil: null });
  for (const step of ['suspend', 'open-window', 'address']) {
    const answer = await api.call('POST', `${path}/${step}`, { body: {} });
    t.match(answer, { status: 409, body: { code: 'DEVICE_STATE_INVALID' } }, step);
  }
  t.match(await ok('POST', `${path}/resume`), { state: 'pending', windowUntil: null });
  const open = await ok('POST', `${path}/open-window`, { hours: 1 });
  t.ok(Date.parse(open.windowUntil) < Date.now() + 3_700_000);
  t.match(await ok('POST', `${path}/close-window`), { windowUntil: null });
});

t.test('what was seen of a phone that is deleted is gone, its accounts as one wants it', async (t) => {
  const { api, ok, path, second, device } = await setUp(t);
  await ok('POST', `${path}/lines`, { extensionId: second.id, account: 1 });
  await ok('POST', `/extensions/${second.id}/accounts`, {});
  const stale = await api.call('DELETE', path, { headers: { 'if-match': '"1"' } });
  t.equal(stale.status, 412);
  await ok('DELETE', path);
  for (const table of ['device', 'deviceSeen', 'deviceLine', 'deviceDirty', 'phoneSetting'] as const) {
    t.equal(await (api.db.read[table] as { count(): Promise<number> }).count(), 0, table);
  }
  t.equal((await ok('GET', `/extensions/${second.id}/accounts`)).items.length, 1, 'the other account stays');
  t.equal((await api.call('GET', `/devices/${device.id}`)).status, 404);
});

t.test('a phone stays when its user or its extension goes', async (t) => {
  const { api, acme, ok, path, first, second } = await setUp(t);
  const anna = await createPerson(api, acme.id, 'anna');
  await ok('PATCH', path, { userId: anna.id });
  await ok('POST', `${path}/lines`, { extensionId: second.id });
  await ok('DELETE', `/users/${anna.id}`);
  await ok('DELETE', `/extensions/${first.id}`);
  t.match(await ok('GET', path), { user: null, lines: [{ ordinal: 2, endpoint: '1002' }], problems: [] });
});

t.test('a site, a team and a company stay while phones need them', async (t) => {
  const { api, acme, ok, path } = await setUp(t);
  const site = await ok('POST', '/sites', { companyId: acme.id, name: 'Hall' });
  const other = await ok('POST', '/sites', { companyId: acme.id, name: 'Yard' });
  const layout = await ok('POST', '/key-layouts', { companyId: acme.id, name: 'Hall', siteId: site.id, keys: [] });
  await ok('PATCH', path, { siteId: other.id, keyLayoutId: layout.id });
  t.match(await api.call('DELETE', `/sites/${other.id}`), {
    status: 409,
    body: { code: 'SITE_IN_USE', details: { devices: 1 } },
  });
  t.match(await api.call('DELETE', `/sites/${site.id}`), { status: 409, body: { code: 'KEY_LAYOUT_IN_USE' } });
  t.match(await api.call('DELETE', `/key-layouts/${layout.id}`), { status: 409, body: { code: 'KEY_LAYOUT_IN_USE' } });
  t.match(await api.call('DELETE', `/companies/${acme.id}`), { status: 409, body: { details: { devices: 1 } } });
  await ok('PATCH', path, { siteId: null, keyLayoutId: null });
  await ok('DELETE', `/sites/${site.id}`);
  t.equal((await api.call('GET', `/key-layouts/${layout.id}`)).status, 404, 'its layout goes with it');
});

t.test('phones are found by what people know of them', async (t) => {
  const { api, acme, ok, device } = await setUp(t);
  await ok('POST', '/devices', { companyId: acme.id, mac: '001565aa0002', vendor: 'yealink', label: 'Lobby' });
  await api.db.write((tx) =>
    tx.deviceSeen.update({
      where: { deviceId: device.id },
      data: { fetchedRevision: 3, wantedRevision: 4, firmware: '96.86.0.70' },
    }),
  );
  const found = async (query: string) => (await ok('GET', `/devices?${query}`)).items.map(({ mac }: Json) => mac);
  for (const query of [
    'q=1001',
    'q=00:15:65:AA:00:01',
    'model=T54W',
    'progress=fetched',
    'isBehind=true',
    'extension=1001',
    'firmware=96.86.0.70',
    'mac=00-15-65-aa-00-01',
  ]) {
    t.same(await found(query), ['001565aa0001'], query);
  }
  for (const query of [
    'q=lobby',
    'model=none',
    'progress=never_seen',
    'isBehind=false',
    'followState=none&sort=-mac&limit=1',
  ]) {
    t.same(await found(query), ['001565aa0002'], query);
  }
  const { facets } = await ok('GET', '/devices?facets=vendor,progress,model');
  t.match(facets, { vendor: [{ value: 'yealink', count: 2 }] });
});
