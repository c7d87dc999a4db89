import fc from 'fast-check';
import t from 'tap';
import type { PhoneKey } from '../../src/domain/phones/key.ts';
import { timeRule } from '../../src/phones/time/zones.ts';
import { extendedFunction } from '../../src/phones/vendors/cisco/keys.ts';
import { daylightRule, timeZone } from '../../src/phones/vendors/cisco/time.ts';
import { anyText, mainFile, withTexts, xmlValues } from '../support/phone-files.ts';
import { golden, goldenFiles, nastyView, shippedCatalogue, stage1View } from '../support/phones.ts';

const catalogue = await shippedCatalogue();
const MODELS = { 'cisco-spa': ['SPA112', 'SPA504G', 'SPA525G2'], 'cisco-mpp': ['7811-3PCC', '6851-3PCC', '8865-3PCC'] };

for (const [vendor, models] of Object.entries(MODELS)) {
  for (const model of models) {
    t.test(`files of ${vendor} ${model} are those that are kept, byte by byte`, async (t) => {
      golden(t, vendor, model, await goldenFiles(catalogue, nastyView(catalogue, vendor, model)));
    });
  }

  t.test(`complaint 1: any text is read back from a profile of ${vendor} as it was`, async (t) => {
    const view = nastyView(catalogue, vendor, models[1]!);
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const values = xmlValues(await mainFile(catalogue, withTexts(view, text)));
        const name = text.replace(/;/g, ' ').replace(/\s+/g, ' ').trim();
        t.equal(values.get('flat-profile/Display_Name_1_'), text);
        t.equal(values.get('flat-profile/Short_Name_2_'), text);
        t.equal(values.get('flat-profile/Extended_Function_2_'), `fnc=sd+blf+cp;sub=202@$PROXY;vid=1;nme=${name}`);
      }),
      { numRuns: 60 },
    );
  });
}

t.test('complaint 6: a line key of an SPA504G shows the line that it was given, not its value or place', async (t) => {
  const keys: PhoneKey[] = [
    { section: 'line', index: 1, type: 'blf', value: '4', label: 'Four' },
    { section: 'line', index: 3, type: 'line', line: 2, label: 'Sales' },
    { section: 'line', index: 4, type: 'line', line: 1 },
  ];
  const values = xmlValues(await mainFile(catalogue, { ...nastyView(catalogue, 'cisco-spa', 'SPA504G'), keys }));
  const key = (index: number) => [
    values.get(`flat-profile/Extension_${index}_`),
    values.get(`flat-profile/Short_Name_${index}_`),
    values.get(`flat-profile/Extended_Function_${index}_`),
  ];
  t.same(key(1), ['Disabled', 'Four', 'fnc=sd+blf+cp;sub=4@$PROXY;nme=Four']);
  t.same(key(2), ['3', '3 % $5 #1; a label of 30 ch 😀', undefined], 'the first free key shows the line that has none');
  t.same(key(3), ['2', 'Sales', undefined]);
  t.same(key(4), ['1', '1 % $5 #1; a label of 30 ch 😀', undefined]);
});

t.test('a key says what it does, or nothing', async (t) => {
  const phone = nastyView(catalogue, 'cisco-spa', 'SPA504G');
  const of = (key: Partial<PhoneKey>) => extendedFunction(phone, { section: 'line', index: 1, type: 'none', ...key });
  t.equal(of({ type: 'blf', value: '201', label: 'Bob' }), 'fnc=sd+blf+cp;sub=201@$PROXY;nme=Bob');
  t.equal(of({ type: 'blf', value: '201', line: 2 }), 'fnc=sd+blf+cp;sub=201@$PROXY;vid=2;nme=201');
  t.equal(of({ type: 'speed_dial', value: '0;fnc', label: 'a;fnc=dnd' }), 'fnc=sd;ext=0;fnc@$PROXY;nme=a fnc=dnd');
  t.equal(of({ type: 'park', value: '701' }), 'fnc=sd;ext=701@$PROXY;nme=701');
  t.equal(of({ type: 'voicemail' }), 'fnc=sd;ext=*97@$PROXY;nme=*97');
  t.equal(of({ type: 'dtmf', value: '1' }) + of({ type: 'url', value: 'http://x' }) + of({}), '');
});

t.test('keys of a side car have the names of each engine', async (t) => {
  const spa = xmlValues(await mainFile(catalogue, nastyView(catalogue, 'cisco-spa', 'SPA504G')));
  t.ok(spa.has('flat-profile/Unit_2_Key_32'));
  const mpp = xmlValues(await mainFile(catalogue, nastyView(catalogue, 'cisco-mpp', '8865-3PCC')));
  t.ok(mpp.has('flat-profile/Unit_3_Key_28_'));
});

t.test('complaint 8: clocks change as the zone says, in the words of these phones', async (t) => {
  const cases = {
    'Europe/Paris': ['GMT+01:00', 'start=3/-1/7/2;end=10/-1/7/3;save=1'],
    'America/New_York': ['GMT-05:00', 'start=3/8/7/2;end=11/1/7/2;save=1'],
    'Australia/Sydney': ['GMT+10:00', 'start=10/1/7/2;end=4/1/7/3;save=1'],
    'Asia/Kolkata': ['GMT+05:30', ''],
    'America/Regina': ['GMT-06:00', ''],
    'Europe/Dublin': ['GMT+00:00', 'start=3/-1/7/1;end=10/-1/7/2;save=1'],
    'Australia/Lord_Howe': ['GMT+10:30', 'start=10/1/7/2;end=4/1/7/2;save=0:30'],
    'Asia/Jerusalem': ['GMT+02:00', 'start=3/23/5/2;end=10/-1/7/2;save=1'],
    'America/St_Johns': ['GMT-03:30', 'start=3/8/7/2;end=11/1/7/2;save=1'],
  };
  for (const [zone, expected] of Object.entries(cases)) {
    const time = timeRule(catalogue.zones, zone);
    t.same([timeZone(time), daylightRule(time)], expected, zone);
  }
});

t.test('complaint 10: a NOTIFY is taken without a password, and fetches', async (t) => {
  for (const [vendor, [model]] of Object.entries(MODELS)) {
    t.same(catalogue.vendors.get(vendor)?.notify, { resync: 'resync', reboot: 'reboot_now' });
    const values = xmlValues(await mainFile(catalogue, nastyView(catalogue, vendor, model!)));
    t.equal(values.get('flat-profile/Auth_Resync-Reboot_1_'), 'No');
    t.equal(values.get('flat-profile/Resync_From_SIP'), 'Yes');
  }
});

t.test('the rule names user, password and address, in stage 1 and later', async (t) => {
  const { access } = stage1View(catalogue, 'cisco-spa', 'SPA504G');
  const rule = `[--uid ${access.username} --pwd ${access.password}] ${access.url}0015651a2b3c.xml`;
  for (const { name, bytes } of await goldenFiles(catalogue, nastyView(catalogue, 'cisco-spa', 'SPA504G'))) {
    if (name.endsWith('phonebook.xml')) continue;
    t.equal(xmlValues(bytes.toString()).get('flat-profile/Profile_Rule'), rule, name);
  }
});

t.test('phones and what they ask for are recognised', async (t) => {
  const agents = {
    'Cisco/SPA504G-7.4.9c (649EF3788E6A)(CCQ162306EA)': ['cisco-spa', 'SPA504G', '7.4.9c', '649EF3788E6A'],
    'Cisco/SPA525G-7.4.7 (CBT141900G7)': ['cisco-spa', 'SPA525G', '7.4.7', undefined],
    'Linksys/SPA-942-6.1.5(a) (88019FA42805)': ['cisco-spa', 'SPA942', '6.1.5(a)', undefined],
    'Cisco-CP-8841-3PCC/11.0 (00562b043615)': ['cisco-mpp', '8841-3PCC', '11.0', '00562b043615'],
  };
  for (const [agent, [vendor, model, fw, mac]] of Object.entries(agents)) {
    for (const id of Object.keys(MODELS)) {
      const found = catalogue.vendors
        .get(id)!
        .userAgents.map((source) => new RegExp(source, 'i').exec(agent))
        .find(Boolean);
      if (id !== vendor) t.notOk(found, `${agent} is no ${id}`);
      else {
        t.match({ ...found?.groups }, { fw }, agent);
        t.equal(found?.groups?.mac, mac, agent);
        t.equal(catalogue.modelOf(id, found?.groups?.model ?? '')?.id, model, agent);
      }
    }
  }
  const main = (vendor: string, name: string) => {
    const definition = catalogue.vendors.get(vendor)!.files.find(({ match }) => new RegExp(match, 'i').test(name));
    return definition && [definition.isMain, new RegExp(definition.match, 'i').exec(name)?.groups?.mac];
  };
  for (const name of ['0015651A2B3C.xml', 'spa0015651a2b3c.xml']) t.ok(main('cisco-spa', name)?.[0], name);
  for (const name of ['spa504G.cfg', 'spa525G2.cfg', 'init.cfg'])
    t.same(main('cisco-spa', name), [true, undefined], name);
  for (const name of ['$MA.xml', 'SEP0015651A2B3C.cnf.xml', '0015651a2b3.xml']) t.notOk(main('cisco-spa', name), name);
  t.same(main('cisco-mpp', '8841-3PCC.xml'), [true, undefined]);
  t.same(main('cisco-mpp', '0015651a2b3c.xml'), [true, '0015651a2b3c']);
});

t.test('the certificate of a multiplatform phone names its MAC, one for all names none', async (t) => {
  const [source] = catalogue.vendors.get('cisco-mpp')!.certificates;
  const mac = (subject: string) => new RegExp(source!, 'i').exec(subject)?.groups?.mac;
  t.equal(mac('OU=CP-8841-3PCC, L=FCH2029E2KJ, S=00562b043615'), '00562b043615');
  t.equal(mac('ST=00562B043615\nL=FCH2029E2KJ\nO=Cisco\nOU=CP-8841-3PCC'), '00562B043615');
  t.equal(mac('OU=CP-8841-3PCC, L=ciscogeneric'), undefined);
  t.equal(mac('OU=Anything, S=00562b043615'), undefined);
});
