import fc from 'fast-check';
import t from 'tap';
import type { PhoneKey } from '../../src/domain/phones/key.ts';
import type { PhoneView } from '../../src/phones/phone-view.ts';
import { renderAll, renderFile, revisionHash } from '../../src/phones/render/render.ts';
import { elements, readParams, told } from '../support/phone-params.ts';
import { CLOCK, golden, goldenFiles, nastyView, phoneLine, shippedCatalogue, stage1View } from '../support/phones.ts';

const catalogue = await shippedCatalogue();
const vendor = catalogue.vendors.get('polycom')!;
const models = catalogue.models.get('polycom')!;

for (const model of ['SPIP_335', 'VVX_101', 'VVX_500', 'CCX_500', 'Trio_8800']) {
  t.test(`every file of a ${model}, byte by byte`, async (t) => {
    golden(t, 'polycom', model, await goldenFiles(catalogue, nastyView(catalogue, 'polycom', model)));
  });
}

async function fileOf(view: PhoneView, name: RegExp) {
  const file = (await renderAll(catalogue, view, CLOCK)).find((one) => name.test(one.name))!;
  return elements(file.bytes.toString());
}

const contactsOf = async (view: PhoneView) => {
  const all = await fileOf(view, /-directory\.xml$/);
  const texts = (wanted: string) => all.filter(({ name }) => name === wanted).map(({ text }) => text);
  return { names: texts('fn'), numbers: texts('ct'), places: texts('sd') };
};

t.test('complaint 1: whatever stands in a name or a secret, the phone reads it as it is', async (t) => {
  const text = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .filter((s) => !/[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(s));
  await fc.assert(
    fc.asyncProperty(text, text, async (secret, label) => {
      const params = await told(catalogue, 'polycom', 'VVX_450', { lines: [phoneLine(1, { secret, label })] });
      t.equal(params.get('reg.1.auth.password'), secret);
      t.equal(params.get('reg.1.label'), label);
    }),
    { numRuns: 40 },
  );
});

t.test('complaint 5: the directory holds the company, and is found without anybody rewriting its name', async (t) => {
  const view = nastyView(catalogue, 'polycom', 'VVX_450', { keys: [] });
  const { names, numbers } = await contactsOf(view);
  t.same(
    names,
    view.phonebook.map(({ name }) => name),
  );
  t.same(
    numbers,
    view.phonebook.map(({ number }) => number),
  );
  const definition = vendor.files.find(({ match }) => new RegExp(match, 'i').test('0004F2AABBCC-directory.xml'));
  t.equal(definition?.kind, 'phonebook');
});

t.test('complaint 7: what a phone asks for by habit is not there, and never forbidden', async (t) => {
  const view = stage1View(catalogue, 'polycom', 'VVX_450');
  for (const name of [
    ...['000000000000-license.cfg', '0004f2aabbcc-license.cfg', '000000000000-directory.xml', '0004f2aabbcc-phone.cfg'],
    ...[
      '0004f2aabbcc-web.cfg',
      '0004f2aabbcc-calls.xml',
      '0004f2aabbcc-app.log',
      'sip.ld',
      '3111-48450-001.sip.ld',
      'sip.ver',
    ],
  ]) {
    const definition = vendor.files.find(({ match }) => new RegExp(match, 'i').test(name));
    t.equal(definition?.kind, 'probe', name);
    t.equal(await renderFile(catalogue, 'polycom', definition!, { stage: 1, view }), undefined);
  }
});

t.test('a phone puts its logs and its own changes, and nothing else', (t) => {
  const takes = (name: string) => vendor.uploads.some(({ match }) => new RegExp(match, 'i').test(name));
  for (const name of [
    '0004f2aabbcc-boot.log',
    '0004f2aabbcc-app.log',
    '0004f2aabbcc-phone.cfg',
    '0004f2aabbcc-web.cfg',
  ])
    t.ok(takes(name), name);
  for (const name of ['0004f2aabbcc-directory.xml', '0004f2aabbcc-calls.xml']) t.ok(takes(name), name);
  for (const name of ['0004f2aabbcc.cfg', '0004f2aabbcc-reg.cfg', '000000000000.cfg', 'app.log', 'x-app.log'])
    t.notOk(takes(name), name);
  t.end();
});

t.test(
  'no parameter is told twice, in one file or in two; each of the phone itself is marked to be taken',
  async (t) => {
    for (const { id } of models) {
      // Throws on the second.
      const params = await told(catalogue, 'polycom', id);
      for (const name of params.keys()) {
        if (!/^device\.(?!set$)/.test(name) || name.endsWith('.set')) continue;
        t.equal(params.get(`${name}.set`), '1', `${id} ${name}`);
      }
      t.equal(params.get('device.set'), '1', id);
    }
  },
);

t.test('the first file only names the others', async (t) => {
  const files = await goldenFiles(catalogue, nastyView(catalogue, 'polycom', 'VVX_450'));
  const listed = (name: string) =>
    elements(files.find((file) => file.name === name)!.bytes.toString())[0]!.attributes.CONFIG_FILES;
  t.equal(listed('0015651a2b3c.cfg'), '0015651a2b3c-reg.cfg, 0015651a2b3c-site.cfg');
  t.equal(listed('stage1/0015651a2b3c.cfg'), '0015651a2b3c-provision.cfg');
  t.equal(
    listed('000000000000.cfg'),
    '[PHONE_MAC_ADDRESS]-provision.cfg',
    'a phone without a file of its own goes to stage 1',
  );
  const provision = readParams(files.filter(({ name }) => name === 'stage1/provision.cfg'));
  t.equal(provision.get('device.prov.serverName'), 'https://prov.example.org/p/tokenCanary0123456789abcdef/');
  t.equal(provision.get('device.dhcp.bootSrvUseOpt'), 'Static', 'DHCP leads no more');
  t.equal(provision.get('device.prov.user'), '0015651a2b3c');
});

t.test('complaint 8: the time zone is seconds and a rule', async (t) => {
  const of = async (timezone: string) => {
    const params = await told(catalogue, 'polycom', 'VVX_450', { settings: { timezone } });
    const get = (name: string) => params.get(`tcpIpApp.sntp.${name}`);
    const change = (name: string) =>
      ['month', 'date', 'dayOfWeek', 'dayOfWeek.lastInMonth', 'time'].map((key) =>
        get(`daylightSavings.${name}.${key}`),
      );
    return [
      get('gmtOffset'),
      get('daylightSavings.enable'),
      get('daylightSavings.fixedDayEnable'),
      change('start'),
      change('stop'),
    ];
  };
  const none = Array.from({ length: 5 }, () => undefined);
  t.same(await of('Europe/Paris'), [
    '3600',
    '1',
    '0',
    ['3', undefined, '1', '1', '2'],
    ['10', undefined, '1', '1', '3'],
  ]);
  t.same(await of('America/New_York'), ['-18000', '1', '0', ['3', '8', '1', '0', '2'], ['11', '1', '1', '0', '2']]);
  t.same(await of('Australia/Sydney'), ['36000', '1', '0', ['10', '1', '1', '0', '2'], ['4', '1', '1', '0', '3']]);
  t.same(await of('Europe/Dublin'), ['0', '1', '0', ['3', undefined, '1', '1', '1'], ['10', undefined, '1', '1', '2']]);
  t.same(await of('Asia/Kolkata'), ['19800', '0', undefined, none, none]);
  t.same(await of('America/Regina'), ['-21600', '0', undefined, none, none]);
  t.same(await of('Australia/Lord_Howe'), ['37800', '0', undefined, none, none], 'it can save an hour only');
  const jerusalem = await of('Asia/Jerusalem');
  t.same(
    jerusalem,
    ['7200', '1', '1', ['3', '27', undefined, undefined, '2'], ['10', '25', undefined, undefined, '2']],
    'dates of 2026',
  );
});

t.test('complaint 13: no restart by a NOTIFY, and tones as the PBX takes them', async (t) => {
  const params = await told(catalogue, 'polycom', 'VVX_450');
  t.same(vendor.notify, { resync: 'check-sync', reboot: null });
  t.equal(params.get('voIpProt.SIP.specialEvent.checkSync.alwaysReboot'), '0');
  t.equal(params.get('tone.dtmf.viaRtp'), '1');
  t.equal(params.get('tone.dtmf.rfc2833Control'), '1');
  t.equal(params.get('voIpProt.SIP.dtmfViaSignaling.rfc2976'), '0');
});

const key = (index: number, more: Partial<PhoneKey>): PhoneKey => ({ section: 'line', index, type: 'blf', ...more });

t.test('lamps are a list in the order of their keys; numbers are places of the directory', async (t) => {
  const keys = [
    key(5, { value: '205', label: 'Fifth' }),
    key(2, { type: 'speed_dial', value: '0302', label: 'Second' }),
    key(3, { value: '203' }),
    key(4, { type: 'park', value: '704' }),
  ];
  const params = await told(catalogue, 'polycom', 'VVX_450', { keys, lines: [phoneLine(1), phoneLine(2)] });
  t.equal(params.get('attendant.resourceList.1.address'), '203');
  t.equal(params.get('attendant.resourceList.2.address'), '205');
  t.equal(params.get('attendant.resourceList.2.label'), 'Fifth');
  t.equal(params.get('lineKey.reassignment.enabled'), '1');
  const on = (n: number) => [params.get(`lineKey.${n}.category`), params.get(`lineKey.${n}.index`)];
  t.same(on(1), ['Line', '1'], 'the first line takes the first free key');
  t.same(on(2), ['SpeedDial', '1']);
  t.same(on(3), ['BLF', '0']);
  t.same(on(4), ['SpeedDial', '2']);
  t.same(on(5), ['BLF', '0']);
  t.same(on(6), ['Line', '2']);
  t.same(on(7), ['Unassigned', '0']);
  const view = nastyView(catalogue, 'polycom', 'VVX_450', { keys });
  t.same((await contactsOf(view)).places, ['1', '2']);
  t.same((await contactsOf(view)).numbers.slice(0, 2), ['0302', '704']);
});

t.test('without keys, and on models that cannot, none is reassigned', async (t) => {
  const none = await told(catalogue, 'polycom', 'VVX_450', { keys: [] });
  t.notOk([...none.keys()].some((name) => name.startsWith('lineKey.')));
  const rigid = await told(catalogue, 'polycom', 'SPIP_335', { keys: [key(2, { value: '203' })] });
  t.notOk([...rigid.keys()].some((name) => name.startsWith('lineKey.')));
  t.equal(rigid.get('attendant.resourceList.1.address'), '203');
});

t.test('complaint 18: another number on a key is another revision; another contact is not', async (t) => {
  const keys = [key(2, { type: 'speed_dial', value: '0302' })];
  const revision = async (changed: Partial<PhoneView>) =>
    revisionHash(await renderAll(catalogue, nastyView(catalogue, 'polycom', 'VVX_450', { keys, ...changed }), CLOCK));
  const before = await revision({});
  t.not(await revision({ keys: [key(2, { type: 'speed_dial', value: '0303' })] }), before);
  t.equal(await revision({ phonebook: [{ name: 'Ann', number: '210' }] }), before);
});

t.test('an account that is gone loses its secret', async (t) => {
  const params = await told(catalogue, 'polycom', 'VVX_450', { lines: [phoneLine(2)] });
  t.equal(params.get('reg.1.address'), '');
  t.equal(params.get('reg.1.auth.password'), '');
  t.equal(params.get('reg.2.address'), 'acme-202-d1');
});

t.test('what a phone calls itself', (t) => {
  const agents: [string, string, string | undefined, string | undefined][] = [
    ['FileTransport PolycomVVX-VVX_410-UA/5.9.5.0614 Type/Application', 'VVX_410', '5.9.5.0614', undefined],
    [
      'FileTransport PolycomVVX-VVX_410-UA/5.9.5.0614 (SN:0004f2aabbcc) Type/Application',
      'VVX_410',
      '5.9.5.0614',
      '0004f2aabbcc',
    ],
    [
      'FileTransport PolycomVVX-VVX_410-UA/5.9.5.0614 (SN:0004f2aabbcc) Type/Updater',
      'VVX_410',
      undefined,
      '0004f2aabbcc',
    ],
    [
      'FileTransport PolycomSoundPointIP-SPIP_335-UA/4.0.15.1009 Type/Application',
      'SPIP_335',
      '4.0.15.1009',
      undefined,
    ],
    [
      'FileTransport PolyCCX-CCX_500-UA/7.1.0.1000 (SN:64167faabbcc) Type/Application',
      'CCX_500',
      '7.1.0.1000',
      '64167faabbcc',
    ],
  ];
  for (const [agent, model, fw, mac] of agents) {
    const found = vendor.userAgents
      .map((source) => new RegExp(source, 'i').exec(agent))
      .find((match) => match !== null);
    t.equal(found?.groups?.model, model, agent);
    t.equal(found?.groups?.fw, fw, agent);
    t.equal(found?.groups?.mac, mac, agent);
    t.ok(catalogue.modelOf('polycom', model), `${model} is known`);
  }
  t.end();
});
