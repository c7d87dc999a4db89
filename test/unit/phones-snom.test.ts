import { SaxesParser } from 'saxes';
import t from 'tap';
import type { PhoneKey } from '../../src/domain/phones/key.ts';
import type { PhoneView } from '../../src/phones/phone-view.ts';
import { renderAll, renderFile } from '../../src/phones/render/render.ts';
import { withSetting } from '../support/phone-settings.ts';
import { CLOCK, nastyView, phoneLine, shippedCatalogue, stage1View } from '../support/phones.ts';

const catalogue = await shippedCatalogue();
const vendor = catalogue.vendors.get('snom')!;
const main = vendor.files.find(({ isMain }) => isMain)!;
const phone = (changed: Partial<PhoneView> = {}) => nastyView(catalogue, 'snom', 'D735', changed);

interface Element {
  value: string;
  attributes: Record<string, string>;
}

/** Elements as the phone reads them, by name and index. */
function read(bytes: Buffer): Map<string, Element> {
  const all = new Map<string, Element>();
  let open: Element = { value: '', attributes: {} };
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => {
    open = { value: '', attributes: attributes as Record<string, string> };
    all.set(attributes.idx === undefined ? name : `${name}[${attributes.idx}]`, open);
  });
  parser.on('text', (text) => {
    open.value += text;
  });
  parser.on('closetag', () => {
    open = { value: '', attributes: {} };
  });
  parser.write(bytes.toString()).close();
  return all;
}

async function elementsOf(view: PhoneView): Promise<Map<string, Element>> {
  return read((await renderAll(catalogue, view, CLOCK)).find(({ definition }) => definition.isMain)!.bytes);
}

const KEYS: [sentence: string, key: Omit<PhoneKey, 'section' | 'index'>, context: string, value: string][] = [
  ['a line', { type: 'line', line: 2 }, '2', 'line'],
  ['a speed dial', { type: 'speed_dial', value: '+49301' }, 'active', 'speed +49301'],
  ['a parking place', { type: 'park', value: '701', line: 1 }, '1', 'orbit 701'],
  ['the mailbox', { type: 'voicemail' }, 'active', 'speed *97'],
  ['tones', { type: 'dtmf', value: '12#*' }, 'active', 'dtmf 12#*'],
  ['an address', { type: 'url', value: 'http://10.0.0.9/o?a=1&b="2"' }, 'active', 'url http://10.0.0.9/o?a=1&b="2"'],
  ['nothing', { type: 'none' }, 'active', 'none'],
];
for (const [sentence, key, context, value] of KEYS) {
  t.test(`complaint 6: a key of a Snom is ${sentence}`, async (t) => {
    const beside = await elementsOf(phone({ keys: [{ ...key, section: 'line', index: 32 } as PhoneKey] }));
    t.match(beside.get('fkey[31]'), { value, attributes: { context } });
    const module = await elementsOf(
      phone({ keys: [{ ...key, section: 'expansion', module: 2, index: 18 } as PhoneKey] }),
    );
    t.match(
      module.get(`fkey[${32 + 18 + 17}]`),
      { value, attributes: { context } },
      'modules follow the keys of the phone',
    );
  });
}

t.test('complaint 12: FreePBX#892: a busy lamp is escaped once and has its pickup code', async (t) => {
  const keys: PhoneKey[] = [{ section: 'line', index: 5, type: 'blf', value: '*201', label: 'R&D <1>', line: 1 }];
  const [file] = await renderAll(catalogue, phone({ keys }), CLOCK);
  t.match(
    file?.bytes.toString(),
    '<fkey idx="4" context="1" label="R&amp;D &lt;1&gt;" perm="R">blf sip:*201@pbx.example.org|*8</fkey>',
  );
  t.match(read(file!.bytes).get('fkey[4]'), {
    value: 'blf sip:*201@pbx.example.org|*8',
    attributes: { label: 'R&D <1>' },
  });
  const without = await elementsOf(phone({ keys, pickupPrefix: '' }));
  t.equal(without.get('fkey[4]')?.value, 'blf sip:*201@pbx.example.org');
});

t.test('complaint 11: FreePBX#680: a Snom may leave its type out of the name of its file', async (t) => {
  const names = [
    'snomD735-000413AABBCC.htm',
    'snom-000413AABBCC.htm',
    'snom.htm-000413AABBCC',
    'snomD735.htm-000413AABBCC',
    '000413aabbcc.xml',
    '.htm-000413AABBCC',
  ];
  for (const name of names) {
    const found = vendor.files.find(({ match }) => new RegExp(match, 'i').test(name));
    t.equal(found?.kind, 'device', name);
    t.match(new RegExp(found!.match, 'i').exec(name)?.groups?.mac, /^000413aabbcc$/i, name);
  }
  const kinds = (name: string) => vendor.files.find(({ match }) => new RegExp(match, 'i').test(name))?.kind;
  t.equal(kinds('snomD735.htm'), 'common');
  t.equal(kinds('snomD735-firmware.xml'), 'probe');
  t.equal(kinds('settings.exe'), undefined);
});

t.test('an identity that was taken away is off and forgets its password', async (t) => {
  const elements = await elementsOf(phone({ lines: [phoneLine(1)] }));
  t.equal(elements.get('user_active[1]')?.value, 'on');
  t.equal(elements.get('user_active[12]')?.value, 'off');
  t.equal(elements.get('user_pass[12]')?.value, '');
  t.notOk(elements.has('user_active[13]'));
});

t.test('the transport stands in the outbound proxy, that of the registrar where there is none', async (t) => {
  const outbound = async (view: PhoneView) => (await elementsOf(view)).get('user_outbound[1]')?.value;
  t.equal(await outbound(phone()), '');
  const tls = withSetting(phone({ registrar: { host: 'pbx.example.org', port: 5061 } }), 'sip.transport', 'tls');
  t.equal(await outbound(tls), 'pbx.example.org:5061;transport=tls');
  t.equal(
    await outbound(withSetting(tls, 'sip.outboundProxy', 'edge.example.org:5063')),
    'edge.example.org:5063;transport=tls',
  );
});

t.test('SRTP, tones and codecs are told in its own words', async (t) => {
  const words = async (view: PhoneView) => {
    const elements = await elementsOf(view);
    return ['user_srtp', 'user_savp', 'user_dtmf_info', 'codec_priority_list'].map(
      (name) => elements.get(`${name}[1]`)?.value,
    );
  };
  const view = phone({ lines: [phoneLine(1, { codecs: ['alaw', 'g722', 'vp8'] })] });
  t.same(await words(view), ['off', 'off', 'off', 'pcma,g722,telephone-event']);
  t.same(await words(withSetting(withSetting(view, 'srtp', 'optional'), 'dtmf', 'info')), [
    'on',
    'optional',
    'sip_info_only',
    'pcma,g722,telephone-event',
  ]);
  t.same(await words(withSetting(withSetting(view, 'srtp', 'required'), 'dtmf', 'inband')), [
    'on',
    'mandatory',
    'off',
    'pcma,g722',
  ]);
});

t.test(
  'stage 1 sends it on at once, stage 2 asks at night, each to the file of its MAC with basic credentials',
  async (t) => {
    t.same(vendor.auth, ['basic']);
    const view = stage1View(catalogue, 'snom', 'D735');
    const first = read((await renderFile(catalogue, 'snom', main, { stage: 1, view }))!.bytes);
    const second = await elementsOf(phone());
    for (const elements of [first, second]) {
      t.equal(elements.get('setting_server')?.value, `${view.access.url}0015651a2b3c.xml`);
      t.equal(elements.get('http_client_user')?.value, view.access.username);
      t.equal(elements.get('http_client_pass')?.value, view.access.password);
      t.equal(elements.get('pnp_config')?.value, 'off');
    }
    t.equal(first.get('settings_refresh_timer')?.value, '120');
    t.equal(second.get('prov_polling_mode')?.value, 'random');
    t.notOk([...first.keys()].some((name) => /^(user_|fkey|admin|http_pass)/.test(name)));
  },
);

t.test('passwords are of this phone alone and nobody may ask it to do things', async (t) => {
  const elements = await elementsOf(phone());
  t.equal(elements.get('admin_mode_password')?.value, 'AdminPwCanary42x');
  t.equal(elements.get('http_pass')?.value, 'UserPwCanary42x7');
  t.same(
    ['admin_mode', 'restrict_uri_queries', 'filter_registrar', 'webserver_type'].map(
      (name) => elements.get(name)?.value,
    ),
    ['off', 'on', 'on', 'https'],
  );
});

const AGENTS: [agent: string, model: string | undefined, fw: string | undefined, mac: string | undefined][] = [
  [
    'Mozilla/4.0 (compatible; snomD785-SIP 10.1.33.33 2010.12-00004-g9ba52f5 000413922D24 SXM:0 UXM:0)',
    'D785',
    '10.1.33.33',
    '000413922D24',
  ],
  ['Mozilla/4.0 (compatible; snom320-SIP 8.4.18 1.1.3-s)', '320', '8.4.18', undefined],
  ['Mozilla/4.0 (compatible; MSIE 8.0)', undefined, undefined, undefined],
  ['curl/8.0', undefined, undefined, undefined],
  [`snom${'a'.repeat(8000)}`, undefined, undefined, undefined],
];
for (const [agent, model, fw, mac] of AGENTS) {
  t.test(`a Snom is ${model === undefined ? 'not ' : ''}seen in: ${agent.slice(0, 60)}`, async (t) => {
    const groups = vendor.userAgents.flatMap((source) => new RegExp(source, 'i').exec(agent)?.groups ?? [])[0];
    t.equal(groups?.model, model);
    t.equal(groups?.fw, fw);
    t.equal(groups?.mac, mac);
  });
}
