import t from 'tap';
import { createPhoneSimulator } from '../support/phone-simulator.ts';
import { createTestProvisioning, type TestDevice } from '../support/provisioning.ts';
import { answerTo, ask, askAs } from '../support/raw-http.ts';

const own = (device: TestDevice) => new URL(`${device.mac}.cfg`, device.url).pathname;

t.test('a challenge comes only to who has token and path right, MD5 first', async (t) => {
  const p = await createTestProvisioning(t);
  const device = await p.device();
  const raw = await fetch(`${device.url}${device.mac}.cfg`);
  t.equal(raw.status, 401);
  const offered = raw.headers.get('www-authenticate') ?? '';
  t.match(offered, /^Digest realm="phones", qop="auth", nonce="[^"]+", algorithm=MD5, Digest .*algorithm=SHA-256$/);
  t.notMatch(offered, /Basic/, 'no password in clear where digest will do');
  t.equal((await ask(p.url, new URL('other.cfg', device.url).pathname)).status, 404);
  t.equal((await ask(p.url, new URL(`${device.mac}.boot`, device.url).pathname)).status, 404);
});

t.test('digest with MD5 and with SHA-256', async (t) => {
  const p = await createTestProvisioning(t);
  for (const algorithm of ['MD5', 'SHA-256'] as const) {
    const device = await p.device();
    const phone = createPhoneSimulator({ vendor: 'yealink', mac: device.mac, dhcp: p.site.url, algorithm });
    t.teardown(() => phone.close());
    await phone.boot();
    t.match(phone.accounts, [{ user: device.endpoint, password: device.secret }], algorithm);
  }
});

t.test(
  'a nonce is good for one count, for one device, for five minutes; what is only too old is said to be stale',
  async (t) => {
    const p = await createTestProvisioning(t);
    const [device, other] = [await p.device(), await p.device()];
    const target = own(device);
    const challenge = (await ask(p.url, target)).headers['www-authenticate'] ?? '';
    const send = (authorization: string, to = target) => ask(p.url, to, { headers: { authorization } });
    const once = answerTo(challenge, device, target);
    t.equal((await send(once)).status, 200);
    const replayed = await send(once);
    t.equal(replayed.status, 401);
    t.match(replayed.headers['www-authenticate'], /stale=true/);
    t.equal((await send(answerTo(challenge, device, target, { count: 3 }))).status, 200, 'a higher count');
    t.equal((await send(answerTo(challenge, device, target, { count: 2 }))).status, 200, 'one that was overtaken');
    t.equal((await send(answerTo(challenge, device, target, { count: 2 }))).status, 401, 'but once');
    t.equal((await send(answerTo(challenge, other, own(other)), own(other))).status, 404, 'a nonce of another device');
    const invented = challenge.replace(/nonce="[^"]+"/, 'nonce="abc.def.ghi"');
    t.equal((await send(answerTo(invented, device, target))).status, 404);
    p.later(301_000);
    const late = await send(answerTo(challenge, device, target, { count: 9 }));
    t.equal(late.status, 401);
    t.match(late.headers['www-authenticate'], /stale=true/);
  },
);

t.test('an answer for another file, another method or another user is none', async (t) => {
  const p = await createTestProvisioning(t);
  const device = await p.device();
  const target = own(device);
  const tried = async (authorization: (challenge: string) => string) => {
    const challenge = (await ask(p.url, target)).headers['www-authenticate'] ?? '';
    return (await ask(p.url, target, { headers: { authorization: authorization(challenge) } })).status;
  };
  t.equal(await tried((c) => answerTo(c, device, target)), 200);
  t.equal(await tried((c) => answerTo(c, device, new URL('phonebook.xml', device.url).pathname)), 404);
  t.equal(await tried((c) => answerTo(c, device, target, { method: 'PUT' })), 404);
  t.equal(await tried((c) => answerTo(c, { ...device, mac: '805ec0ffffff' }, target)), 404);
  t.equal(await tried((c) => answerTo(c, { ...device, password: '' }, target)), 404);
  t.equal(await tried((c) => answerTo(c, device, target).replace('qop=auth', 'qop=auth-int')), 404);
  t.equal(await tried(() => 'Bearer abc'), 404);
  t.equal(await tried(() => `Basic ${Buffer.from(`${device.mac}:${device.password}`).toString('base64')}`), 404);
  t.equal(await tried((c) => answerTo(c, { ...device, mac: device.mac.toUpperCase() }, target)), 200, 'in capitals');
  t.equal(await tried((c) => answerTo(c, device, `/${target}?x=1`)), 200, 'the address as the phone writes it');
});

t.test('Basic where a vendor’s phones can do nothing else', async (t) => {
  const p = await createTestProvisioning(t);
  const device = await p.device({ vendor: 'snom', model: 'D785', mac: '000413000001' });
  const target = new URL(`snomD785-${device.mac.toUpperCase()}.htm`, device.url).pathname;
  const basic = (user: string, password: string) =>
    ask(p.url, target, {
      headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
    });
  const challenged = await ask(p.url, target);
  t.equal(challenged.status, 401);
  t.equal(challenged.headers['www-authenticate'], 'Basic realm="phones"');
  t.equal((await basic(device.mac, device.password)).status, 200);
  t.equal((await basic(device.mac.toUpperCase(), device.password)).status, 200);
  t.equal((await basic(device.mac, `${device.password}x`)).status, 404);
  t.equal((await basic('000413000002', device.password)).status, 404);
  t.equal((await basic('', '')).status, 404);
});

t.test(
  'the phonebook and firmware are there for the token alone: those clients of phones send no password',
  async (t) => {
    const p = await createTestProvisioning(t);
    const device = await p.device();
    const book = await ask(p.url, new URL('phonebook.xml', device.url).pathname);
    t.equal(book.status, 200);
    t.match(book.body.toString(), 'Extension 1001');
    t.notMatch(book.body.toString(), device.secret);
    await p.api.extension(p.company.id, '1900', { displayName: 'O’Brien & Söhne' });
    t.match((await ask(p.url, new URL('phonebook.xml', device.url).pathname)).body.toString(), 'O’Brien &amp; Söhne');
    t.equal(
      (await ask(p.url, new URL('phonebook.xml', p.site.url).pathname)).status,
      404,
      'not for the token of a site',
    );
  },
);

t.test('failed logins count towards a ban, challenges and stale nonces do not', async (t) => {
  const p = await createTestProvisioning(t, { config: { missesBeforeBan: 5 } });
  const device = await p.device();
  for (let count = 0; count < 20; count++) t.equal((await ask(p.url, own(device))).status, 401);
  for (let count = 0; count < 5; count++) {
    t.equal((await askAs(p.url, own(device), { ...device, password: 'guess' })).status, 404);
  }
  t.equal((await ask(p.url, own(device))).status, 404, 'nothing for this address');
  t.match(p.logged.join(''), /"ip":"127\.0\.0\.1","miss":"login","path":"\/805ec0000001\.cfg","msg":"phone miss"/);
  t.match(p.logged.join(''), /"ip":"127\.0\.0\.1","msg":"phone address banned"/);
  p.later(601_000);
  t.equal((await askAs(p.url, own(device), device)).status, 200, 'ten minutes later');
});
