import t from 'tap';
import { byteRange } from '../../src/http/provisioning/byte-range.ts';
import { contradiction, guess } from '../../src/phones/recognise/evidence.ts';
import { createRecogniser } from '../../src/phones/recognise/recogniser.ts';
import { readPath } from '../../src/phones/recognise/request-path.ts';
import { networksOf, placeOf, plainAddress } from '../../src/phones/serving/address.ts';
import { createNonces } from '../../src/phones/serving/nonces.ts';
import { shippedCatalogue } from '../support/phones.ts';

const TOKEN = 'abcdefghijklmnopqrstuvwxyz012345';

/** What phones send, and what is to be read from it: vendor, model, firmware, MAC address. */
const AGENTS: [agent: string, vendor: string, model: string, firmware: string, mac?: string][] = [
  ['Yealink SIP-T54W 96.86.0.70 80:5e:c0:12:34:56', 'yealink', 'T54W', '96.86.0.70', '805ec0123456'],
  ['yealink SIP-T18 18.0.0.80 00:15:65:27:3e:05', 'yealink', 'T18', '18.0.0.80', '001565273e05'],
  ['Yealink SIP VP-T49G 51.80.0.75 00:15:65:27:3e:05', 'yealink', 'T49G', '51.80.0.75', '001565273e05'],
  ['Yealink W70B 146.87.0.15 80:5e:0c:1d:65:4e', 'yealink', 'W70B', '146.87.0.15', '805e0c1d654e'],
  ['Yealink SIP-T56A 58.80.0.25 001565f429a4', 'yealink', 'T56A', '58.80.0.25', '001565f429a4'],
  ['Yealink-T46G 28.71.0.81 28.1.0.128.0.0.0', 'yealink', 'T46G', '28.71.0.81'],
  [
    'Mozilla/4.0 (compatible; snomD785-SIP 10.1.33.33 2010.12-00004-g9ba52f5 000413922D24 SXM:0 UXM:0)',
    ...(['snom', 'D785', '10.1.33.33', '000413922d24'] as const),
  ],
  ['Mozilla/4.0 (compatible; snom320-SIP 8.4.18 1.1.3-s)', 'snom', '320', '8.4.18'],
  ['Grandstream Model HW GRP2614 SW 1.0.5.15 DevId c074ad0b63ee', 'grandstream', 'GRP2614', '1.0.5.15', 'c074ad0b63ee'],
  [
    'Grandstream Model HW HT801 V1.1A SW 1.0.17.5 DevId c074ad0b63ee',
    'grandstream',
    'HT801',
    '1.0.17.5',
    'c074ad0b63ee',
  ],
  ['FileTransport PolycomVVX-VVX_500-UA/5.9.7.4477 Type/Application', 'polycom', 'VVX_500', '5.9.7.4477'],
  [
    'FileTransport PolycomCCX-CCX_600-UA/8.0.2.3267 (SN:482567b5313f)',
    ...(['polycom', 'CCX_600', '8.0.2.3267', '482567b5313f'] as const),
  ],
  ['Cisco/SPA504G-7.4.9c (649EF3788E6A)(CCQ162306EA)', 'cisco-spa', 'SPA504G', '7.4.9c'],
  ['Cisco-CP-8841-3PCC/11.0 (00562b043615)', 'cisco-mpp', 'CP-8841-3PCC', '11.0', '00562b043615'],
  ['Fanvil X6U Pro 0.0.10 0c383e2cd782', 'fanvil', 'X6U Pro', '0.0.10', '0c383e2cd782'],
  ['Gigaset N870 IP PRO/83.V2.11.0+build.a546b91;7C2F80E0D605', 'gigaset', 'N870 IP PRO', '83.V2.11.0', '7c2f80e0d605'],
  ['Htek UC926 2.0.4.2 00:1f:c0:00:00:01', 'htek', 'UC926', '2.0.4.2', '001fc0000001'],
  ['Sangoma S500 3.2.0.55 00:50:58:00:00:01', 'sangoma', 'S500', '3.2.0.55', '005058000001'],
];

t.test('User-Agents of phones: vendor, model, firmware and MAC address, in any case', async (t) => {
  const { vendors } = await shippedCatalogue();
  const recogniser = createRecogniser([...vendors.values()]);
  const shipped = AGENTS.filter(([, vendor]) => vendors.has(vendor));
  t.ok(shipped.length >= 8);
  for (const [agent, vendor, model, firmware, mac] of shipped) {
    for (const text of [agent, agent.toUpperCase()]) {
      const found = recogniser.agent(text);
      t.strictSame(
        found.map((one) => one.vendor),
        [vendor],
        text,
      );
    }
    t.match(recogniser.agent(agent)[0], { model, firmware, ...(mac === undefined ? {} : { mac }) }, agent);
  }
});

t.test('noise is nobody, however long it is', async (t) => {
  const recogniser = createRecogniser([...(await shippedCatalogue()).vendors.values()]);
  for (const agent of [
    '',
    'curl/8.5.0',
    'Mozilla/5.0 (X11; Linux x86_64)',
    'x'.repeat(8192),
    `Yealink SIP-${'T1'.repeat(9000)}`,
  ]) {
    t.strictSame(recogniser.agent(agent), [], agent.slice(0, 40));
  }
});

t.test('names of files: which vendors they may be of, and for which MAC address', async (t) => {
  const { vendors } = await shippedCatalogue();
  const recogniser = createRecogniser([...vendors.values()]);
  const kind = (name: string, vendor: string) => recogniser.name(name).files.get(vendor)?.definition.kind;
  t.equal(kind('805ec0123456.cfg', 'yealink'), 'device');
  t.equal(kind('805EC0123456.CFG', 'yealink'), 'device');
  t.equal(kind('805ec0123456.boot', 'yealink'), 'probe');
  t.equal(kind('y000000000096.cfg', 'yealink'), 'common');
  t.equal(recogniser.name('805EC0123456.CFG').mac, '805ec0123456');
  t.equal(recogniser.name('y000000000096.cfg').mac, undefined);
  t.equal(kind('snomD735-000413AABBCC.htm', 'snom'), 'device');
  t.equal(kind('snom.htm-000413AABBCC', 'snom'), 'device');
  for (const name of ['$MA.cfg', '', 'x'.repeat(500), '805ec012345.cfg', '805ec0123456.cfg.bak']) {
    t.equal(recogniser.name(name).mac, undefined, name.slice(0, 30));
  }
});

t.test('a certificate outweighs a User-Agent, which outweighs an address range and a name', async (t) => {
  const recogniser = createRecogniser([...(await shippedCatalogue()).vendors.values()]);
  const name = recogniser.name('805ec0123456.cfg');
  const agents = recogniser.agent('Mozilla/4.0 (compatible; snomD785-SIP 10.1.33.33)');
  const none = new Map<string, string>();
  t.equal(guess({ name, agents: [], certificate: none }, '805ec0123456', recogniser).vendor, 'yealink');
  t.match(guess({ name, agents, certificate: none }, undefined, recogniser), { vendor: 'snom', model: 'D785' });
  const certificate = recogniser.certificate(['O=Maker', 'CN=805ec0123456']);
  t.equal(certificate.get('yealink'), '805ec0123456');
  const expected = { mac: '805ec0123456', vendor: 'yealink', model: null };
  t.equal(
    contradiction({ name, agents: [], certificate }, expected, () => undefined),
    undefined,
  );
  t.match(
    contradiction({ name, agents, certificate }, expected, () => undefined),
    /another vendor/,
  );
});

t.test('paths: what they hold, and those that are refused', async (t) => {
  const read = (rest: string) => readPath(`/p/${TOKEN}${rest}`);
  t.match(read('/a.cfg'), { token: TOKEN, folders: [], name: 'a.cfg', shown: '/a.cfg' });
  t.match(read('//42//2/master.bin?x=1#y'), { folders: ['42', '2'], name: 'master.bin' });
  t.match(read('/a%20b.cfg'), { name: 'a b.cfg' });
  t.match(readPath(`http://prov.example/p/${TOKEN}/a.cfg`), { name: 'a.cfg' });
  t.match(read(''), { name: '' });
  t.notMatch(read(`/${TOKEN}.cfg`)?.shown, TOKEN);
  for (const rest of [
    '/../a',
    '/%2e%2e/a',
    '/a%2fb',
    '/a%5Cb',
    '/a\\b',
    '/a%00',
    '/%zz',
    '/a%0ab',
    `/${'x'.repeat(512)}`,
  ]) {
    t.equal(read(rest), undefined, rest.slice(0, 20));
  }
  for (const path of ['/', '/p', '/p/short/a.cfg', `/q/${TOKEN}/a`, `p/${TOKEN}/a`])
    t.equal(readPath(path), undefined, path);
});

t.test('addresses, networks, ranges', async (t) => {
  t.equal(plainAddress('::ffff:10.0.0.1'), '10.0.0.1');
  t.equal(plainAddress('fe80::1%eth0'), 'fe80::1');
  t.equal(placeOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2');
  const inside = networksOf(['10.1.0.0/16', '2001:db8::/32', 'nonsense', '1.2.3.4/99']);
  t.strictSame(['10.1.2.3', '10.2.0.1', '2001:db8::1', '1.2.3.4', ''].map(inside), [true, false, true, false, false]);
  t.strictSame(byteRange('bytes=0-', 10), { start: 0, end: 9 });
  t.strictSame(byteRange('bytes=-3', 10), { start: 7, end: 9 });
  t.strictSame(byteRange('bytes=-0', 10), 'unsatisfiable');
  for (const header of ['bytes=5-2', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=-', undefined])
    t.equal(byteRange(header, 10), 'whole');
});

t.test('counts of a nonce may be overtaken a little, never used twice', async (t) => {
  const nonces = createNonces(() => 1_000_000);
  const nonce = nonces.issue('a');
  t.equal(nonces.use(nonce, 'b', 1), 'foreign');
  t.equal(nonces.use(nonce, 'a', 1), 'fresh');
  t.equal(nonces.use(nonce, 'b', 2), 'foreign');
  t.equal(nonces.use(nonce, 'a', 1), 'replayed');
  t.equal(nonces.use(nonce, 'a', 40), 'fresh');
  t.equal(nonces.use(nonce, 'a', 8), 'replayed', 'too far back to know');
  t.equal(nonces.use(nonce, 'a', 9), 'fresh');
  t.equal(nonces.use(nonce, 'a', 9), 'replayed');
  const old = nonces.issue('a');
  t.equal(nonces.use(old, 'a', undefined), 'fresh', 'a client without counts');
  t.equal(nonces.use(old, 'a', undefined), 'replayed');
  t.equal(nonces.use(old, 'a', 7), 'replayed');
});
