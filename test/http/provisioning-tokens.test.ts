import t from 'tap';
import { createTestProvisioning, type TestDevice, type TestProvisioning } from '../support/provisioning.ts';
import { ask, askAs } from '../support/raw-http.ts';

const path = (url: string, name: string) => `${new URL(url).pathname}${name}`;
const own = (device: TestDevice) => path(device.url, `${device.mac}.cfg`);
const first = (p: TestProvisioning, mac: string) => ask(p.url, path(p.site.url, `${mac}.cfg`));

t.test('complaint 24: a MAC address alone opens nothing, and no browser sees a password', async (t) => {
  const p = await createTestProvisioning(t);
  const device = await p.device();
  for (const target of [`/${device.mac}.cfg`, `/p/${device.mac}.cfg`, `/p/${'x'.repeat(32)}/${device.mac}.cfg`]) {
    t.equal((await ask(p.url, target)).status, 404, target);
  }
  const browser = await ask(p.url, own(device), { userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0' });
  t.equal(browser.status, 401);
  t.notMatch(browser.body.toString(), device.secret);
});

t.test('everything that is refused gets one and the same answer, after looking up as much', async (t) => {
  const p = await createTestProvisioning(t);
  const open = await p.device();
  const closed = await p.device({ windowMs: null });
  const over = await p.device({ windowMs: -1000 });
  const suspended = await p.device({ state: 'suspended' });
  const elsewhere = await p.device({ siteId: (await p.newSite('Else')).id });
  const wrong = `/p/${'x'.repeat(32)}/`;
  const targets = {
    'unknown MAC address': path(p.site.url, '805ec0ffff00.cfg'),
    'closed window': path(p.site.url, `${closed.mac}.cfg`),
    'window that is over': path(p.site.url, `${over.mac}.cfg`),
    suspended: path(p.site.url, `${suspended.mac}.cfg`),
    'another site': path(p.site.url, `${elsewhere.mac}.cfg`),
    'wrong token': `${wrong}${open.mac}.cfg`,
    'wrong token, unknown MAC address': `${wrong}805ec0ffff01.cfg`,
    'suspended, own token': own(suspended),
    "another device's file with an own token": path(open.url, `${closed.mac}.cfg`),
  };
  const right = await first(p, open.mac);
  t.equal(right.status, 200);
  const heads = new Set<string>();
  for (let round = 0; round < 2; round++) {
    for (const [what, target] of Object.entries(targets)) {
      const before = p.server.counts.looks;
      const answer = await ask(p.url, target);
      t.equal(p.server.counts.looks - before, 2, `${what}: token and MAC address`);
      t.match(answer, { status: 404, body: Buffer.from('Not found\n') }, what);
      heads.add(answer.head);
    }
  }
  t.equal(heads.size, 1, [...heads].join('\n\n'));
  t.match([...heads][0], /cache-control: no-store/);
  t.notMatch([...heads][0], /server:|x-powered-by/i);
});

t.test('MAC addresses that are ours and such that are not cost the same statements', async (t) => {
  const p = await createTestProvisioning(t);
  const closed = await p.device({ windowMs: null });
  const asked = async (mac: string) => {
    const before = p.server.counts.asked;
    await first(p, mac);
    await first(p, mac);
    return p.server.counts.asked - before;
  };
  await first(p, '805ec0ffff09');
  await p.server.flush();
  const [ours, foreign] = [await asked(closed.mac), await asked('805ec0ffff0a')];
  t.ok(ours <= 4 && foreign <= 4);
  t.equal(ours > 0, foreign > 0);
});

t.test('stage 1 holds the way to stage 2 and no secret of SIP or of the phone itself', async (t) => {
  const p = await createTestProvisioning(t);
  const device = await p.device();
  const text = (await first(p, device.mac)).body.toString();
  t.match(text, device.stage2);
  t.match(text, device.password);
  const row = await p.db.read.device.findUniqueOrThrow({ where: { id: device.id } });
  const own = JSON.parse(p.db.seal.open(row.passwordsSealed, `Device:${device.id}`));
  for (const secret of [device.secret, device.endpoint, own.adminPassword, own.userPassword]) t.notMatch(text, secret);
  t.notMatch(text, /^account\./m);
});

t.test('asking again inside the window gives the same first file, byte for byte', async (t) => {
  const p = await createTestProvisioning(t);
  const device = await p.device();
  const [once, again] = [await first(p, device.mac), await first(p, device.mac)];
  t.strictSame(once.body, again.body);
  t.equal(once.headers.etag, again.headers.etag);
});

t.test(
  'complaint 20: the first use of its own address ends the first one and the window; a later one opens it again',
  async (t) => {
    const p = await createTestProvisioning(t);
    const device = await p.device();
    const tok1 = await p.firstAddress(device);
    t.equal((await ask(p.url, path(tok1, `${device.mac}.cfg`))).status, 200);
    t.equal((await first(p, device.mac)).status, 200, 'both ways are open');
    t.equal((await ask(p.url, own(device))).status, 401, 'not a use: nobody logged in');
    t.equal((await first(p, device.mac)).status, 200);
    t.equal((await askAs(p.url, own(device), device)).status, 200);
    t.equal((await first(p, device.mac)).status, 404, 'at once, before anything is written');
    t.equal((await ask(p.url, path(tok1, `${device.mac}.cfg`))).status, 404);
    await p.server.flush();
    t.equal((await first(p, device.mac)).status, 404);
    const windowUntil = new Date(Date.now() + 60_000);
    await p.db.write((tx) => tx.device.update({ where: { id: device.id }, data: { windowUntil } }));
    t.equal((await first(p, device.mac)).status, 200, 'reset to the factory, and let in again');
  },
);

t.test('an older address is good until the newer one was used, and so is its password', async (t) => {
  const p = await createTestProvisioning(t);
  const before = await p.device();
  t.equal((await askAs(p.url, own(before), before)).status, 200);
  const after = await p.renew(before);
  const told = await askAs(p.url, own(before), before);
  t.equal(told.status, 200);
  t.match(told.body.toString(), after.stage2);
  t.match(told.body.toString(), after.password);
  t.equal((await askAs(p.url, own(after), { ...after, password: before.password })).status, 200, 'the older password');
  t.equal((await askAs(p.url, own(before), before)).status, 404, 'over');
  t.equal((await askAs(p.url, own(after), { ...after, password: before.password })).status, 404);
  t.equal((await askAs(p.url, own(after), after)).status, 200);
});

t.test('a foreign device’s token and password open nothing of this one', async (t) => {
  const p = await createTestProvisioning(t);
  const [mine, other] = [await p.device(), await p.device()];
  t.equal((await ask(p.url, path(other.url, `${mine.mac}.cfg`))).status, 404);
  t.equal((await askAs(p.url, own(mine), other)).status, 404);
  t.equal((await askAs(p.url, own(mine), { mac: mine.mac, password: other.password })).status, 404);
});

t.test(
  'a change of a device counts for the very next request: suspended, deleted, moved, its site without an address',
  async (t) => {
    const p = await createTestProvisioning(t);
    const device = await p.device();
    t.equal((await askAs(p.url, own(device), device)).status, 200);
    await p.db.write((tx) => tx.device.update({ where: { id: device.id }, data: { state: 'suspended' } }));
    t.equal((await askAs(p.url, own(device), device)).status, 404);
    await p.db.write((tx) => tx.device.update({ where: { id: device.id }, data: { state: 'active' } }));
    t.equal((await askAs(p.url, own(device), device)).status, 200);
    await p.db.write((tx) => tx.device.delete({ where: { id: device.id } }));
    t.equal((await askAs(p.url, own(device), device)).status, 404);
    const late = await p.device();
    t.equal((await first(p, late.mac)).status, 200);
    await p.db.write((tx) => tx.site.update({ where: { id: p.site.id }, data: { phoneTokenHash: null } }));
    t.equal((await first(p, late.mac)).status, 404);
  },
);

t.test('a phone is served in the networks of its site alone', async (t) => {
  const p = await createTestProvisioning(t, { config: { trustedProxies: ['127.0.0.1/32'] } });
  const near = await p.newSite('Near', ['198.51.100.0/24', '2001:db8::/32']);
  const device = await p.device({ siteId: near.id });
  const from = (address: string, more = {}) =>
    ask(p.url, path(near.url, `${device.mac}.cfg`), { headers: { 'x-forwarded-for': address, ...more } });
  t.equal((await from('198.51.100.7')).status, 200);
  t.equal((await from('2001:db8::7')).status, 200);
  t.equal((await from('203.0.113.7')).status, 404);
  t.equal((await from('10.0.0.7')).status, 404);
  const anywhere = await p.device();
  const open = (address: string, more = {}) =>
    ask(p.url, path(p.site.url, `${anywhere.mac}.cfg`), { headers: { 'x-forwarded-for': address, ...more } });
  t.equal((await open('10.0.0.7')).status, 200, 'private addresses when nobody said');
  t.equal((await open('203.0.113.7')).status, 404);
  t.equal((await open('203.0.113.7', { 'x-forwarded-proto': 'https' })).status, 200, 'any with TLS');
});

t.test('a forged X-Forwarded-For is not believed, whoever sends it', async (t) => {
  const p = await createTestProvisioning(t);
  const near = await p.newSite('Near', ['198.51.100.0/24']);
  const device = await p.device({ siteId: near.id });
  const headers = { 'x-forwarded-for': '198.51.100.7', 'x-real-ip': '198.51.100.7', forwarded: 'for=198.51.100.7' };
  t.equal((await ask(p.url, path(near.url, `${device.mac}.cfg`), { headers })).status, 404);
});

t.test('what a phone is in its User-Agent must be what it is here; its maker’s numbers are only a hint', async (t) => {
  const p = await createTestProvisioning(t);
  const device = await p.device();
  const foreignOui = await p.device({ mac: '0004130000aa' });
  const as = (userAgent: string, of = device) => ask(p.url, path(p.site.url, `${of.mac}.cfg`), { userAgent });
  t.equal((await as('Yealink SIP-T54W 96.86.0.70')).status, 200);
  t.equal((await as('Yealink SIP-T54W 96.86.0.70', foreignOui)).status, 200, 'complaint 16: an address of Snom');
  t.equal((await as('Yealink SIP-T46U 108.86.0.20')).status, 404, 'another model');
  t.equal((await as(`Yealink SIP-T54W 96.86.0.70 80:5e:c0:ff:ff:ff`)).status, 404, 'another MAC address');
  t.equal((await as('Mozilla/4.0 (compatible; snomD785-SIP 10.1.33.33)')).status, 404, 'another vendor');
  await p.server.flush();
  const sightings = await p.db.read.phoneSighting.findMany();
  t.match(sightings, [
    { mac: device.mac, count: 3, companyId: p.company.id, reason: 'its User-Agent is that of another vendor' },
  ]);
  const refused = await p.db.read.phoneFetch.findMany({ where: { deviceId: device.id, kind: 'refused' } });
  t.equal(refused.length, 0, 'a site’s token says nothing of the device');
});

t.test('an unknown phone is put down for adopting and served nothing', async (t) => {
  const p = await createTestProvisioning(t);
  const userAgent = 'Yealink SIP-T46U 108.86.0.20 80:5e:c0:ff:ff:01';
  for (let count = 0; count < 3; count++) {
    t.equal((await ask(p.url, path(p.site.url, '805ec0ffff01.cfg'), { userAgent })).status, 404);
  }
  await p.server.flush();
  const [sighting] = await p.db.read.phoneSighting.findMany();
  t.match(sighting, {
    ...{ mac: '805ec0ffff01', companyId: p.company.id, siteId: p.site.id, vendor: 'yealink', model: 'T46U' },
    ...{
      firmware: '108.86.0.20',
      address: '127.0.0.1',
      path: '/805ec0ffff01.cfg',
      reason: 'unknown MAC address',
      count: 3,
    },
  });
  t.notMatch(JSON.stringify(sighting), p.site.token);
});

t.test('a model that nobody named is learnt from the phone before its files are made', async (t) => {
  const p = await createTestProvisioning(t);
  const device = await p.device({ model: null });
  const userAgent = 'Yealink SIP-T46U 108.86.0.20';
  t.equal((await ask(p.url, path(p.site.url, `${device.mac}.cfg`), { userAgent })).status, 200);
  t.match(await p.db.read.device.findUnique({ where: { id: device.id } }), { model: 'T46U' });
  t.match(await p.db.read.deviceSeen.findUnique({ where: { deviceId: device.id } }), { firmware: '108.86.0.20' });
  t.equal((await askAs(p.url, own(device), device, { userAgent })).status, 200);
});
