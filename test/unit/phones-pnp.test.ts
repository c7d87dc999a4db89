import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { macAt } from '../../src/phones/pnp/arp.ts';
import { createRateLimit } from '../../src/phones/pnp/rate.ts';
import { createPnpResponder, type PnpOptions } from '../../src/phones/pnp/responder.ts';
import { parseSipRequest } from '../../src/phones/pnp/sip-text.ts';
import { subscriptionOf } from '../../src/phones/pnp/subscription.ts';
import { isPrivate } from '../../src/phones/serving/address.ts';
import { networksIn } from '../../src/phones/serving/served-device.ts';
import { siteToken, stage1Token } from '../../src/store/phones/tokens.ts';
import { freePort } from '../support/free-port.ts';
import { HOUR, openPhoneDb } from '../support/phone-db.ts';

const GROUP = '224.0.1.75';
const MAC = '001565aabbcc';

/** As a Yealink asks. */
function subscribe({ user = `MAC${MAC}`, callId = 'abc@192.0.2.9', contact = '', more = '' } = {}): string {
  return [
    `SUBSCRIBE sip:${user}@${GROUP} SIP/2.0`,
    'Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1',
    `From: <sip:${user}@${GROUP}>;tag=77`,
    `To: <sip:${user}@${GROUP}>`,
    `Call-ID: ${callId}`,
    'CSeq: 1 SUBSCRIBE',
    `Contact: <sip:MAC@${contact}>`,
    'Event: ua-profile;profile-type="device";vendor="Yealink";model="T54W";version="96.86.0.100"',
    'Accept: application/url',
    'Expires: 0',
    `${more}Content-Length: 0`,
    '',
    '',
  ].join('\r\n');
}

/** A phone: it asks the group on the loopback interface and keeps what it is answered. */
async function startPhone(t: Test, port: number) {
  const socket: Socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.setMulticastInterface('127.0.0.1');
  t.teardown(() => socket.close());
  const heard: string[] = [];
  socket.on('message', (message) => void heard.push(message.toString('latin1')));
  return {
    heard,
    port: socket.address().port,
    ask: (text: string | Buffer) => new Promise<void>((resolve) => socket.send(text, port, GROUP, () => resolve())),
  };
}

async function start(t: Test, more: Partial<PnpOptions> = {}) {
  const world = await openPhoneDb(t);
  const port = await freePort();
  const fetches: Parameters<PnpOptions['journal']['fetch']>[0][] = [];
  const sightings: Parameters<PnpOptions['journal']['sighting']>[0][] = [];
  const logged: string[] = [];
  const responder = createPnpResponder({
    db: world.db,
    address: '127.0.0.1',
    port,
    publicUrl: 'https://prov.example.org',
    urlOf: async (vendor, base) => (vendor === 'cisco-spa' ? `${base}spa$PSN.cfg` : base),
    journal: { fetch: (one) => void fetches.push(one), sighting: (one) => void sightings.push(one) },
    log: pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) }),
    ...more,
  });
  await responder.start();
  t.teardown(() => responder.stop());
  const phone = await startPhone(t, port);
  /** Asks, then asks as a phone that is known to be answered: what was silent before it stays so. */
  let count = 0;
  const barrier = async () => {
    const mac = `00156500${String(count++).padStart(4, '0')}`;
    const id = await world.phone(mac, { isOwn: true, siteId: null });
    await phone.ask(subscribe({ user: `MAC${mac}`, callId: `barrier-${count}` }));
    while (!fetches.some(({ deviceId }) => deviceId === id)) await new Promise((resolve) => setImmediate(resolve));
    while (!phone.heard.some((text) => text.startsWith('NOTIFY') && text.includes(`Call-ID: barrier-${count}\r\n`))) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const answered = phone.heard.splice(0).filter((text) => !text.includes(`Call-ID: barrier-${count}\r\n`));
    return {
      answered,
      fetches: fetches.splice(0).filter(({ deviceId }) => deviceId !== id),
      sightings: sightings.splice(0),
    };
  };
  return {
    ...world,
    phone: world.phone,
    ask: phone.ask,
    heard: phone.heard,
    phonePort: phone.port,
    port,
    barrier,
    logged,
    responder,
  };
}

t.test('a phone that was announced is answered 200 and gets the address of stage 1, and only that', async (t) => {
  const world = await start(t);
  const id = await world.phone(MAC);
  await world.ask(subscribe());
  const { answered, fetches, sightings } = await world.barrier();
  const [ok = '', notify = '', ...more] = answered;
  t.same(more, []);
  t.match(ok, /^SIP\/2\.0 200 OK\r\nVia: SIP\/2\.0\/UDP 127\.0\.0\.1:5060;branch=z9hG4bK1\r\n/);
  t.match(ok, /\r\nTo: <sip:MAC001565aabbcc@224\.0\.1\.75>;tag=[0-9a-f]{16}\r\n/);
  t.match(ok, /\r\nCall-ID: abc@192\.0\.2\.9\r\nCSeq: 1 SUBSCRIBE\r\n/);
  t.match(notify, new RegExp(`^NOTIFY sip:127\\.0\\.0\\.1:${world.phonePort} SIP/2\\.0\r\n`));
  t.match(notify, '\r\nTo: <sip:MAC001565aabbcc@224.0.1.75>;tag=77\r\n');
  t.match(notify, '\r\nEvent: ua-profile\r\n');
  t.match(notify, '\r\nContent-Type: application/url\r\n');
  const body = notify.split('\r\n\r\n')[1] ?? '';
  t.equal(body, `https://prov.example.org/p/${siteToken(world.db.seal, world.siteId, 1)}/`);
  t.match(notify, `\r\nContent-Length: ${body.length}\r\n`);
  t.match(fetches, [{ deviceId: id, kind: 'stage1', status: 200, method: 'SUBSCRIBE', address: '127.0.0.1' }]);
  t.same(sightings, []);
  t.notMatch(
    JSON.stringify([fetches, world.logged]),
    siteToken(world.db.seal, world.siteId, 1),
    'no token is kept or logged',
  );
});

t.test("a phone with an address of its own gets that one, in its vendor's form", async (t) => {
  const world = await start(t);
  const id = await world.phone(MAC, { isOwn: true, vendor: 'cisco-spa', siteId: null });
  await world.ask(subscribe());
  const { answered } = await world.barrier();
  t.match(answered[1] ?? '', `/p/${stage1Token(world.db.seal, id, 1)}/spa$PSN.cfg`);
});

t.test('a phone that nobody announced becomes a sighting and hears nothing', async (t) => {
  const world = await start(t);
  await world.ask(subscribe({ user: 'MAC%3a000413AABBCC' }));
  const { answered, fetches, sightings } = await world.barrier();
  t.same([answered, fetches], [[], []]);
  t.match(sightings, [
    { mac: '000413aabbcc', vendor: 'yealink', model: 'T54W', firmware: '96.86.0.100', address: '127.0.0.1' },
  ]);
});

t.test('nothing is told of a phone whose window is closed, that is suspended, or that is elsewhere', async (t) => {
  const world = await start(t);
  const cases = [
    { more: { windowUntil: null }, reason: 'its window is closed' },
    { more: { windowUntil: new Date(Date.now() - HOUR) }, reason: 'its window is closed' },
    { more: { state: 'suspended' }, reason: 'the phone is suspended' },
    { more: { siteId: null }, reason: 'neither the phone nor its site has an address for phones' },
  ];
  for (const [index, { more, reason }] of cases.entries()) {
    const id = await world.phone(`00156511000${index}`, more);
    await world.ask(subscribe({ user: `MAC00156511000${index}` }));
    const { answered, fetches } = await world.barrier();
    t.same(answered, [], reason);
    t.match(fetches, [{ deviceId: id, kind: 'refused', reason }]);
  }
  await world.db.write((tx) =>
    tx.site.update({ where: { id: world.siteId }, data: { phoneNetworks: '["192.0.2.0/24"]' } }),
  );
  const id = await world.phone(MAC);
  await world.ask(subscribe());
  const { answered, fetches } = await world.barrier();
  t.same(answered, []);
  t.match(fetches, [{ deviceId: id, kind: 'refused', reason: '127.0.0.1 is in no network of its site' }]);
});

t.test('whoever says the MAC address of another device is refused, and it is written down', async (t) => {
  let seen: string | undefined = 'aabbccddee00';
  const world = await start(t, { macAt: async (address) => (address === '127.0.0.1' ? seen : undefined) });
  const id = await world.phone(MAC);
  await world.ask(subscribe());
  while (world.logged.every((line) => !line.includes('another device')))
    await new Promise((resolve) => setImmediate(resolve));
  seen = undefined;
  const { answered, fetches } = await world.barrier();
  t.same(answered, []);
  t.match(fetches, [
    {
      deviceId: id,
      kind: 'refused',
      status: 403,
      reason: '127.0.0.1 belongs to aabbccddee00, which is another device',
    },
  ]);
});

t.test('datagrams that are no such question are not answered', async (t) => {
  const world = await start(t);
  await world.phone(MAC);
  const good = subscribe();
  const bad: (string | Buffer)[] = [
    '',
    'x',
    good.replace('SUBSCRIBE sip', 'INVITE sip').replace('1 SUBSCRIBE', '1 INVITE'),
    good.replace('SIP/2.0\r\n', 'SIP/1.0\r\n'),
    good.replaceAll('\r\n', '\n'),
    good.replace('Event: ua-profile', 'Event: presence'),
    good.replace('profile-type="device"', 'profile-type="user"'),
    good.replace(/CSeq.*\r\n/, ''),
    good.replace(/Via.*\r\n/, ''),
    good.replace('Call-ID: ', 'Call-ID: x\r\nCall-ID: '),
    good.replace('Expires: 0', 'Expires: 0\r\n folded: yes'),
    good.replace('Expires: 0', `X: ${'x'.repeat(2000)}`),
    good.replace('Expires: 0', Array.from({ length: 80 }, (_, index) => `X-${index}`).join(': 1\r\n')),
    good.replaceAll(MAC, '01005e000001'),
    good.replaceAll(MAC, '000000000000'),
    good.replaceAll(MAC, `${MAC}%0d%0a`),
    good.replace('Expires: 0', `X: \u00e9`),
    Buffer.concat([Buffer.from(good.slice(0, -4)), Buffer.from([0]), Buffer.from('\r\n\r\n')]),
    good + 'x'.repeat(5000),
  ];
  for (const text of bad) await world.ask(text);
  const { answered, fetches, sightings } = await world.barrier();
  t.same([answered, fetches, sightings], [[], [], []]);
});

t.test('headers in their short form and in any case are the same headers', async (t) => {
  const short = subscribe({ contact: '192.0.2.9:5062' })
    .replace('Via:', 'v:')
    .replace('From:', 'F:')
    .replace('To:', 't :')
    .replace('Call-ID:', 'i:')
    .replace('Event:', 'o:')
    .replace('Contact:', 'm:');
  const request = parseSipRequest(Buffer.from(short));
  t.match(request && subscriptionOf(request, '192.0.2.9'), {
    ...{ mac: MAC, vendor: 'Yealink', model: 'T54W', firmware: '96.86.0.100', callId: 'abc@192.0.2.9', port: 5062 },
  });
  t.equal(
    request && subscriptionOf(request, '192.0.2.10')?.port,
    undefined,
    'a Contact elsewhere is nowhere to send to',
  );
  const low = parseSipRequest(Buffer.from(subscribe({ contact: '192.0.2.9:53' })));
  t.equal(low && subscriptionOf(low, '192.0.2.9')?.port, undefined, 'nor is a port of the system');
});

t.test('one sender, and all together, are heard so often and no more', async (t) => {
  let now = 1000;
  const rate = createRateLimit(2, 3, () => now);
  t.same(['a', 'a', 'a', 'b', 'b'].map(rate.take), [true, true, false, true, false]);
  now += 10_000;
  t.equal(rate.take('a'), true);
});

t.test("who has an address stands in the kernel's table, if it was answered", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lk-arp-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'arp');
  writeFileSync(
    file,
    [
      'IP address       HW type     Flags       HW address            Mask     Device',
      '192.0.2.1        0x1         0x2         00:15:65:AA:bb:cc     *        eth0',
      '192.0.2.2        0x1         0x0         00:00:00:00:00:00     *        eth0',
      '192.0.2.11       0x1         0x2         00:15:65:aa:bb:dd     *        eth0',
      '',
    ].join('\n'),
  );
  t.equal(await macAt('192.0.2.1', file), MAC);
  t.equal(await macAt('192.0.2.2', file), undefined);
  t.equal(await macAt('192.0.2.3', file), undefined);
  t.equal(await macAt('192.0.2.1', join(folder, 'none')), undefined);
});

t.test('networks of a site are CIDRs, and private ones when there are none', async (t) => {
  const isInside = (cidrs: string[], address: string) => (networksIn(JSON.stringify(cidrs)) ?? isPrivate)(address);
  t.equal(isInside([], '192.168.7.1'), true);
  t.equal(isInside([], '198.51.100.1'), false);
  t.equal(isInside(['198.51.100.0/24'], '198.51.100.1'), true);
  t.equal(isInside(['198.51.100.0/24'], '192.168.7.1'), false);
  t.equal(isInside(['10.0.0.0/99', 'x'], '10.0.0.1'), false);
  t.equal(isInside(['198.51.100.0/24'], '::1'), false);
});

t.test('an address that is not of this machine ends the start, and nothing stays open', async (t) => {
  const world = await openPhoneDb(t);
  const responder = createPnpResponder({
    db: world.db,
    address: '192.0.2.77',
    publicUrl: 'https://x',
    urlOf: async (_vendor, base) => base,
    journal: { fetch() {}, sighting() {} },
    log: pino({ level: 'silent' }),
  });
  await t.rejects(responder.start(), { code: 'EADDRNOTAVAIL' });
  await responder.stop();
});
