import t, { type Test } from 'tap';
import type { Json } from '../support/app.ts';
import { createPerson } from '../support/people.ts';
import { setUpTables } from '../support/tables.ts';

const NASTY = '=cmd|" \\ Zoë; <b>&';

async function setUp(t: Test) {
  const app = await setUpTables(t);
  const { api, acme } = app;
  const post = async (path: string, body: object): Promise<Json> => {
    const answer = await api.call('POST', path, { body: { companyId: acme.id, ...body } });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  await post('/sites', { name: 'Hall|A' });
  await post('/key-layouts', { name: NASTY, keys: [] });
  await createPerson(api, acme.id, 'anna');
  for (const number of ['1001', '1002', '1003']) await api.extension(acme.id, number);
  const phones = async () => (await api.call('GET', '/devices')).body.items as Json[];
  return { ...app, post, phones };
}

const HEADER = 'mac,vendor,model,site,label,user,lines,layout,state,settings';

t.test('phones that were exported and deleted are imported again as they were', async (t) => {
  const app = await setUp(t);
  const quoted = NASTY.replaceAll('"', '""');
  const cells = `"'${quoted}",anna,1002|1001,"'${quoted}",suspended`;
  const settings = '"language=de|sip.expirySeconds=600|srtp=required|codecs=[""alaw""]|native.yealink.x.y=a\\|b"';
  const csv = `${HEADER}\n00:15:65:00:00:01,yealink,t54w,Hall|A,${cells},${settings}\n001565000002,,,,,,,,,\n`;
  const { rows } = await app.import('', csv);
  t.strictSame(rows, ['2 created', '3 created']);
  const [first, second] = await app.phones();
  t.match(first, {
    model: 'T54W',
    site: { name: 'Hall|A' },
    label: NASTY,
    user: { username: 'anna' },
    state: 'suspended',
  });
  t.same(
    first?.lines.map(({ endpoint }: Json) => endpoint),
    ['1002', '1001'],
  );
  t.match(second, { vendor: 'yealink', model: null }, 'the MAC address tells the vendor');
  const effective = (await app.api.call('GET', `/devices/${first?.id}/settings`)).body.items as Json[];
  const effectiveOf = (key: string) => effective.find((item) => item.key === key)?.value;
  t.same(
    [effectiveOf('sip.expirySeconds'), effectiveOf('codecs'), effectiveOf('native.yealink.x.y')],
    [600, ['alaw'], 'a|b'],
  );

  const exported = await app.export('devices');
  t.strictSame((await app.import('', exported)).rows, ['2 unchanged', '3 unchanged'], 'what is there is not changed');
  for (const { id } of await app.phones()) await app.api.call('DELETE', `/devices/${id}`);
  t.strictSame((await app.import('', exported)).rows, ['2 created', '3 created']);
  t.equal(await app.export('devices'), exported, 'byte by byte');
});

t.test('every wrong cell of a phone is told by its column, and writes nothing', async (t) => {
  const { import: run, phones } = await setUp(t);
  const rows = [
    '0015,yealink,,,,,,,,',
    '001565000001,nobody,,,,,,,,',
    '001565000002,yealink,T999,,,,,,,',
    '001565000003,yealink,,Nowhere,,,,,,',
    '001565000004,yealink,,,,nobody,,,,',
    '001565000005,yealink,,,,,1001|1999,,,',
    '001565000006,yealink,,,,,,Nothing,,',
    '001565000007,yealink,,,,,,,broken,',
    '001565000008,yealink,,,,,,,,srtp=maybe',
    '001565000009,yealink,,,,,,,,admin.password=Canary12345',
    '001565000010,yealink,T30P,,,,1001|1002|1003,,,',
    'f81a67000001,,,,,,,,,',
  ];
  const { rows: results } = await run('', [HEADER, ...rows, ''].join('\n'));
  t.strictSame(results, [
    '2 failed mac MAC_INVALID',
    '3 failed vendor REFERENCE_INVALID',
    '4 failed model REFERENCE_INVALID',
    '5 failed site REFERENCE_INVALID',
    '6 failed user REFERENCE_INVALID',
    '7 failed lines REFERENCE_INVALID',
    '8 failed layout REFERENCE_INVALID',
    '9 failed state VALUE_UNKNOWN',
    '10 failed settings PHONE_SETTING_INVALID',
    '11 failed settings PHONE_SETTING_INVALID',
    '12 failed lines KEYS_OVERFLOW',
    '13 failed vendor REFERENCE_INVALID',
  ]);
  t.same(await phones(), []);
});

t.test('an import of phones is taken back, but for what somebody changed since', async (t) => {
  const { api, import: run, phones, post, step, reaches, rows, export: download } = await setUp(t);
  await post('/devices', { mac: '001565000001', vendor: 'yealink', model: 'T54W', label: 'Old' });
  const [old] = await phones();
  await api.call('POST', `/devices/${old?.id}/lines`, {
    body: { extensionId: (await api.call('GET', '/extensions?number=1001')).body.items[0].id },
  });
  const before = await download('devices');
  const csv = `mac,vendor,label,lines,settings\n001565000001,,New,1002,srtp=optional\n001565000002,yealink,,1003,\n001565000003,yealink,,,\n`;
  const { job } = await run('', csv);
  const changed = (await phones()).find(({ mac }) => mac === '001565000003');
  await api.call('PATCH', `/devices/${changed?.id}`, { body: { label: 'Mine' } });
  await step(job.id, 'undo');
  await reaches(job.id, 'undone');
  t.same(
    (await rows(job.id)).map(({ result }) => result),
    ['undone', 'undone', 'undo_refused'],
  );
  await api.call('DELETE', `/devices/${changed?.id}`);
  t.equal(await download('devices'), before);
});
