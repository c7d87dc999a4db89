import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { catalogueOf } from '../../src/phones/definitions/catalogue.ts';
import { createPhoneSimulator } from '../support/phone-simulator.ts';
import { shippedCatalogue } from '../support/phones.ts';
import { createTestProvisioning, type TestDevice } from '../support/provisioning.ts';
import { ask, askAs, rawRequest } from '../support/raw-http.ts';

const at = (url: string, name: string) => `${new URL(url).pathname}${name}`;
const own = (device: TestDevice) => at(device.url, `${device.mac}.cfg`);

t.test(
  'complaint 7: a file that need not be there is 404, whatever the method, never 405 or an empty 200',
  async (t) => {
    const p = await createTestProvisioning(t);
    const device = await p.device();
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'PROPFIND', 'PUT', 'PATCH', 'TRACE']) {
      for (const name of [`${device.mac}-license.cfg`, `${device.mac}.boot`, '']) {
        t.equal((await ask(p.url, at(device.url, name), { method })).status, 404, `${method} ${name}`);
      }
    }
  },
);

t.test(
  'complaints 3 and 11: any common file, any case, doubled slashes, a query, a Snom file without its type',
  async (t) => {
    const p = await createTestProvisioning(t);
    const device = await p.device();
    for (const name of ['y000000000028.cfg', 'y000000009999.cfg', 'Y000000000096.CFG', '/y000000000096.cfg?x=1']) {
      t.equal((await ask(p.url, at(device.url, name))).status, 200, name);
    }
    for (const name of [device.mac.toUpperCase(), `/${device.mac}`, `%38${device.mac.slice(1)}`]) {
      t.equal((await ask(p.url, at(p.site.url, `${name}.cfg`))).status, 200, name);
    }
    const snom = await p.device({ vendor: 'snom', model: 'D785', mac: '000412000001' });
    const mac = snom.mac.toUpperCase();
    for (const name of [`snomD735-${mac}.htm`, `snom.htm-${mac}`, `snom-${mac}.htm`, `${snom.mac}.xml`]) {
      t.equal((await ask(p.url, at(p.site.url, name))).status, 200, name);
    }
  },
);

t.test('complaint 5: the daemon owns the way from an address to a file, and no path leads out of it', async (t) => {
  const p = await createTestProvisioning(t);
  const device = await p.device();
  const vendor = join(p.firmwareFolder, 'yealink');
  mkdirSync(join(vendor, 'deep'), { recursive: true });
  mkdirSync(join(p.firmwareFolder, 'snom'));
  writeFileSync(join(p.api.folder, 'secret.txt'), 'canary-outside');
  writeFileSync(join(p.firmwareFolder, 'snom', 'other.rom'), 'canary-outside');
  writeFileSync(join(vendor, 'a.rom'), 'inside');
  writeFileSync(join(vendor, '.hidden'), 'canary-outside');
  writeFileSync(join(vendor, 'deep', 'b.rom'), 'inside');
  symlinkSync(join(p.api.folder, 'secret.txt'), join(vendor, 'link.rom'));
  symlinkSync(p.api.folder, join(vendor, 'folder'));
  for (const name of ['firmware/yealink/a.rom', 'firmware/yealink/deep/b.rom', 'firmware/a.rom', 'a.rom']) {
    t.match(await ask(p.url, at(device.url, name)), { status: 200, body: Buffer.from('inside') }, name);
  }
  const up = [
    '..',
    '%2e%2e',
    '%2E%2E',
    '.%2e',
    '..%2f',
    '..%5c',
    '..\\',
    '%252e%252e',
    '....//',
    '..;',
    '%c0%ae%c0%ae',
    '.',
  ];
  const names = up.flatMap((dots) => [
    `firmware/yealink/${dots}/snom/other.rom`,
    `firmware/yealink/${dots}/${dots}/secret.txt`,
    `${dots}/${dots}/${dots}/secret.txt`,
    `firmware/${dots}/secret.txt`,
  ]);
  const more = ['link.rom', 'folder/secret.txt', '.hidden', '', 'deep', 'a.rom%00', 'a.rom%0d%0ax:y', 'C:/a.rom'];
  for (const name of [...names, ...more.map((one) => `firmware/yealink/${one}`), 'firmware/snom/other.rom']) {
    const answer = await ask(p.url, at(device.url, name));
    t.equal(answer.status, 404, name);
    t.notMatch(answer.body.toString(), 'canary');
  }
});

t.test('HEAD, Range, 304 and a length with every answer, of files and of firmware', async (t) => {
  const p = await createTestProvisioning(t);
  const device = await p.device();
  mkdirSync(join(p.firmwareFolder, 'yealink'));
  writeFileSync(join(p.firmwareFolder, 'yealink', 'a.rom'), Buffer.alloc(100_000, 'ab'));
  const get = (headers: Record<string, string> = {}, method = 'GET') =>
    askAs(p.url, own(device), device, { headers, method });
  const whole = await get();
  const etag = whole.headers.etag ?? '';
  t.equal(Number(whole.headers['content-length']), whole.body.length);
  t.notOk(whole.headers['transfer-encoding'] ?? whole.headers['content-encoding']);
  t.match(await get({}, 'HEAD'), {
    status: 200,
    body: Buffer.alloc(0),
    headers: { 'content-length': `${whole.body.length}` },
  });
  t.match(await get({ 'if-none-match': etag }), { status: 304, body: Buffer.alloc(0), headers: { etag } });
  t.match(await get({ 'if-none-match': `W/"x", W/${etag}` }), { status: 304 });
  t.match(await get({ 'if-none-match': '"other"', 'accept-encoding': 'gzip' }), { status: 200, body: whole.body });
  t.match(await get({ range: 'bytes=2-5' }), { status: 206, body: whole.body.subarray(2, 6) });
  t.match(await get({ range: 'bytes=-4' }), { status: 206, body: whole.body.subarray(-4) });
  t.match(await get({ range: 'bytes=2-5', 'if-range': '"other"' }), { status: 200 });
  t.match(await get({ range: 'bytes=999999-' }), {
    status: 416,
    headers: { 'content-range': `bytes */${whole.body.length}` },
  });
  const rom = (headers: Record<string, string> = {}, method = 'GET') =>
    ask(p.url, at(device.url, 'firmware/yealink/a.rom'), { headers, method });
  t.match(await rom(), { status: 200, headers: { 'content-length': '100000', 'cache-control': 'no-store' } });
  t.match(await rom({}, 'HEAD'), { status: 200, body: Buffer.alloc(0), headers: { 'content-length': '100000' } });
  t.match(await rom({ range: 'bytes=10-13' }), { status: 206, body: Buffer.from('abab') });
});

t.test(
  'HTTP/1.0, no Host header, a full address in the request line; too long an address is refused like all',
  async (t) => {
    const p = await createTestProvisioning(t);
    const device = await p.device();
    const path = at(p.site.url, `${device.mac}.cfg`);
    t.equal((await rawRequest(p.url, `GET ${path} HTTP/1.0\r\n\r\n`)).status, 200);
    t.equal((await rawRequest(p.url, `GET ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`)).status, 200);
    t.equal((await rawRequest(p.url, `GET ${p.url}${path} HTTP/1.1\r\nConnection: close\r\n\r\n`)).status, 200);
    t.equal((await ask(p.url, `${path}?${'x'.repeat(600)}`)).status, 404);
    t.equal((await ask(p.url, path, { headers: { 'user-agent': 'x'.repeat(8192) } })).status, 200);
  },
);

t.test('who sends his request a byte at a time is cut off', async (t) => {
  const limits = { headersTimeout: 300, requestTimeout: 300, connectionsCheckingInterval: 50 };
  const p = await createTestProvisioning(t, { limits });
  const device = await p.device();
  t.match(
    await rawRequest(p.url, `GET ${own(device)} HTTP/1.1\r\nX: `),
    { status: 400 },
    'in the middle of the headers',
  );
});

t.test('200 phones behind one address boot at once, with all their requests for what is not there', async (t) => {
  const p = await createTestProvisioning(t, { config: { missesBeforeBan: 10 } });
  const devices: TestDevice[] = [];
  const { id: extensionId } = await p.api.extension(p.company.id, '1800');
  for (let count = 0; count < 200; count++) {
    if (count === 0) devices.push(await p.device({ extensionId }));
    else devices.push(await p.device({ extensionId, lines: 0 }));
  }
  const phones = devices.map(({ mac }) => createPhoneSimulator({ vendor: 'yealink', mac, dhcp: p.site.url }));
  t.teardown(() => phones.map((phone) => phone.close()));
  await Promise.all(phones.map((phone) => phone.boot()));
  const unsent = phones.filter((phone, at) => phone.server?.username !== devices[at]?.mac);
  t.equal(unsent.length, 0);
  t.ok(phones.flatMap(({ requests }) => requests).filter(({ status }) => status === 404).length >= 400);
  t.notMatch(p.logged.join(''), 'phone address banned');
  await p.server.flush();
  t.equal(await p.db.read.deviceSeen.count({ where: { fetchedRevision: 1 } }), 200);
});

t.test('misses without a right token end in a ban, and so does a search for MAC addresses with one', async (t) => {
  const p = await createTestProvisioning(t, { config: { missesBeforeBan: 10 }, banLimits: { strangers: 20 } });
  const device = await p.device();
  const right = () => ask(p.url, at(p.site.url, `${device.mac}.cfg`));
  for (let count = 0; count < 10; count++) {
    t.equal((await right()).status, 200);
    await ask(p.url, `/p/${String(count).repeat(32)}/${device.mac}.cfg`);
  }
  const looks = p.server.counts.looks;
  t.equal((await right()).status, 404);
  t.equal(p.server.counts.looks, looks, 'nothing is looked up any more');
  p.later(601_000);
  t.equal((await right()).status, 200);
  for (let count = 0; count < 20; count++) {
    t.equal((await right()).status, 200);
    const mac = `805ec0ff00${count.toString(16).padStart(2, '0')}`;
    for (let again = 0; again < 2; again++) await ask(p.url, at(p.site.url, `${mac}.cfg`));
  }
  t.equal((await right()).status, 404);
});

t.test('uploads: of a device that logged in, capped, the oldest give way, and nobody ever gets one back', async (t) => {
  const files = { ...(await shippedCatalogue()).files };
  files['own/provisioning/yealink/vendor.yaml'] =
    `uploads: [{ match: '^(?<mac>[0-9a-f]{12})-\\w+\\.log$', maxBytes: 524288 }]\n`;
  const own = await catalogueOf(files);
  const p = await createTestProvisioning(t, { catalogue: async () => own });
  const [device, other] = [await p.device(), await p.device()];
  const put = (name: string, body: string, login = device, headers = {}) =>
    askAs(p.url, at(device.url, name), login, { method: 'PUT', body, headers });
  const canary = 'upload-canary';
  t.equal((await put(`${device.mac}-boot.log`, canary)).status, 201);
  t.equal((await put(`${device.mac}-odd.log`, canary, device, { 'content-type': 'a/b;;=garbage' })).status, 201);
  t.equal((await ask(p.url, at(device.url, `${device.mac}-app.log`), { method: 'PUT', body: canary })).status, 401);
  t.equal((await put(`${device.mac}-app.log`, canary, other)).status, 404);
  t.equal((await put(`${other.mac}-app.log`, canary)).status, 404, 'in the name of another');
  t.equal((await put(`${device.mac}.cfg`, canary)).status, 404);
  t.equal((await ask(p.url, at(p.site.url, `${device.mac}-app.log`), { method: 'PUT', body: canary })).status, 404);
  t.equal((await put(`${device.mac}-big.log`, 'x'.repeat(524_289))).status, 404);
  for (let count = 0; count < 10; count++) {
    p.later(1000);
    t.equal((await put(`${device.mac}-log${count}.log`, 'x'.repeat(524_288))).status, 201);
  }
  const kept = await p.db.read.deviceUpload.findMany({ orderBy: { at: 'asc' } });
  t.equal(kept.length, 8);
  t.equal(kept[0]?.name, `${device.mac}-log2.log`);
  for (const one of [device, other]) {
    t.equal((await askAs(p.url, at(one.url, `${device.mac}-log5.log`), one)).status, 404);
  }
});

t.test('no secret and no token stands in the log, in the list of requests or in a sighting', async (t) => {
  const p = await createTestProvisioning(t);
  const device = await p.device();
  const phone = createPhoneSimulator({ vendor: 'yealink', mac: device.mac, dhcp: p.site.url });
  t.teardown(() => phone.close());
  await phone.boot();
  await ask(p.url, at(device.url, `${device.stage2}/x.cfg`));
  await ask(p.url, at(p.site.url, '805ec0ffff01.cfg'));
  await ask(p.url, own(device), { userAgent: 'Yealink SIP-T46U 108.86.0.20' });
  await askAs(p.url, own(device), { ...device, password: 'wrong' });
  await p.server.flush();
  const kept = JSON.stringify([
    ...[await p.db.read.phoneFetch.findMany(), await p.db.read.phoneSighting.findMany()],
    ...[await p.db.read.deviceSeen.findMany(), p.logged, p.api.logged],
  ]);
  t.match(kept, device.mac);
  for (const canary of [p.site.token, device.stage2, device.password, device.secret]) t.notMatch(kept, canary);
});
