import fc from 'fast-check';
import t from 'tap';
import { timeRule } from '../../src/phones/time/zones.ts';
import { accessCode } from '../../src/phones/vendors/gigaset/dect.ts';
import { dectZone, deskZone } from '../../src/phones/vendors/gigaset/zones.ts';
import { pinOf } from '../../src/phones/vendors/gigaset-n510/item.ts';
import { anyText, mainFile, withTexts, xmlValues } from '../support/phone-files.ts';
import { golden, goldenFiles, nastyView, phoneLine, shippedCatalogue } from '../support/phones.ts';

const catalogue = await shippedCatalogue();
const MODELS = {
  gigaset: ['N670 IP PRO', 'Maxwell Basic', 'Maxwell 3'],
  'gigaset-n510': ['N510 IP PRO', 'N720 DM PRO'],
};

for (const [vendor, models] of Object.entries(MODELS)) {
  for (const model of models) {
    t.test(`files of ${vendor} ${model} are those that are kept, byte by byte`, async (t) => {
      golden(t, vendor, model, await goldenFiles(catalogue, nastyView(catalogue, vendor, model)));
    });
  }
}

t.test('complaint 1: any text is read back from a Gigaset file as it was', async (t) => {
  const dect = nastyView(catalogue, 'gigaset', 'N670 IP PRO');
  const desk = nastyView(catalogue, 'gigaset', 'Maxwell 3');
  const value = async (view: typeof dect, text: string, name: string) =>
    xmlValues(await mainFile(catalogue, withTexts(view, text))).get(`provisioning/nvm/param.${name}@value`);
  await fc.assert(
    fc.asyncProperty(anyText, async (text) => {
      t.equal(await value(dect, text, 'SipAccount.00001.DisplayName'), text);
      t.equal(await value(desk, text, 'SIP.Account.0.DisplayName'), text);
      t.equal(await value(desk, text, 'PhoneUI.Keys.FunctionKeys.1.DisplayName'), text);
    }),
    { numRuns: 40 },
  );
});

t.test('complaint 1: a text stays inside its quotes in a file of an N510 or N720, in ISO 8859-1', async (t) => {
  const n510 = nastyView(catalogue, 'gigaset-n510', 'N510 IP PRO');
  await fc.assert(
    fc.asyncProperty(anyText, async (text) => {
      const values = xmlValues(await mainFile(catalogue, withTexts(n510, text)));
      const item = values.get('ProviderFrame/Provider/SYMB_ITEM.BS_IP_Data1.aucS_SIP_DISPLAYNAME@value');
      t.equal(item, `"${text.replace(/"/g, "'").replace(/\\/g, '/')}"`);
    }),
    { numRuns: 40 },
  );
  const bytes = (await goldenFiles(catalogue, { ...n510, lines: [phoneLine(1, { displayName: 'Söhne €' })] }))[0]!
    .bytes;
  t.ok(bytes.includes(Buffer.from('S\u00f6hne &#8364;', 'latin1')), 'one byte for ö, a reference for what has none');
  t.match(bytes.toString('latin1'), /^<\?xml version="1\.0" encoding="ISO-8859-1"\?>\n/);
});

t.test('items are texts in quotes or hexadecimal numbers', async (t) => {
  const settings = { 'vlan.id': 42, 'vlan.priority': 5, 'sip.outboundProxy': 'proxy.example.net:5080' } as const;
  const n720 = nastyView(catalogue, 'gigaset-n510', 'N720 DM PRO');
  const values = xmlValues(await mainFile(catalogue, { ...n720, settings: { ...n720.settings, ...settings } }));
  const item = (name: string) => values.get(`ProviderFrame/Provider/SYMB_ITEM.${name}@value`);
  t.equal(item('BS_IP_Data.uiI_VLAN_ID'), '0x2a');
  t.equal(item('BS_VOIP_Data.astVoipProviders[0].uiSIP_REGISTRAR_PORT'), '0x13c4');
  t.equal(item('BS_VOIP_Data.astVoipProviders[0].aucOUTBOUND_PROXY[%]'), '"proxy.example.net"');
  t.equal(item('BS_VOIP_Data.astVoipProviders[0].uiOUTBOUND_PROXY_PORT'), '0x13d8');
  t.equal(item('BS_VOIP_Data.astVoipAccounts[0].aucI_SIP_PREFERRED_VOCODER[%]'), '0x05,0x01,0x00,0xff,0xff');
  t.equal(item('BS_VOIP_Data.astVoipAccounts[2].aucS_SIP_PASSWORD[0]'), '""', 'an account that is off is emptied');
  for (const value of values.values()) t.match(value, /^("[^"]*"|0x[0-9a-f]+(,0x[0-9a-f]+)*|[\w.-]+|http.*)$/);
});

t.test(
  'complaint 24: the PIN of a base is not 0000: it is the start of the password on the keys of a telephone',
  async (t) => {
    t.equal(pinOf('Admin'), '2364');
    t.equal(pinOf('z9Y1'), '9991');
    t.equal(pinOf('********'), '0000');
    const values = xmlValues(await mainFile(catalogue, nastyView(catalogue, 'gigaset-n510', 'N510 IP PRO')));
    t.equal(values.get('ProviderFrame/Provider/SYMB_ITEM.BS_CUSTOM.aucKdsPin[0]@value'), '0x23,0x64');
  },
);

t.test('a handset registers with the last digits of its extension; one that is gone is deleted', async (t) => {
  t.equal(accessCode('201'), '0201');
  t.equal(accessCode('+49 30 123456'), '3456');
  const xml = await mainFile(catalogue, { ...nastyView(catalogue, 'gigaset', 'N870'), lines: [phoneLine(2)] });
  t.match(xml, /<oper name="DeleteNotProvisionedHS"\/>\n<oper name="add_hs" value="00002">/);
  t.notMatch(xml, /00001/);
  const stage1 = (await goldenFiles(catalogue, nastyView(catalogue, 'gigaset', 'N870'))).find(({ name }) =>
    /stage1/.test(name),
  );
  t.notMatch(stage1?.bytes.toString(), /oper/, 'the first file deletes nothing');
});

t.test('complaint 8: a zone is told as it is, as one with the same clocks, or not at all', async (t) => {
  const zone = (name: string) => timeRule(catalogue.zones, name);
  const cases = {
    'Europe/Paris': 'Europe/Paris',
    'Europe/Dublin': 'Europe/Dublin',
    'Europe/Podgorica': 'Europe/Berlin',
    'America/New_York': 'America/New_York',
    'America/Toronto': 'America/New_York',
    'Australia/Sydney': 'Australia/Sydney',
    'America/Regina': undefined,
    'Asia/Kolkata': undefined,
    'Australia/Lord_Howe': undefined,
  };
  for (const [name, expected] of Object.entries(cases)) t.equal(dectZone(zone(name)), expected, name);
  t.equal(deskZone(zone('Europe/Rome')), 'GMT+1.Europe/Amsterdam');
  t.equal(deskZone(zone('America/Chicago')), undefined);
});

t.test(
  'complaint 16: a P-series phone is Snom hardware: neither its agent nor its address makes it a Gigaset',
  async (t) => {
    const agents = {
      'Gigaset N720 DM PRO/70.089.00.000.000;7C2F80CA21E4': ['gigaset-n510', 'N720 DM PRO', '7C2F80CA21E4'],
      'N510 IP PRO/42.258.00.000.000;7C2F806257D7': ['gigaset-n510', 'N510 IP PRO', '7C2F806257D7'],
      'N720-DM-PRO/70.040.00.000.000': ['gigaset-n510', 'N720 DM PRO', undefined],
      'Gigaset N870 IP PRO/83.V2.11.0+build.a546b91;7C2F80E0D605': ['gigaset', 'N870 IP PRO', '7C2F80E0D605'],
      '"Gigaset N670 IP PRO/83.V2.48.0+build.4fa8a54;7C2F80E0D605;Handset=1"': [
        'gigaset',
        'N670 IP PRO',
        '7C2F80E0D605',
      ],
      'Maxwell 3 PRO/82.2.18.4-release;7C2F80E61AF4': ['gigaset', 'Maxwell 3', '7C2F80E61AF4'],
      'Mozilla/4.0 (compatible; snomD713-SIP 10.1.33.33 2010.12 000413922D24 SXM:0 UXM:0)': [undefined],
      'word/1.2.3.4': [undefined],
      '': [undefined],
    };
    for (const [agent, [vendor, model, mac]] of Object.entries(agents)) {
      for (const id of Object.keys(MODELS)) {
        const found = catalogue.vendors
          .get(id)!
          .userAgents.map((source) => new RegExp(source, 'i').exec(agent))
          .find(Boolean);
        t.equal(Boolean(found), id === vendor, `${agent}: ${id}`);
        if (!found) continue;
        t.equal(found.groups?.mac, mac, agent);
        t.equal(catalogue.modelOf(id, found.groups?.model ?? '')?.id, model, agent);
      }
    }
    for (const id of Object.keys(MODELS)) t.notOk(catalogue.vendors.get(id)!.ouiHints.includes('000413'));
  },
);

t.test('what a device asks for in its own folders is recognised by the name', async (t) => {
  const kinds = (vendor: string, name: string) =>
    catalogue.vendors.get(vendor)!.files.find(({ match }) => new RegExp(match, 'i').test(name))?.kind;
  for (const name of ['master.bin', 'baselines.bin', 'c_1909182220.bin'])
    t.equal(kinds('gigaset-n510', name), 'probe', name);
  t.equal(kinds('gigaset-n510', '7C2F80CA21E4.xml'), 'device');
  t.equal(kinds('gigaset', '7c2f80ca21e4.xml'), 'device');
  t.equal(kinds('gigaset', 'provisioning.xml'), 'device');
  t.equal(kinds('gigaset', '%MACD.xml'), undefined);
});
