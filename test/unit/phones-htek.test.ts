import fc from 'fast-check';
import t from 'tap';
import type { PhoneKey } from '../../src/domain/phones/key.ts';
import { renderAll, renderFile } from '../../src/phones/render/render.ts';
import { elements, readParams, told } from '../support/phone-params.ts';
import { CLOCK, golden, goldenFiles, nastyView, phoneLine, shippedCatalogue, stage1View } from '../support/phones.ts';

const catalogue = await shippedCatalogue();

const GOLDEN = { htek: ['UC902', 'UC924', 'UC926'], sangoma: ['S205', 'S405', 'S705'] };
for (const [vendor, models] of Object.entries(GOLDEN)) {
  for (const model of models) {
    t.test(`every file of a ${vendor} ${model}, byte by byte`, async (t) => {
      golden(t, vendor, model, await goldenFiles(catalogue, nastyView(catalogue, vendor, model)));
    });
  }
}

t.test('complaint 1: whatever stands in a name or a secret, the phone reads it as it is', async (t) => {
  const text = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .filter((s) => !/[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(s));
  await fc.assert(
    fc.asyncProperty(text, text, async (secret, label) => {
      const params = await told(catalogue, 'htek', 'UC924', { lines: [phoneLine(1, { secret, label })] });
      t.equal(params.get('P34'), secret);
      t.equal(params.get('P20000'), label);
    }),
    { numRuns: 40 },
  );
});

t.test('both names are one engine: a Sangoma is told the same as a Htek', async (t) => {
  const keys: PhoneKey[] = [];
  const lines = [phoneLine(1), phoneLine(2)];
  const [htek, sangoma] = [
    await told(catalogue, 'htek', 'UC902', { lines, keys }),
    await told(catalogue, 'sangoma', 'S300', { lines, keys }),
  ];
  for (const [name, value] of sangoma) t.equal(htek.get(name), value, name);
  t.ok(sangoma.size > 60);
});

t.test(
  'complaint 7: what is asked for before the own file is not there, nor is an image that would reset the phone',
  async (t) => {
    for (const id of ['htek', 'sangoma']) {
      const vendor = catalogue.vendors.get(id)!;
      const view = stage1View(catalogue, id, catalogue.models.get(id)![0]!.id);
      const asked = { 'cfg001fc1aabbcc.xml': 'device', 'cfg005058AABBCC.xml': 'device', 'phonebook.xml': 'phonebook' };
      for (const [name, kind] of Object.entries(asked)) {
        t.equal(vendor.files.find(({ match }) => new RegExp(match, 'i').test(name))?.kind, kind, name);
      }
      for (const name of [
        'cfg0012.xml',
        'cfg0010.xml',
        'cfgDeviceCode.xml',
        'cfg001fc1aabbcc',
        'factory.bin',
        'factory0012.bin',
        'fw924.rom',
      ]) {
        const definition = vendor.files.find(({ match }) => new RegExp(match, 'i').test(name));
        t.equal(definition?.kind, 'probe', name);
        t.equal(await renderFile(catalogue, id, definition!, { stage: 1, view }), undefined);
      }
    }
  },
);

t.test('complaint 9: the word that makes a phone fetch, and one that it need not ask who sends it', async (t) => {
  for (const id of ['htek', 'sangoma']) {
    t.same(catalogue.vendors.get(id)!.notify, { resync: 'resync', reboot: 'check-sync;reboot=true' });
  }
  const params = await told(catalogue, 'htek', 'UC924');
  t.equal(params.get('P24012'), '1');
  t.equal(params.get('P20983'), '0');
});

t.test(
  'complaint 13: it stays registered while it restarts, for whole minutes, and sends its tones in RTP',
  async (t) => {
    const lines = [1, 2, 3, 4].map((n) => phoneLine(n));
    const params = await told(catalogue, 'htek', 'UC924', { lines, settings: { 'sip.expirySeconds': 600 } });
    for (const code of ['P81', 'P752', 'P511', 'P611']) t.equal(params.get(code), '0', code);
    for (const code of ['P32', 'P732', 'P512', 'P612']) t.equal(params.get(code), '10', code);
    for (const code of ['P20166', 'P20167', 'P20168', 'P20169']) t.equal(params.get(code), '1', code);
    const users = ['P35', 'P735', 'P504', 'P604'].map((code) => params.get(code));
    t.same(users, ['acme-201-d1', 'acme-202-d1', 'acme-203-d1', 'acme-204-d1']);
    const short = await told(catalogue, 'htek', 'UC924', { settings: { 'sip.expirySeconds': 61 } });
    t.equal(short.get('P32'), '1');
  },
);

t.test('an account that is gone loses its secret', async (t) => {
  const params = await told(catalogue, 'htek', 'UC924', { lines: [phoneLine(2)] });
  t.same(
    ['P271', 'P34', 'P401', 'P734'].map((code) => params.get(code)),
    ['0', '', '1', 'Sip2SecretCanary0123456789'],
  );
});

t.test(
  'complaint 8: the number of a zone where it is known, with a rule of our own; else what DHCP says',
  async (t) => {
    const of = async (timezone: string, ...codes: number[]) => {
      const params = await told(catalogue, 'htek', 'UC924', { settings: { timezone } });
      return codes.map((code) => params.get(`P${code}`));
    };
    const rule = [23_117, 23_118, 23_119, 23_120, 23_121, 23_122, 23_123, 23_124, 23_125];
    t.same(await of('Europe/Berlin', 64, 143, 75), ['50', '0', '2']);
    t.same(await of('America/New_York', 64, 143, 75), ['18', '0', '2']);
    t.same(await of('Europe/Paris', 64, 143, 75, ...rule), [
      '50',
      '0',
      '1',
      '0',
      '3',
      '5',
      '0',
      '2',
      '10',
      '5',
      '0',
      '3',
    ]);
    t.same(await of('Europe/Dublin', 64, 143, 75, ...rule), [
      '39',
      '0',
      '1',
      '0',
      '3',
      '5',
      '0',
      '1',
      '10',
      '5',
      '0',
      '2',
    ]);
    t.same(await of('America/Regina', 64, 143, 75), ['14', '0', '0']);
    t.same(await of('Africa/Lagos', 64, 143, 75), ['50', '0', '0'], 'the same offset without daylight saving');
    for (const zone of ['Asia/Kolkata', 'Australia/Sydney', 'Australia/Lord_Howe']) {
      t.same(await of(zone, 64, 143, 75, 23_117), [undefined, '1', undefined, undefined], zone);
    }
  },
);

t.test('complaint 6: keys in their three rows of numbers, and those of modules', async (t) => {
  const blf = (more: Partial<PhoneKey>): PhoneKey => ({ section: 'line', index: 1, type: 'blf', ...more });
  const keys = [
    blf({ index: 2, value: '202', label: 'Two', line: 2 }),
    blf({ index: 5, value: '205' }),
    blf({ index: 36, type: 'park', value: '736' }),
    blf({ section: 'expansion', module: 2, index: 40, value: '240' }),
  ];
  const lines = [phoneLine(1), phoneLine(2)];
  const params = await told(catalogue, 'htek', 'UC926', { keys, lines });
  const of = (...codes: number[]) => codes.map((code) => params.get(`P${code}`));
  t.same(of(41_200, 41_500), ['1', '0'], 'the first line takes the first free key');
  t.same(of(41_201, 20_601, 41_301, 41_401, 41_501, 41_601), ['3', '0', '202', 'Two', '1', '*8']);
  t.same(of(41_202, 41_502), ['1', '1'], 'the second the next');
  t.same(of(20_200, 20_604, 20_201, 20_204), ['3', '0', '205', '*8']);
  t.same(of(20_355, 20_356), ['8', '736']);
  t.same(of(61_195, 61_196), ['3', '240']);
  t.same(of(60_000, 65_195), ['0', '0'], 'what is not set is told to be nothing');
  const big = await told(catalogue, 'sangoma', 'S705', { keys: [blf({ index: 45, value: '245' })], lines });
  t.same(
    ['P23048', 'P23050', 'P23053'].map((code) => big.get(code)),
    ['3', '245', '*8'],
    'six numbers a key from the 37th on',
  );
});

t.test('what a phone calls itself', (t) => {
  const agents: [string, string, string, string, string][] = [
    ['htek', 'Htek UC926 2.0.4.2 00:1f:c1:00:00:00', 'UC926', '2.0.4.2', '00:1f:c1:00:00:00'],
    ['htek', 'Htek UC924E 2.42.6.3.36 00:1F:C1:AA:BB:CC', 'UC924E', '2.42.6.3.36', '00:1F:C1:AA:BB:CC'],
    ['sangoma', 'Sangoma S500 2.0.4.40 00:50:58:aa:bb:cc', 'S500', '2.0.4.40', '00:50:58:aa:bb:cc'],
  ];
  for (const [id, agent, model, fw, mac] of agents) {
    const vendor = catalogue.vendors.get(id)!;
    const found = vendor.userAgents
      .map((source) => new RegExp(source, 'i').exec(agent))
      .find((match) => match !== null);
    t.same({ ...found?.groups }, { model, fw, mac }, agent);
    t.ok(catalogue.modelOf(id, model), `${model} is known`);
  }
  t.end();
});

t.test('the way on: DHCP leads no more, and the number of HTTPS, which nobody is sure of, is left alone', async (t) => {
  const view = nastyView(catalogue, 'htek', 'UC924');
  const stage1 = readParams((await goldenFiles(catalogue, view)).filter(({ name }) => name.startsWith('stage1/')));
  t.equal(stage1.get('P237'), 'https://prov.example.org/p/tokenCanary0123456789abcdef');
  t.equal(stage1.get('P145'), '0');
  t.equal(stage1.get('P193'), '60', 'it comes again within the hour');
  t.notOk(stage1.has('P212'));
  const access = { ...view.access, url: 'http://10.0.0.1:8080/p/tokenCanary0123456789abcdef/' };
  t.equal((await told(catalogue, 'htek', 'UC924', { access })).get('P212'), '1');
});

t.test('complaint 19: the phonebook holds the names as they are', async (t) => {
  const view = nastyView(catalogue, 'sangoma', 'S705');
  const file = (await renderAll(catalogue, view, CLOCK)).find(({ name }) => name === 'phonebook.xml')!;
  const of = (wanted: string) =>
    elements(file.bytes.toString())
      .filter(({ name }) => name === wanted)
      .map(({ text }) => text);
  t.same(
    of('Name'),
    view.phonebook.map(({ name }) => name),
  );
  t.same(
    of('Telephone'),
    view.phonebook.map(({ number }) => number),
  );
});
