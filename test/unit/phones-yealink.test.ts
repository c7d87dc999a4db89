import t from 'tap';
import type { PhoneKey } from '../../src/domain/phones/key.ts';
import type { PhoneView } from '../../src/phones/phone-view.ts';
import { renderAll, renderFile } from '../../src/phones/render/render.ts';
import { withSetting } from '../support/phone-settings.ts';
import { CLOCK, nastyView, phoneLine, shippedCatalogue, stage1View } from '../support/phones.ts';

const catalogue = await shippedCatalogue();
const vendor = catalogue.vendors.get('yealink')!;

/** The parameters of the device file; the last one of a name. */
async function paramsOf(view: PhoneView): Promise<Map<string, string>> {
  const file = (await renderAll(catalogue, view, CLOCK)).find(({ definition }) => definition.isMain);
  return read(file!.bytes);
}

function read(bytes: Buffer): Map<string, string> {
  const lines = bytes.toString().trimEnd().split('\n').slice(1);
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(' = ')), line.slice(line.indexOf(' = ') + 3)]));
}

const phone = (changed: Partial<PhoneView> = {}) => nastyView(catalogue, 'yealink', 'T54W', changed);

const KEYS: [sentence: string, key: Omit<PhoneKey, 'section' | 'index'>, expected: (string | undefined)[]][] = [
  ['a line', { type: 'line', line: 2, label: 'Two' }, ['15', '2', '%NULL%', 'Two', '%NULL%']],
  ['a busy lamp with its pickup code', { type: 'blf', value: '202', label: 'Zoë' }, ['16', '1', '202', 'Zoë', '*8202']],
  ['a speed dial', { type: 'speed_dial', value: '+49301', line: 2 }, ['13', '2', '+49301', '+49301', '%NULL%']],
  ['a parking place', { type: 'park', value: '701', label: 'P1' }, ['10', '1', '701', 'P1', '%NULL%']],
  ['the mailbox', { type: 'voicemail', label: 'Mail' }, ['13', '1', '*97', 'Mail', '%NULL%']],
  ['another mailbox', { type: 'voicemail', value: '*98201', label: 'Mail' }, ['13', '1', '*98201', 'Mail', '%NULL%']],
  ['tones', { type: 'dtmf', value: '12#*', label: 'Door' }, ['11', '1', '12#*', 'Door', '%NULL%']],
  [
    'an address',
    { type: 'url', value: 'http://10.0.0.9/o?a=1&b="2"' },
    ['17', '1', 'http://10.0.0.9/o?a=1&b="2"', 'http://10.0.0.9/o?a=1&b="2"', '%NULL%'],
  ],
  ['nothing', { type: 'none' }, ['0', undefined, undefined, undefined, undefined]],
];
for (const [sentence, key, expected] of KEYS) {
  t.test(`complaint 6: a key of a Yealink is ${sentence}`, async (t) => {
    const places: [PhoneKey, string][] = [
      [{ ...key, section: 'line', index: 27 } as PhoneKey, 'linekey.27'],
      [{ ...key, section: 'expansion', module: 3, index: 60 } as PhoneKey, 'expansion_module.3.key.60'],
    ];
    for (const [one, name] of places) {
      const params = await paramsOf(phone({ keys: [one] }));
      t.same(
        ['type', 'line', 'value', 'label', 'extension'].map((part) => params.get(`${name}.${part}`)),
        expected,
        name,
      );
    }
  });
}

t.test('a line without a key gets the first free one, and what was taken away is cleared', async (t) => {
  const keys: PhoneKey[] = [
    { section: 'line', index: 1, type: 'blf', value: '202' },
    { section: 'line', index: 3, type: 'line', line: 2 },
  ];
  const params = await paramsOf(phone({ keys, lines: [phoneLine(1), phoneLine(2)] }));
  const types = [1, 2, 3, 4, 27].map((index) => params.get(`linekey.${index}.type`));
  t.same(types, ['16', '15', '15', '0', '0']);
  t.equal(params.get('linekey.2.line'), '1');
  t.equal(params.get('expansion_module.3.key.60.type'), '0');
  t.equal(params.get('programablekey.10.type'), '%NULL%');
});

t.test(
  'an account that was taken away is off and forgets its password, one of a disabled extension is off',
  async (t) => {
    const params = await paramsOf(phone({ lines: [phoneLine(1, { isEnabled: false })] }));
    t.equal(params.get('account.1.enable'), '0');
    t.equal(params.get('account.1.password'), 'Sip1SecretCanary0123456789');
    t.equal(params.get('account.16.enable'), '0');
    t.equal(params.get('account.16.password'), '%NULL%');
    t.notOk(params.has('account.17.enable'));
  },
);

t.test('transport, SRTP, tones and codecs are told in its own numbers', async (t) => {
  let view = phone({ lines: [phoneLine(1, { codecs: ['ulaw', 'gsm', 'g722', 'vp8'] })] });
  view = withSetting(withSetting(withSetting(view, 'sip.transport', 'tls'), 'srtp', 'required'), 'dtmf', 'info');
  const params = await paramsOf(view);
  const account = (name: string) => params.get(`account.1.${name}`);
  t.same([account('sip_server.1.transport_type'), account('srtp_encryption'), account('dtmf.type')], ['2', '2', '2']);
  const codecs = ['pcmu', 'g722', 'pcma', 'opus'].map((name) => [
    account(`codec.${name}.enable`),
    account(`codec.${name}.priority`),
  ]);
  t.same(
    codecs,
    [
      ['1', '1'],
      ['1', '2'],
      ['0', '0'],
      ['0', '0'],
    ],
    'what it cannot is left out',
  );
});

t.test('complaint 2: fusionpbx#768: the time zone of a Yealink is in the file of its MAC', async (t) => {
  t.match(await paramsOf(phone()), new Map([['local_time.time_zone', '+5:30']]));
  const common = vendor.files.find(({ kind }) => kind === 'common')!;
  const file = await renderFile(catalogue, 'yealink', common, { stage: 'common' });
  t.notMatch(file!.bytes.toString(), /local_time/);
});

t.test('complaint 3: fusionpbx#1914: every common file that a Yealink may ask for is there', async (t) => {
  const common = vendor.files.find(({ kind }) => kind === 'common')!;
  for (const model of catalogue.models.get('yealink')!) {
    const code = model.caps.commonFile;
    if (code === undefined) continue;
    t.match(`y${String(code).padStart(12, '0')}.cfg`, new RegExp(common.match, 'i'), model.id);
  }
  t.match('y000000009999.cfg', new RegExp(common.match, 'i'), 'that of a model of tomorrow too');
  for (const input of [
    { stage: 'common' as const },
    { stage: 1 as const, view: stage1View(catalogue, 'yealink', 'T54W') },
  ]) {
    const file = await renderFile(catalogue, 'yealink', common, input);
    t.equal(file?.bytes.toString(), '#!version:1.0.0.1\nstatic.auto_provision.user_agent_mac.enable = 1\n');
  }
});

t.test('complaint 7: fusionpbx#1601: files that are optional are said not to be there', async (t) => {
  const probe = vendor.files.find(({ kind }) => kind === 'probe')!;
  for (const name of ['0015651a2b3c.boot', 'y000000000000.boot']) t.match(name, new RegExp(probe.match, 'i'));
  t.equal(await renderFile(catalogue, 'yealink', probe, { stage: 2, view: phone(), clock: CLOCK }), undefined);
  t.equal(await renderFile(catalogue, 'yealink', probe, { stage: 'common' }), undefined);
});

t.test('complaint 9: fusionpbx PR#3196: to fetch anew does not reboot', async (t) => {
  for (const id of ['yealink', 'snom']) {
    const { notify } = catalogue.vendors.get(id)!;
    t.same(notify, { resync: 'check-sync;reboot=false', reboot: 'check-sync;reboot=true' });
  }
  t.equal((await paramsOf(phone())).get('sip.notify_reboot_enable'), '0', 'and the phone does as it is told');
});

t.test('complaint 13: FreePBX#547: tones work unless somebody says otherwise', async (t) => {
  t.equal((await paramsOf(phone())).get('account.1.dtmf.type'), '1');
});

t.test('stage 1 sends it on at once, stage 2 asks at night, and other ways in are shut', async (t) => {
  const main = vendor.files.find(({ isMain }) => isMain)!;
  const view = stage1View(catalogue, 'yealink', 'T54W');
  const first = read((await renderFile(catalogue, 'yealink', main, { stage: 1, view }))!.bytes);
  const second = await paramsOf(phone());
  t.equal(first.get('static.auto_provision.server.url'), view.access.url);
  t.equal(first.get('static.auto_provision.repeat.minutes'), '2');
  t.equal(second.get('static.auto_provision.repeat.enable'), '0');
  t.equal(second.get('static.auto_provision.weekly.enable'), '1');
  for (const params of [first, second]) {
    for (const way of ['pnp_enable', 'dhcp_option.enable']) t.equal(params.get(`static.auto_provision.${way}`), '0');
    t.equal(params.get('static.zero_touch.enable'), '0');
    t.equal(params.get('static.security.trust_certificates'), '1');
  }
  t.notOk([...first.keys()].some((name) => /^(account|linekey|static\.security\.user)/.test(name)));
});

t.test('a firmware that is wanted is named by the address of this phone', async (t) => {
  const firmwareTarget = { version: '96.86.0.100', file: 'yealink/T54W-96.86.0.100.rom' };
  const params = await paramsOf(phone({ firmwareTarget }));
  t.equal(params.get('static.firmware.url'), `${phone().access.url}firmware/yealink/T54W-96.86.0.100.rom`);
  t.equal((await paramsOf(phone())).get('static.firmware.url'), '%NULL%');
});

t.test('a base station gives each handset its own account', async (t) => {
  const params = await paramsOf(nastyView(catalogue, 'yealink', 'W70B'));
  t.equal(params.get('handset.2.incoming_lines'), '2');
  t.equal(params.get('handset.2.dial_out_default_line'), '2');
  t.notOk(params.has('linekey.1.type'));
});

const AGENTS: [agent: string, model: string | undefined, fw: string | undefined, mac: string | undefined][] = [
  ['Yealink SIP-T54W 96.86.0.70 80:5e:c0:12:34:56', 'T54W', '96.86.0.70', '80:5e:c0:12:34:56'],
  ['yealink SIP-T18 18.0.0.80 00:15:65:27:3e:05', 'T18', '18.0.0.80', '00:15:65:27:3e:05'],
  ['Yealink SIP VP-T49G 51.80.0.75 00:15:65:27:3e:05', 'T49G', '51.80.0.75', '00:15:65:27:3e:05'],
  ['Yealink W70B 146.87.0.15 80:5e:0c:1d:65:4e', 'W70B', '146.87.0.15', '80:5e:0c:1d:65:4e'],
  ['Yealink CP860 37.72.0.5 00:15:65:27:3e:05', 'CP860', '37.72.0.5', '00:15:65:27:3e:05'],
  ['VP530P 23.70.0.40 00:15:65:27:3e:05', 'VP530P', '23.70.0.40', '00:15:65:27:3e:05'],
  ['Yealink SIP-T56A 58.80.0.25 001565f429a4', 'T56A', '58.80.0.25', '001565f429a4'],
  ['Yealink SIP-T54W 96.86.0.70', 'T54W', '96.86.0.70', undefined],
  ['Yealink-T46G 28.71.0.81 28.1.0.128.0.0.0', 'T46G', '28.71.0.81', undefined],
  ['curl/8.0', undefined, undefined, undefined],
  ['Mozilla/5.0 (X11; Linux x86_64)', undefined, undefined, undefined],
  ['', undefined, undefined, undefined],
  [`Yealink SIP-T54W ${'9.'.repeat(5000)}`, undefined, undefined, undefined],
];
for (const [agent, model, fw, mac] of AGENTS) {
  t.test(`a Yealink is ${model === undefined ? 'not ' : ''}seen in: ${agent.slice(0, 60)}`, async (t) => {
    const groups = vendor.userAgents.flatMap((source) => new RegExp(source, 'i').exec(agent)?.groups ?? [])[0];
    t.equal(groups?.model, model);
    t.equal(groups?.fw, fw);
    t.equal(groups?.mac, mac);
  });
}
