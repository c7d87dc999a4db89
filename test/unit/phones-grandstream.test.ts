import fc from 'fast-check';
import t from 'tap';
import type { PhoneKey } from '../../src/domain/phones/key.ts';
import { TIMEZONES } from '../../src/domain/timezone.ts';
import { renderAll } from '../../src/phones/render/render.ts';
import { timeRule } from '../../src/phones/time/zones.ts';
import { androidZone } from '../../src/phones/vendors/grandstream/android-zones.ts';
import { elements, readParams, told } from '../support/phone-params.ts';
import { CLOCK, golden, goldenFiles, nastyView, phoneLine, shippedCatalogue } from '../support/phones.ts';

const catalogue = await shippedCatalogue();
const vendor = catalogue.vendors.get('grandstream')!;

for (const model of ['GXP1610', 'GXP2130', 'GRP2616', 'GXV3370', 'HT814', 'DP752']) {
  t.test(`every file of a ${model}, byte by byte`, async (t) => {
    golden(t, 'grandstream', model, await goldenFiles(catalogue, nastyView(catalogue, 'grandstream', model)));
  });
}

t.test('complaint 1: whatever stands in a name or a secret, the phone reads it as it is', async (t) => {
  const text = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .filter((s) => !/[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(s));
  await fc.assert(
    fc.asyncProperty(text, text, async (secret, displayName) => {
      const lines = [phoneLine(1, { secret, displayName })];
      const byNumber = await told(catalogue, 'grandstream', 'GXP2130', { lines });
      t.equal(byNumber.get('P34'), secret);
      t.equal(byNumber.get('P3'), displayName);
      const byName = await told(catalogue, 'grandstream', 'GRP2614', { lines });
      t.equal(byName.get('account.1.sip.subscriber.password'), secret);
      t.equal(byName.get('account.1.sip.subscriber.name'), displayName);
    }),
    { numRuns: 40 },
  );
});

t.test('complaint 9: a Grandstream is told to fetch by its own word', async (t) => {
  t.same(vendor.notify, { resync: 'resync', reboot: 'check-sync;reboot=true' });
  const params = await told(catalogue, 'grandstream', 'GXP2130');
  t.equal(params.get('P4428'), '1', 'and does not ask the PBX, which could not answer, who it is');
});

t.test('complaint 13: it stays registered while it restarts, and sends its tones as the PBX takes them', async (t) => {
  const params = await told(catalogue, 'grandstream', 'GXP2160', {
    lines: [1, 2, 3, 4, 5, 6].map((n) => phoneLine(n)),
  });
  for (const code of ['P81', 'P411', 'P511', 'P611', 'P1711', 'P1811']) t.equal(params.get(code), '0', code);
  t.equal(params.get('P2302'), '1', 'in RTP');
  t.equal(params.get('P2301'), '0', 'not in the sound');
  t.equal(params.get('P2303'), '0', 'not in SIP');
  const named = await told(catalogue, 'grandstream', 'GRP2612');
  t.equal(named.get('account.1.sip.unregisterOnReboot'), 'No');
  t.equal(named.get('account.1.dtmf.sendInRtp'), 'Yes');
});

t.test('registrations last minutes, and nobody resets a phone by SIP', async (t) => {
  const settings = { 'sip.expirySeconds': 600 };
  t.equal((await told(catalogue, 'grandstream', 'GXP2130', { settings })).get('P32'), '10');
  const odd = await told(catalogue, 'grandstream', 'GXP2130', { settings: { 'sip.expirySeconds': 61 } });
  t.equal(odd.get('P32'), '1', 'rounded, and never 0');
  const named = await told(catalogue, 'grandstream', 'GRP2614', { settings });
  t.equal(named.get('account.1.sip.registerExpiration'), '10');
  t.equal(named.get('account.1.sip.allowSipReset'), 'No');
  t.equal((await told(catalogue, 'grandstream', 'HT802')).get('P26015'), '0');
});

t.test('each account has its own numbers, and one that is gone loses its secret', async (t) => {
  const all = [1, 2, 3, 4, 5, 6];
  const params = await told(catalogue, 'grandstream', 'GXP2170', { lines: all.map((n) => phoneLine(n)) });
  const users = ['P35', 'P404', 'P504', 'P604', 'P1704', 'P1804'];
  const secrets = ['P34', 'P406', 'P506', 'P606', 'P1706', 'P1806'];
  for (const [at, n] of all.entries()) {
    t.equal(params.get(users[at]!), `acme-20${n}-d1`);
    t.equal(params.get(secrets[at]!), `Sip${n}SecretCanary0123456789`);
  }
  const fewer = await told(catalogue, 'grandstream', 'GXP2170', { lines: [phoneLine(2)] });
  t.equal(fewer.get('P34'), '');
  t.equal(fewer.get('P271'), '0');
  t.equal(fewer.get('P1706'), '');
});

t.test('complaint 8: the time zone is a rule', async (t) => {
  const zones = {
    'Europe/Paris': 'CET-1CEST-2,M3.5.0/2,M10.5.0/3',
    'America/New_York': 'EST+5EDT+4,M3.2.0/2,M11.1.0/2',
    'Australia/Sydney': 'AEST-10AEDT-11,M10.1.0/2,M4.1.0/3',
    'Asia/Kolkata': 'IST-5:30',
    'America/Regina': 'CST+6',
    'Europe/Dublin': 'GMT+0IST-1,M3.5.0/1,M10.5.0/2',
    'Australia/Lord_Howe': 'LST-10:30LDT-11,M10.1.0/2,M4.1.0/2',
    // The Friday on or after the 23rd of March is the 27th in 2026, the last Sunday of October the 25th.
    'Asia/Jerusalem': 'IST-2IDT-3,M3.4.5/2,M10.5.0/2',
    'Africa/Cairo': 'EET-2EEST-3,M4.5.5/0,M10.5.5/0',
    'America/Nuuk': 'LST+2LDT+1,M3.4.6/23,M10.5.0/0',
    'Asia/Dubai': 'LST-4',
  };
  for (const [timezone, rule] of Object.entries(zones)) {
    const params = await told(catalogue, 'grandstream', 'GXP2130', { settings: { timezone } });
    t.equal(params.get('P64'), 'customize');
    t.equal(params.get('P246'), rule, timezone);
    t.equal(params.get('P143'), '0', 'not that of DHCP');
    const named = await told(catalogue, 'grandstream', 'GRP2614', { settings: { timezone } });
    t.equal(named.get('dateTime.timezone.custom'), rule);
  }
});

t.test('complaint 8: where only zones of a list can be told, another one has the same rule', async (t) => {
  // Today's names of those that the list has under older ones.
  const today: Record<string, string> = {
    'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
    'America/Godthab': 'America/Nuuk',
    'Asia/Calcutta': 'Asia/Kolkata',
    'Asia/Katmandu': 'Asia/Kathmandu',
    'Asia/Rangoon': 'Asia/Yangon',
    'Europe/Kiev': 'Europe/Kyiv',
  };
  let others = 0;
  for (const zone of TIMEZONES) {
    const listed = androidZone(zone)['dateTime.timezone'];
    if (listed === undefined) continue;
    const name = today[listed] ?? listed;
    if (name !== zone) others++;
    const { offsetMinutes, dst } = timeRule(catalogue.zones, zone);
    t.match(timeRule(catalogue.zones, name), { offsetMinutes, dst }, `${listed} for ${zone}`);
  }
  t.ok(others > 20);
  t.same(androidZone('Europe/Berlin'), { 'dateTime.timezone': 'Europe/Amsterdam' });
  t.same(androidZone('Antarctica/Troll'), {}, 'it keeps what it has');
});

const key = (section: PhoneKey['section'], index: number, more: Partial<PhoneKey>): PhoneKey => ({
  section,
  index,
  type: 'blf',
  ...more,
});

t.test('complaint 6: a key of a number holds the number, and one of a line its account', async (t) => {
  const keys = [
    key('line', 1, { type: 'blf', value: '210', label: 'Ann' }),
    key('line', 3, { type: 'speed_dial', value: '0301', line: 2 }),
    key('programmable', 1, { type: 'blf', value: '211', line: 2 }),
    key('programmable', 8, { type: 'park', value: '701' }),
  ];
  const params = await told(catalogue, 'grandstream', 'GXP2130', { keys, lines: [phoneLine(1), phoneLine(2)] });
  const values = (...codes: number[]) => codes.map((code) => params.get(`P${code}`));
  t.same(values(1363, 1364, 1465, 1466), ['11', '0', 'Ann', '210'], 'a fixed key counts from 10');
  t.same(values(1365, 1366), ['0', '0'], 'the first line takes the first free key');
  t.same(values(1367, 1368, 1469, 1470), ['10', '1', '', '0301']);
  t.same(values(323, 301, 302, 303), ['1', '1', '', '211'], 'another key counts from 0');
  t.same(values(324, 302 + 3), ['-1', ''], 'what is not set is told to be nothing');
  t.same(values(353, 354, 355, 356), ['9', '0', '', '701']);
});

t.test('keys of the second display, of pages and of modules', async (t) => {
  const grp = await told(catalogue, 'grandstream', 'GRP2614', {
    keys: [
      key('line', 16, { value: '210' }),
      key('programmable', 24, { value: '211', line: 2 }),
      key('line', 9, { type: 'line', line: 2 }),
    ],
  });
  t.equal(grp.get('pks.vpk.16.keyMode'), 'BLF');
  t.equal(grp.get('pks.mpk.24.account'), 'Account2');
  t.equal(grp.get('pks.vpk.9.keyMode'), 'None', 'only the first four can be a line');
  t.equal(grp.get('pks.vpk.5.keyMode'), 'None', 'no gap: the keys after one would be lost');
  const module = { section: 'expansion' as const, module: 2, index: 1, type: 'blf' as const, value: '212' };
  const params = await told(catalogue, 'grandstream', 'GXP2170', { keys: [module] });
  t.equal(params.get('P23200'), '1', 'the first of the second module is the 41st');
  t.equal(params.get('P23203'), '212');
});

t.test('what a phone calls itself', (t) => {
  const agents: [string, string, string, string][] = [
    ['Grandstream Model HW GXP2130 SW 1.0.11.48 DevId 000b82aabbcc', 'GXP2130', '1.0.11.48', '000b82aabbcc'],
    ['Grandstream Model HW GRP2614 V1.2A SW 1.0.5.37 DevId c074adaabbcc', 'GRP2614', '1.0.5.37', 'c074adaabbcc'],
    [
      'Grandstream GXP2160 (gxp2160.bin:1.0.9.135/boot55.bin:1.0.9.135) DevId 000b82aabbcc',
      'GXP2160',
      '1.0.9.135',
      '000b82aabbcc',
    ],
  ];
  for (const [agent, model, fw, mac] of agents) {
    const found = vendor.userAgents
      .map((source) => new RegExp(source, 'i').exec(agent))
      .find((match) => match !== null);
    t.match(found?.groups, { model, mac }, agent);
    t.ok(found?.groups?.fw?.startsWith(fw), agent);
  }
  t.end();
});

t.test('what a phone asks for', (t) => {
  const kinds = {
    'cfg000b82aabbcc.xml': 'device',
    'cfg000B82AABBCC.xml': 'device',
    cfg000b82aabbcc: 'probe',
    'cfg000b82aabbcc.bin': 'probe',
    'cfggxp2130.xml': 'probe',
    'cfg.xml': 'probe',
    'phonebook.xml': 'phonebook',
    'gxp2130fw.bin': 'probe',
  };
  for (const [name, kind] of Object.entries(kinds)) {
    t.equal(vendor.files.find(({ match }) => new RegExp(match, 'i').test(name))?.kind, kind, name);
  }
  t.end();
});

t.test(
  'the address is told without its scheme, which has a parameter of its own; stage 1 by numbers alone',
  async (t) => {
    const files = await goldenFiles(catalogue, nastyView(catalogue, 'grandstream', 'GRP2614'));
    const params = readParams(files.filter(({ name }) => name.startsWith('stage1/')));
    t.equal(params.get('P212'), '2');
    t.equal(params.get('P237'), 'prov.example.org/p/tokenCanary0123456789abcdef');
    t.equal(params.get('P145'), '0', 'DHCP leads no more');
    t.ok([...params.keys()].every((name) => /^(P\d+|mac)$/.test(name)));
  },
);

t.test('complaint 19: the phonebook holds the names as they are', async (t) => {
  const view = nastyView(catalogue, 'grandstream', 'GXP2130');
  const file = (await renderAll(catalogue, view, CLOCK)).find(({ name }) => name === 'phonebook.xml');
  const names = elements(file!.bytes.toString())
    .filter(({ name }) => name === 'FirstName')
    .map(({ text }) => text);
  t.same(
    names,
    view.phonebook.map(({ name }) => name),
  );
  t.notOk(file!.bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])));
});
