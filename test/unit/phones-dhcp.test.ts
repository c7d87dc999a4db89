import t from 'tap';
import { dhcpText } from '../../src/phones/dhcp/text.ts';
import { encapsulated, phoneClassOf, prefixOf } from '../../src/phones/dhcp/vendor-options.ts';
import { BASE, CLASSES } from '../support/dhcp-classes.ts';

const { yealink, snom, cisco, odd, silent } = CLASSES;
const TOKEN = BASE.slice(0, -1);

t.test('a vendor class becomes the text with which all that it matches begins', async (t) => {
  const prefixes = {
    '^yealink': 'yealink',
    '^snom[A-Z]?\\d+': 'snom',
    '^Cisco Systems, Inc\\. IP': 'Cisco Systems, Inc. IP',
    digium_: 'digium_',
    '^Gigaset?': 'Gigase',
    '^abc{2}': undefined,
    '^(yealink|snom)': undefined,
    '^a|^b': undefined,
    '^ab': undefined,
    '^\\w+': undefined,
    '': undefined,
  };
  for (const [pattern, prefix] of Object.entries(prefixes)) t.equal(prefixOf(pattern), prefix, pattern);
});

t.test('options of a vendor have the address filled in, in order of their codes', async (t) => {
  t.same(cisco.options, [
    { code: 66, value: `${BASE}$PSN.xml` },
    { code: 150, value: '192.0.2.7' },
    { code: 159, value: `${BASE}$PSN.xml` },
    { code: 160, value: `${BASE}$PSN.xml` },
  ]);
  t.same(
    odd.options.map(({ code }) => code),
    [43, 66, 114],
    'a list of addresses that is none, and what is no option, are left out',
  );
});

t.test('option 43 is encapsulated as code, length and text', async (t) => {
  t.equal(
    encapsulated([
      { code: 43, sub: 66, value: 'ab' },
      { code: 43, sub: 67, value: 'c' },
    ]).toString('hex'),
    '42026162430163',
  );
  t.throws(() => encapsulated([{ code: 43, sub: 66, value: 'x'.repeat(256) }]), RangeError);
});

t.test('dnsmasq: a tag per vendor class, quotes and backslashes escaped', async (t) => {
  t.equal(
    dhcpText('dnsmasq', { site: 'Berlin', classes: [yealink, odd, silent] }),
    [
      '# Desk phones of Berlin, made by Linekeeper. The address is a secret of the site.',
      '',
      '# Yealink',
      'dhcp-vendorclass=set:lk-yealink,yealink',
      `dhcp-option=tag:lk-yealink,43,"${BASE}"`,
      `dhcp-option=tag:lk-yealink,66,"${BASE}"`,
      '',
      '# Odd',
      'dhcp-vendorclass=set:lk-odd,odd',
      String.raw`dhcp-option=tag:lk-odd,43,"a\"b\\c,d"`,
      String.raw`dhcp-option=tag:lk-odd,66,"tftp://h/a\"b\\c,d$e?f;#{}"`,
      `dhcp-option=tag:lk-odd,114,"${BASE}"`,
      '',
      '# Silent: everything in the network that is none of the above',
      `dhcp-option=tag:!lk-yealink,tag:!lk-odd,66,"${BASE}"`,
      '',
    ].join('\n'),
  );
});

t.test('ISC dhcpd: sub-options of option 43 live in a space of their own', async (t) => {
  t.equal(
    dhcpText('isc-dhcpd', { site: 'Berlin', classes: [snom] }),
    [
      '# Desk phones of Berlin, made by Linekeeper. The address is a secret of the site.',
      'option space lk-snom;',
      'option lk-snom.lk-66 code 66 = text;',
      'option lk-snom.lk-67 code 67 = text;',
      '',
      '# Snom',
      'class "lk-snom" {',
      '  match if substring (option vendor-class-identifier, 0, 4) = "snom";',
      `  option tftp-server-name "${BASE}";`,
      '  option bootfile-name "x.htm";',
      '  vendor-option-space lk-snom;',
      `  option lk-snom.lk-66 "${BASE}";`,
      '  option lk-snom.lk-67 "x.htm";',
      '}',
      '',
    ].join('\n'),
  );
});

t.test('Kea: JSON, in which commas of a text are no separators and option 43 is bytes', async (t) => {
  const kea = JSON.parse(
    dhcpText('kea', { site: 'Berlin', classes: [odd, silent, { ...silent, id: 'mute', name: 'Mute' }] }),
  );
  const [{ test, 'option-data': data, 'option-def': definitions }] = kea['client-classes'];
  t.equal(test, 'substring(option[60].hex,0,3) == 0x6f6464');
  t.same(data[0], {
    code: 43,
    'csv-format': false,
    data: Buffer.from('a"b\\c,d').toString('hex'),
    'always-send': true,
  });
  t.equal(data[1].data, 'tftp://h/a"b\\\\c\\,d$e?f;#{}');
  t.equal(definitions[0].type, 'binary');
  t.match(
    kea['user-context'].missing,
    [/^Silent: /, /^Mute: /],
    'two that cannot be told apart are left out, and it is said',
  );
  t.notOk('option-data' in kea);
});

t.test('MikroTik: dollars and question marks are escaped, texts are in quotes of their own', async (t) => {
  t.equal(
    dhcpText('mikrotik', { site: 'Berlin', classes: [cisco, odd] }),
    [
      '# Desk phones of Berlin, made by Linekeeper. The address is a secret of the site.',
      '# Put the names of your DHCP server and its pool in the place of dhcp1 and pool1.',
      '/ip dhcp-server option',
      String.raw`add name=lk-cisco-mpp-66 code=66 value="'${TOKEN}/\$PSN.xml'"`,
      `add name=lk-cisco-mpp-150 code=150 value="'192.0.2.7'"`,
      String.raw`add name=lk-cisco-mpp-159 code=159 value="'${TOKEN}/\$PSN.xml'"`,
      String.raw`add name=lk-cisco-mpp-160 code=160 value="'${TOKEN}/\$PSN.xml'"`,
      String.raw`add name=lk-odd-43 code=43 value="'a\"b\\c,d'"`,
      String.raw`add name=lk-odd-66 code=66 value="'tftp://h/a\"b\\c,d\$e\?f;#{}'"`,
      `add name=lk-odd-114 code=114 value="'${BASE}'"`,
      '/ip dhcp-server option sets',
      'add name=lk-cisco-mpp options=lk-cisco-mpp-66,lk-cisco-mpp-150,lk-cisco-mpp-159,lk-cisco-mpp-160',
      'add name=lk-odd options=lk-odd-43,lk-odd-66,lk-odd-114',
      '/ip dhcp-server matcher',
      'add name=lk-cisco-mpp server=dhcp1 address-pool=pool1 code=60 matching-type=substring value="Cisco Systems, Inc. IP Phone" option-set=lk-cisco-mpp',
      'add name=lk-cisco-mpp-2 server=dhcp1 address-pool=pool1 code=60 matching-type=substring value="LINKSYS " option-set=lk-cisco-mpp',
      'add name=lk-odd server=dhcp1 address-pool=pool1 code=60 matching-type=substring value="odd" option-set=lk-odd',
      '',
    ].join('\n'),
  );
});

t.test('other servers get words', async (t) => {
  const words = dhcpText('other', { site: 'Berlin', classes: [snom, silent] });
  t.match(words, `For clients whose option 60 begins with "snom"\n  Option 43, sub-option 66 (string): ${BASE}\n`);
  t.match(words, `Silent\n  For all that is none of the others\n  Option 66 (string): ${BASE}\n`);
});

t.test('the name of a site cannot end a comment or a text', async (t) => {
  for (const server of ['dnsmasq', 'isc-dhcpd', 'mikrotik', 'other'] as const) {
    const text = dhcpText(server, { site: 'a\nevil=1\r"}{;\\', classes: [silent] });
    t.notMatch(text, /^evil/m, server);
  }
  t.same(phoneClassOf({ ...silent, vendorClasses: [], dhcp: { option66: 'x', also: {} } }, BASE).prefixes, []);
});
