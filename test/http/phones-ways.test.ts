import t, { type Test } from 'tap';
import { createShortCodes, normalCode } from '../../src/phones/address/short-codes.ts';
import { createTestApp, type Json, PHONES_URL } from '../support/app.ts';

async function setUp(t: Test) {
  const api = await createTestApp(t);
  const acme = await api.company('acme');
  const ok = async (method: string, path: string, body?: unknown): Promise<Json> => {
    const answer = await api.call(method, path, body === undefined ? {} : { body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const site = await ok('POST', '/sites', { companyId: acme.id, name: 'Berlin' });
  const device = await ok('POST', '/devices', {
    ...{ companyId: acme.id, siteId: site.id, mac: '001565aa0001', vendor: 'yealink', model: 'T54W' },
  });
  return { api, acme, site, device, ok, path: `/devices/${device.id}` };
}

t.test('a DHCP server is told of the phones at a site', async (t) => {
  const { api, site, ok } = await setUp(t);
  const dhcp = (query: string) => api.call('GET', `/sites/${site.id}/dhcp?${query}`);
  t.match(await dhcp('server=kea'), { status: 409, body: { code: 'CONFLICT' } }, 'no address yet');
  const { address } = await ok('POST', `/sites/${site.id}/phones/address`, {});
  const lines = await dhcp('server=dnsmasq');
  t.equal(lines.headers['content-type'], 'text/plain; charset=utf-8');
  t.equal(lines.headers['cache-control'], 'no-store');
  t.match(lines.text, `dhcp-option=tag:lk-yealink,66,"${address}"\n`);
  t.notMatch(lines.text, 'snom');
  t.match((await dhcp('server=isc-dhcpd&vendor=snom,yealink')).text, /class "lk-snom".*class "lk-yealink"/s);
  t.match(await dhcp('server=kea&vendor=nobody'), { status: 422, body: { code: 'REFERENCE_INVALID' } });
  t.equal((await dhcp('server=bind')).status, 400);
  const reader = await api.token(['read']);
  t.equal((await api.call('GET', `/sites/${site.id}/dhcp?server=kea`, { token: reader })).status, 403);
});

t.test('a first address to scan or to type, and the short one leads to it while the window is open', async (t) => {
  const { api, path, ok } = await setUp(t);
  const entry = await ok('POST', `${path}/manual-entry`, {});
  t.match(entry.address, new RegExp(`^${PHONES_URL}/p/[\\w-]{32}/$`));
  t.match(entry.qrSvg, /^<svg/);
  t.match(entry.qrPng, /^data:image\/png;base64,/);
  const code = entry.shortAddress.replace(`${PHONES_URL}/s/`, '');
  t.match(code, /^[0-9A-HJKMNP-TV-Z]{8}$/);
  let later = 0;
  const codes = createShortCodes(api.db, PHONES_URL, () => Date.now() + later);
  t.equal(await codes.resolve(code), entry.address);
  t.equal(await codes.resolve(`${code.slice(0, 4)}-${code.slice(4).toLowerCase()}`), entry.address);
  for (const wrong of ['', 'x', '00000000', '../../..', 'U'.repeat(8)])
    t.equal(await codes.resolve(wrong), undefined, wrong);
  t.notMatch(JSON.stringify(await api.db.read.phoneShortCode.findMany()), code, 'only its hash is kept');
  t.notMatch(api.logged.join(), new RegExp(`${code}|/p/[\\w-]{32}`));
  later = 3_601_000;
  t.equal(await codes.resolve(code), undefined, 'an hour later it is over');
  later = 0;
  const next = await ok('POST', `${path}/manual-entry`, {});
  t.equal(next.address, entry.address, 'the address that was not used yet stays');
  t.equal(await codes.resolve(code), undefined, 'a newer code ends the older one');
  const now = next.shortAddress.replace(`${PHONES_URL}/s/`, '');
  await ok('POST', `${path}/close-window`, {});
  t.equal(await codes.resolve(now), undefined, 'the window is closed');
  await ok('POST', `${path}/open-window`, {});
  t.equal(await codes.resolve(now), next.address);
  await ok('POST', `${path}/suspend`, {});
  t.equal(await codes.resolve(now), undefined);
  t.match(await api.call('POST', `${path}/manual-entry`, { body: {} }), {
    status: 409,
    body: { code: 'DEVICE_STATE_INVALID' },
  });
});

t.test('letters that look like digits are those digits', async (t) => {
  t.equal(normalCode('oOiIlL-ab'), '001111AB');
  t.equal(normalCode('0123456'), undefined);
  t.equal(normalCode('0123456u'), undefined);
});

t.test('a phone without lines may be claimed, and no other', async (t) => {
  const { api, acme, path, ok, device } = await setUp(t);
  const { code, dial } = await ok('POST', `${path}/claim`, {});
  t.match(code, /^\d{6}$/);
  t.equal(dial, `*55${code}`);
  t.equal((await api.call('DELETE', `${path}/claim`)).status, 204);
  t.equal((await api.db.read.device.findUniqueOrThrow({ where: { id: device.id } })).claimCode, null);
  const extension = await api.extension(acme.id, '1001');
  await ok('POST', `${path}/lines`, { extensionId: extension.id });
  t.match(await api.call('POST', `${path}/claim`, { body: {} }), {
    status: 409,
    body: { code: 'DEVICE_STATE_INVALID' },
  });
});

t.test('logins at redirect services show no credentials, and phones are listed with them', async (t) => {
  const { api, acme, path, ok } = await setUp(t);
  t.match((await ok('GET', '/redirect-services')).items, [{ id: 'yealink-rps', fields: [{ name: 'remark' }] }]);
  const credentials = { accessKeyId: 'KeyCanary', accessKeySecret: 'SecretCanary' };
  const input = { companyId: acme.id, service: 'yealink-rps', name: 'ours', credentials };
  const account = await ok('POST', '/redirect-accounts', input);
  t.match(account, {
    name: 'ours',
    url: 'https://api-dm.yealink.com:8443',
    counts: { listed: 0, waiting: 0 },
    version: 1,
  });
  const evil = { ...input, name: 'evil', url: 'https://127.0.0.1/' };
  t.match(await api.call('POST', '/redirect-accounts', { body: evil }), {
    status: 400,
    body: { code: 'VALIDATION_FAILED' },
  });
  t.match(await ok('GET', `${path}/redirect`), { state: 'not_listed', account: null });
  t.equal((await api.call('DELETE', `${path}/redirect`)).status, 404);
  const listed = await ok('POST', `${path}/redirect`, { accountId: account.id, extras: { remark: 'Desk' } });
  t.match(listed, { state: 'waiting', wanted: 'list', account: { id: account.id } });
  t.equal((await api.call('DELETE', `/redirect-accounts/${account.id}`)).status, 409);
  const patched = await ok('PATCH', `/redirect-accounts/${account.id}`, { name: 'theirs', credentials });
  t.match(patched, { name: 'theirs', counts: { waiting: 1 }, version: 2 });
  t.match((await ok('GET', '/redirect-accounts')).items, [{ id: account.id }]);
  t.equal((await api.call('DELETE', `${path}/redirect`)).status, 204);
  t.match(await ok('GET', `${path}/redirect`), { state: 'waiting', wanted: 'remove' });
  const seen = JSON.stringify([account, patched, await ok('GET', '/activity'), api.logged]);
  t.notMatch(seen, /Canary/, 'no answer, no activity and no log has them');
  const other = await api.company('other');
  const foreign = await api.token(['admin'], { companyId: other.id });
  t.equal((await api.call('GET', `/redirect-accounts/${account.id}`, { token: foreign })).status, 404);
  t.same((await api.call('GET', '/redirect-accounts', { token: foreign })).body.items, []);
});
