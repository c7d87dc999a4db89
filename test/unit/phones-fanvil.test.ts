import fc from 'fast-check';
import t from 'tap';
import type { PhoneKey } from '../../src/domain/phones/key.ts';
import { renderFile } from '../../src/phones/render/render.ts';
import { isNumber, keyValue } from '../../src/phones/vendors/fanvil/keys.ts';
import { anyText, mainFile, withTexts, xmlValues } from '../support/phone-files.ts';
import { CLOCK, golden, goldenFiles, nastyView, shippedCatalogue } from '../support/phones.ts';

const catalogue = await shippedCatalogue();
const x6u = nastyView(catalogue, 'fanvil', 'X6U');

for (const model of ['X3U', 'X210', 'V65']) {
  t.test(`files of a Fanvil ${model} are those that are kept, byte by byte`, async (t) => {
    golden(t, 'fanvil', model, await goldenFiles(catalogue, nastyView(catalogue, 'fanvil', model)));
  });
}

t.test('complaint 1: any text is read back from a Fanvil file as it was', async (t) => {
  const view = nastyView(catalogue, 'fanvil', 'X3U');
  await fc.assert(
    fc.asyncProperty(anyText, async (text) => {
      const values = xmlValues(await mainFile(catalogue, withTexts(view, text)));
      t.equal(values.get('sysConf/sip/line.1/DisplayName'), text);
      t.equal(values.get('sysConf/phone/display/LCDTitle'), text);
      t.equal(values.get('sysConf/dsskey/dssSide.1/Fkey.2/Title'), text);
      t.equal(values.get('sysConf/dsskey/dssSide.1/Fkey.2/Value'), '202@1/ba*8202');
    }),
    { numRuns: 60 },
  );
});

t.test('a key is a number, a line and what is done with it; nothing can end the number', async (t) => {
  const of = (key: Partial<PhoneKey>) => keyValue({ section: 'line', index: 3, type: 'none', ...key }, '*8');
  t.same(of({ type: 'blf', value: '201', line: 1 }), { type: 1, value: '201@1/ba*8201' });
  t.same(of({ type: 'speed_dial', value: '201', line: 2 }), { type: 1, value: '201@2/f' });
  t.same(of({ type: 'park', value: '701' }), { type: 1, value: '701@1/c' });
  t.same(of({ type: 'line', line: 2 }), { type: 2, value: 'SIP2' });
  t.same(of({ type: 'voicemail' }), { type: 3, value: 'F_MWI' });
  t.same(of({ type: 'voicemail', value: '*97' }), { type: 1, value: '*97@1/f' });
  t.same(of({ type: 'url', value: 'http://10.0.0.9/a@b' }), { type: 7, value: 'http://10.0.0.9/a@b' });
  t.same(of({ type: 'dtmf', value: '12#' }), { type: 0, value: '' });
  for (const value of ['201@2/f', '201/c', '2 01', '@', '']) {
    t.notOk(isNumber(value), value);
    for (const type of ['blf', 'speed_dial', 'park', 'voicemail'] as const) {
      t.same(of({ type, value }), { type: 0, value: '' }, `${type} ${value}`);
    }
  }
});

t.test('keys go on to the next page where one is full', async (t) => {
  const keys: PhoneKey[] = [13, 60].map((index) => ({
    section: 'programmable',
    index,
    type: 'speed_dial',
    value: `${index}`,
  }));
  const values = xmlValues(await mainFile(catalogue, { ...x6u, keys }));
  t.equal(values.get('sysConf/dsskey/internal.2/Fkey.1/Value'), '13@1/f');
  t.equal(values.get('sysConf/dsskey/internal.5/Fkey.12/Value'), '60@1/f');
  t.equal(values.get('sysConf/dsskey/FuncKeyPageNum'), '5');
  t.equal(values.get('sysConf/dsskey/internal.1/Fkey.1/Type'), '0', 'a key that was taken away is emptied');
});

t.test('complaint 8: clocks change as the zone says', async (t) => {
  const date = async (timezone: string) => {
    const values = xmlValues(await mainFile(catalogue, { ...x6u, settings: { ...x6u.settings, timezone } }));
    const of = (name: string) => values.get(`sysConf/phone/date/${name}`);
    const change = (name: string) => ['Mon', 'Week', 'Wday', 'Hour'].map((part) => of(`DST${name}${part}`)).join('/');
    const zone = [of('TimeZone'), of('TimeZoneName')];
    return of('EnableDST') === '0' ? zone : [...zone, change('Start'), change('End'), of('DSTMinOffset')];
  };
  const cases = {
    'Europe/Paris': ['4', 'UTC+1', '3/-1/0/2', '10/-1/0/3', '60'],
    'America/New_York': ['-20', 'UTC-05', '3/2/0/2', '11/1/0/2', '60'],
    'Australia/Sydney': ['40', 'UTC+10', '10/1/0/2', '4/1/0/3', '60'],
    'Asia/Kolkata': ['22', 'UTC+5:30'],
    'America/Regina': ['-24', 'UTC-06'],
    'Europe/Dublin': ['0', 'UTC', '3/-1/0/1', '10/-1/0/2', '60'],
    'Australia/Lord_Howe': ['42', 'UTC+10:30', '10/1/0/2', '4/1/0/2', '30'],
    // "The Friday on or after the 23rd" is the fourth one in 2026.
    'Asia/Jerusalem': ['8', 'UTC+2', '3/4/5/2', '10/-1/0/2', '60'],
  };
  for (const [zone, expected] of Object.entries(cases)) t.same(await date(zone), expected, zone);
});

t.test('a file says where it is fetched from, and never another version', async (t) => {
  const http = { ...x6u, access: { ...x6u.access, url: 'http://10.0.0.1:8080/p/tok/' }, label: 'other' };
  for (const [view, protocol, server] of [
    [x6u, '5', 'https://prov.example.org/p/tokenCanary0123456789abcdef'],
    [http, '4', 'http://10.0.0.1:8080/p/tok'],
  ] as const) {
    const values = xmlValues(await mainFile(catalogue, view));
    t.equal(values.get('sysConf/ap/FlashProtocol'), protocol);
    t.equal(values.get('sysConf/ap/FlashServerIP'), server);
    t.equal(values.get('sysConf/ap/FlashFileName'), '0015651a2b3c.cfg');
    t.equal(values.get('sysConf/Version'), '2.0000000000');
  }
});

t.test("an operator's own parameter is put where it belongs", async (t) => {
  const native = new Map([
    ['sip.line.1.MediaCrypto', '2'],
    ['web.WebServerType', '1'],
    ['sip.line.1.RegisterTTL', '600'],
  ]);
  const xml = await mainFile(catalogue, { ...x6u, native });
  const values = xmlValues(xml);
  t.equal(values.get('sysConf/sip/line.1/MediaCrypto'), '2');
  t.equal(values.get('sysConf/web/WebServerType'), '1');
  t.equal(values.get('sysConf/sip/line.1/RegisterTTL'), '600');
  t.equal(xml.match(/<sip>/g)?.length, 1);
  t.equal(xml.match(/<line index="1">/g)?.length, 1);
});

t.test('a question for firmware is answered with the version that is wanted, or not at all', async (t) => {
  const vendor = catalogue.vendors.get('fanvil')!;
  const definition = vendor.files.find(({ kind }) => kind === 'firmware-info')!;
  t.ok(new RegExp(definition.match, 'i').test('fanvil_x5u_v2_hwv2_0.txt'));
  const answer = async (firmwareTarget: typeof x6u.firmwareTarget) =>
    renderFile(catalogue, 'fanvil', definition, { stage: 2, view: { ...x6u, firmwareTarget }, clock: CLOCK });
  t.equal(await answer(undefined), undefined);
  const text = (await answer({ version: '2.12.16.17', file: 'x6u.z' }))?.bytes.toString();
  t.match(text, /^Version=2\.12\.16\.17\nFirmware=https:\/\/prov\.example\.org\/p\/.*\/firmware\/x6u\.z\n/);
});

t.test('phones and what they ask for are recognised', async (t) => {
  const vendor = catalogue.vendors.get('fanvil')!;
  const agents = {
    'Fanvil X5U-V2 2.12.16.17 0c383e557eb1': ['X5U', '0c383e557eb1'],
    'Fanvil X6U Pro 0.0.10 0c383e2cd782': ['X6U', '0c383e2cd782'],
    'Fanvil X210 2.4.5.2 0c383e2cd783': ['X210', '0c383e2cd783'],
    'Fanvil i10SV 2.12.10.1 0c383e2397f4': [undefined, '0c383e2397f4'],
  };
  for (const [agent, [model, mac]] of Object.entries(agents)) {
    const groups = vendor.userAgents.map((source) => new RegExp(source, 'i').exec(agent)?.groups).find(Boolean);
    t.equal(groups?.mac, mac, agent);
    t.equal(catalogue.modelOf('fanvil', groups?.model ?? '')?.id, model, agent);
  }
  for (const agent of ['', 'curl/8.5.0', `Fanvil ${'X'.repeat(8192)}`]) {
    t.notOk(vendor.userAgents.some((source) => new RegExp(source, 'i').test(agent)));
  }
  const kinds = {
    '0C383E557EB1.cfg': 'device',
    'f0X2hw1.100.cfg': 'probe',
    'F0V00X600000.cfg': 'probe',
    'F0V5UV200000.cfg': 'probe',
    'fanvil_x5u_v2_hwv2_0.txt': 'firmware-info',
    '$mac.cfg': undefined,
  };
  for (const [name, kind] of Object.entries(kinds)) {
    t.equal(vendor.files.find(({ match }) => new RegExp(match, 'i').test(name))?.kind, kind, name);
  }
});
