import t, { type Test } from 'tap';
import type { Json } from '../support/app.ts';
import { type ImportApp, sample, setUpImportApp } from '../support/import-app.ts';
import { reaches, textOf } from '../support/imports.ts';

const WEAK = '&allowWeakSecrets=true&allowWeakPins=true';

/** What came out of a file, by number of the extension. */
async function extensionsOf({ api }: ImportApp): Promise<Record<string, Json>> {
  const { items } = (await api.call('GET', '/extensions?limit=500')).body;
  return Object.fromEntries(items.map((item: Json) => [item.number, item]));
}

async function secretsOf({ api }: ImportApp, id: string): Promise<Map<string, string>> {
  const { text } = await api.call('GET', `/imports/${id}/credentials`);
  const lines = text.split('\r\n').slice(1, -1);
  return new Map(lines.map((line) => [line.split(',')[0]!, line]));
}

/** A dry run, then the import; the dry run must have foretold it. */
async function migrate(t: Test, app: ImportApp, payload: Buffer, type?: string) {
  const strict = await app.send('&dryRun=true', payload, type);
  t.equal(strict.status, 200);
  const dry = await app.send(`&dryRun=true${WEAK}`, payload, type);
  const done = await app.run(WEAK, payload, type);
  t.match(done, { created: dry.body.summary.created, failed: dry.body.summary.failed });
  const report = (await app.api.call('GET', `/imports/${done.id}/report`)).body;
  t.equal(report.notes, done.notes);
  t.equal(report.source, done.source);
  return { strict: strict.body, done, report };
}

const errorsOf = (dry: Json) => dry.errors.map((error: Json) => `${error.line} ${error.column} ${error.code}`);
const notesOf = (report: Json) => report.rows.map((note: Json) => `${note.line} ${note.column} ${note.code}`);

t.test('FreePBX extensions: names, secrets, codecs and mailboxes come over, and the rest is told', async (t) => {
  const app = await setUpImportApp(t);
  const file = sample('freepbx-extensions.csv');
  const { strict, done, report } = await migrate(t, app, file);
  t.match(done, { source: 'freepbx-extensions', total: 7, created: 4, failed: 3, allowWeakSecrets: true });
  t.same(
    errorsOf(strict),
    [
      '3 sip_secret SIP_SECRET_WEAK',
      '4 display_name TEXT_CONTROL_CHARACTER',
      '11 extension EXTENSION_OUT_OF_RANGE',
      '12 extension DUPLICATE_IN_FILE',
    ],
    'lines are those of the file that was sent, although a name in it goes over two',
  );
  t.match(strict.errors[0].message, /allowWeakSecrets/);
  const extensions = await extensionsOf(app);
  t.match(extensions['1001'], {
    displayName: 'Müller, "Änne"',
    ringSeconds: 30,
    pickupGroup: 'sales-1',
    mailbox: { email: 'aenne@example.com', attach: true, deleteAfterMail: true, pinSource: 'import' },
  });
  t.match(extensions['1002'], {
    displayName: "=cmd|' /C calc'!A0",
    accounts: [{ codecs: ['alaw', 'ulaw'], maxContacts: 10 }],
    mailbox: { email: 'a@example.com', attach: false },
  });
  t.match(extensions['1004'], { accounts: [{ kind: 'webrtc' }], mailbox: null });
  t.match(extensions['1005'], { displayName: 'שלום 1005', ringSeconds: 5 });
  const secrets = await secretsOf(app, done.id);
  t.match(secrets.get('1001'), /,b5a0c2f1e83d47d69c1b70aa52ce91f4,/);
  t.match(secrets.get('1002'), `"'=Xy+z-1""9,"`);
  t.match(secrets.get('1004'), /,[A-Za-z0-9]{24},$/, 'REGEN asks for a new one');
  t.same(notesOf(report), [
    '2 namedpickupgroup CHANGED',
    '3 allow NOT_CARRIED',
    '3 max_contacts CHANGED',
    '3 voicemail_vmpwd NOT_CARRIED',
    '3 voicemail_email NOT_CARRIED',
    '3 voicemail_options NOT_CARRIED',
    '8 findmefollow_enabled NOT_CARRIED',
    '9 tech CHANGED',
    '9 ringtimer CHANGED',
    '10 extension ROW_SKIPPED',
  ]);
  t.same(report.unread, [
    { name: 'outboundcid', rows: 1 },
    { name: 'concurrency_limit', rows: 8 },
    { name: 'findmefollow_grplist', rows: 1 },
  ]);
  t.notMatch(JSON.stringify(report), /Xy\+z|b5a0c2f1|7391|0171555/, 'a report holds no cells');
});

t.test('a migration is undone as any import, and its failed rows are ours to correct', async (t) => {
  const app = await setUpImportApp(t);
  const { id } = await app.run(WEAK, sample('freepbx-extensions.csv'));
  const failed = (await app.api.call('GET', `/imports/${id}/failed.csv`)).text;
  t.match(failed, /^\ufeffextension,display_name,ring_seconds/);
  t.match(failed, /\r\n4711,Out of range,.*,11,EXTENSION_OUT_OF_RANGE,/);
  const corrected = failed.replace('4711', '1711').replace('Foyer\nNord', 'Foyer Nord');
  t.match(await app.run('', Buffer.from(corrected)), { source: 'linekeeper', notes: 0, created: 2, failed: 1 });
  await app.api.call('POST', `/imports/${id}/undo`);
  await reaches(app.imports, id, 'undone');
  t.same(Object.keys(await extensionsOf(app)).sort(), ['1003', '1711']);
});

t.test('FusionPBX extensions', async (t) => {
  const app = await setUpImportApp(t);
  const { strict, done, report } = await migrate(t, app, sample('fusionpbx-extensions.csv'));
  t.match(done, { source: 'fusionpbx-extensions', total: 3, created: 2, failed: 1 });
  t.same(
    errorsOf(strict),
    [2, 3, 5].map((line) => `${line} sip_secret SIP_SECRET_WEAK`),
  );
  const extensions = await extensionsOf(app);
  t.match(extensions['1101'], {
    displayName: 'Zoë O\'Neill "Z"',
    callerIdName: 'Reception',
    user: { username: 'zoe' },
    forwardAlways: null,
    forwardBusy: '1102',
    classOfService: 'international',
    pickupGroup: 'sales',
    accounts: [{ codecs: ['alaw', 'opus'] }],
  });
  t.match(extensions['1102'], {
    displayName: '+Werkstatt',
    enabled: false,
    doNotDisturb: true,
    ringSeconds: 120,
    forwardAlways: null,
    forwardNoAnswer: '+493055512345',
    classOfService: 'national',
  });
  const secrets = await secretsOf(app, done.id);
  t.match(secrets.get('1101'), 'k7!Qp$2w');
  t.same(notesOf(report), [
    '2 call_group NOT_CARRIED',
    '2 absolute_codec_string NOT_CARRIED',
    '3 call_timeout CHANGED',
    '3 forward_all_destination NOT_CARRIED',
    '3 toll_allow CHANGED',
    '4 extension ROW_SKIPPED',
    '5 forward_user_not_registered_destination NOT_CARRIED',
  ]);
  t.same(report.unread, [{ name: 'outbound_caller_id_number', rows: 1 }]);
});

t.test('3CX users: users with their addresses, and numbers', async (t) => {
  const app = await setUpImportApp(t);
  const { done, report } = await migrate(t, app, sample('3cx-users.csv'));
  t.match(done, { source: '3cx-users', created: 3, failed: 0 });
  const extensions = await extensionsOf(app);
  t.match(extensions['1201'], {
    displayName: 'Jürgen von "der" Heide',
    user: { username: 'juergen@example.com' },
    phoneNumbers: [{ e164: '+493055512401' }, { e164: '+493055512402' }],
    mailbox: { email: 'juergen@example.com', attach: true, deleteAfterMail: true },
  });
  t.match(extensions['1202'], { displayName: '@SUM(A1)', enabled: false, doNotDisturb: true, user: null });
  t.match(extensions['1203'], { classOfService: 'internal', mailbox: null, phoneNumbers: [] });
  const users = (await app.api.call('GET', '/users')).body;
  t.match(users.items, [{ firstName: 'Jürgen', lastName: 'von "der" Heide', email: 'juergen@example.com' }]);
  t.match((await secretsOf(app, done.id)).get('1201'), ',aB3dE6gH9k,');
  t.same(
    report.unread.map(({ name }: Json) => name),
    ['MobileNumber', 'MAC_0', 'DeskphoneWebPass'],
  );
  t.notMatch(JSON.stringify(report), /TopSecret1/);
});

t.test('Yeastar extensions', async (t) => {
  const app = await setUpImportApp(t);
  const { done, report } = await migrate(t, app, sample('yeastar-extensions.csv'));
  t.match(done, { source: 'yeastar-extensions', created: 3, failed: 0 });
  const extensions = await extensionsOf(app);
  t.match(extensions['1301'], {
    user: { username: 'leo@example.com' },
    accounts: [{ maxContacts: 3 }],
    mailbox: { email: 'leo@example.com', attach: true, deleteAfterMail: true },
  });
  t.match(extensions['1302'], { displayName: '-', user: null, mailbox: null }, 'a minus is a name here');
  t.match(extensions['1303'], { user: { username: 'leo@example.com' }, mailbox: { attach: false } });
  t.match((await secretsOf(app, done.id)).get('1302'), 'T5#xPq~9_long-enough');
  t.notMatch(JSON.stringify(report), /Adm1nPassw0rd/);
});

t.test('pjsip.conf and voicemail.conf, one after the other', async (t) => {
  const app = await setUpImportApp(t);
  const text = Buffer.concat([sample('pjsip.conf'), sample('voicemail.conf')]);
  const { strict, done, report } = await migrate(t, app, text, 'text/plain');
  t.match(done, { source: 'asterisk-config', total: 3, created: 2, failed: 1 });
  t.same(errorsOf(strict), ['34 sip_secret SIP_SECRET_WEAK', '62 mailbox_email EMAIL_INVALID']);
  const extensions = await extensionsOf(app);
  t.match(extensions['1401'], {
    displayName: 'Böse ; Name',
    accounts: [{ kind: 'desk', codecs: ['alaw', 'ulaw'], maxContacts: 3 }],
    mailbox: { email: 'bo@example.com', attach: false, deleteAfterMail: true },
  });
  t.match(extensions['1402'], { accounts: [{ kind: 'webrtc', codecs: ['opus', 'g722'], maxContacts: 10 }] });
  const secrets = await secretsOf(app, done.id);
  t.match(secrets.get('1401'), ',Sh0rt;pw,');
  t.match(secrets.get('1402'), /,[A-Za-z0-9]{24},/, 'a digest is bound to the other realm');
  t.notMatch(JSON.stringify(report), /TrunkSecretDoNotShow|80412|5ebe2294/);
  t.same(report.unread, [
    { name: 'endpoint.device_state_busy_at', rows: 4 },
    { name: 'endpoint.set_var', rows: 1 },
  ]);
  t.ok(notesOf(report).includes('66 outbound_auth ROW_SKIPPED'), 'a trunk is no extension');
});

t.test('JSON Lines: text, numbers, flags, lists and null', async (t) => {
  const app = await setUpImportApp(t);
  const { done } = await migrate(t, app, sample('extensions.jsonl'), 'application/x-ndjson');
  t.match(done, { source: 'json-lines', notes: 0, created: 4, failed: 1 });
  const extensions = await extensionsOf(app);
  t.match(extensions['1501'], {
    displayName: '-',
    ringSeconds: 30,
    phoneNumbers: [{ e164: '+493055512501' }, { e164: '+493055512502' }],
  });
  t.match(extensions['1502'], { displayName: 'Line "two", =1+1', user: { username: 'eve', name: 'Eve א' } });
  t.match(extensions['1504'], { displayName: "'-", accounts: [{ codecs: ['opus', 'alaw'] }] });
  const rows = (await app.api.call('GET', `/imports/${done.id}/rows?result=failed`)).body.items;
  t.match(rows, [{ line: 4, errors: [{ column: 'display_name' }] }]);
  const clear = '{"extension":"1502","user":null,"display_name":"Two"}\n{"extension":"1501"}';
  t.match(await app.run('&strategy=update', clear, 'application/jsonl'), { updated: 1, unchanged: 1 });
  t.match((await extensionsOf(app))['1502'], { displayName: 'Two', user: null });
});

const refused: [string, string, object][] = [
  [
    'an unknown name',
    '{"extension":"1001"}\n{"extensoin":"1002"}',
    { code: 'HEADER_UNKNOWN', message: /^line 2: .*"extension"/ },
  ],
  ['no extension anywhere', '{"display_name":"x"}', { code: 'HEADER_MISSING' }],
  ['a doubled name', '{"extension":"1001","site":"a","Site":"b"}', { code: 'HEADER_DUPLICATE' }],
  ['__proto__', '{"extension":"1001","__proto__":"x"}', { code: 'HEADER_UNKNOWN' }],
  ['broken JSON', '{"extension":"1001"}\n{"extension":', { code: 'JSON_INVALID', path: 'line 2' }],
  ['a line that is a list', '{"extension":"1001"}\n["1002"]', { code: 'JSON_INVALID', path: 'line 2' }],
  ['an object within', '{"extension":{"number":"1001"}}', { code: 'JSON_VALUE', path: 'line 1' }],
  ['a list within a list', '{"extension":"1001","codecs":[["opus"]]}', { code: 'JSON_VALUE' }],
  ['a number whose digits are gone', '{"extension":12345678901234567890}', { code: 'JSON_VALUE' }],
  ['a JSON document', '[{"extension":"1001"}]', { code: 'JSON_DOCUMENT' }],
  ['a deep one', `{"extension":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, { code: 'JSON_VALUE' }],
  ['nothing but empty objects', '{}\n{}', { code: 'FILE_NO_ROWS' }],
  ['a configuration without an endpoint', '[general]\nformat=wav\n', { code: 'FILE_NO_ROWS' }],
  ['a section that is never closed', '[a]\n[1001\n', { code: 'CONFIG_INVALID', path: 'line 2' }],
  [
    'templates that double',
    `[t0](!)\na=1\n${Array.from({ length: 60 }, (_, i) => `[t${i + 1}](!,t${i},t${i})`).join('\n')}\n`,
    { code: 'CONFIG_INVALID' },
  ],
];
t.test('files that cannot be read are refused as a whole and leave nothing behind', async (t) => {
  const app = await setUpImportApp(t);
  for (const [name, text, error] of refused) {
    const { status, body } = await app.send('', text, 'application/octet-stream');
    t.match({ status, code: body.code, error: body.errors?.[0] }, { status: 422, code: 'CSV_INVALID', error }, name);
  }
  t.same(await app.files(), []);
  t.equal((await app.api.call('GET', '/imports')).body.total, 0);
});

t.test('an empty cell clears when that is asked for, but makes and takes no mailbox', async (t) => {
  const app = await setUpImportApp(t);
  const header = 'extension,display_name,forward_busy,pickup_group,user,email,mailbox_email,codecs\n';
  await app.run('', `${header}1001,One,1002,sales,anna,a@example.com,m@example.com,opus\n1002,Two,,,,,,\n`);
  const emptied = `${header}1001,,,,,,,\n1002,,,,,,,\n`;
  t.match(await app.run('&strategy=update', emptied), { emptyCells: 'keep', unchanged: 2 });
  t.match(await app.run('&strategy=update&emptyCells=clear', emptied), { emptyCells: 'clear', updated: 1 });
  const extensions = await extensionsOf(app);
  t.match(extensions['1001'], { displayName: 'One', forwardBusy: null, pickupGroup: null, user: null });
  t.match(extensions['1001']?.mailbox, { email: 'm@example.com' }, 'the row says nothing of the mailbox');
  t.match(extensions['1002'], { mailbox: null });
  const box = 'extension,mailbox,mailbox_email\n1001,yes,\n';
  t.match(await app.run('&strategy=update&emptyCells=clear', box), { updated: 1 });
  t.match((await extensionsOf(app))['1001']?.mailbox, { email: null });
});

t.test('a text that is a minus is no clearing when it is guarded', async (t) => {
  const app = await setUpImportApp(t);
  await app.run('', `extension,display_name,caller_id_name\n1001,'-,'-\n1002,''-,x\n`);
  t.match(await extensionsOf(app), {
    '1001': { displayName: '-', callerIdName: '-' },
    '1002': { displayName: "'-" },
  });
  await app.run('&strategy=update', 'extension,caller_id_name\n1001,-\n');
  t.match((await extensionsOf(app))['1001'], { callerIdName: null });
});

t.test('a report goes with the files of its import', async (t) => {
  const app = await setUpImportApp(t);
  const { id } = await app.run(WEAK, sample('3cx-users.csv'));
  t.same(await app.files(), [`${id}.report.json`], 'the upload, which held secrets, is gone');
  const own = await app.run('', 'extension,display_name\n1001,x\n');
  const { body } = await app.api.call('GET', `/imports/${own.id}/report`);
  t.match(body, { source: 'linekeeper', notes: 0, unread: [], rows: [] });
  const finishedAt = new Date(Date.now() - 8 * 24 * 60 * 60 * 1000);
  await app.api.db.write((tx) => tx.job.updateMany({ data: { finishedAt } }));
  await app.imports.start();
  t.same(await app.files(), []);
  t.match(await app.api.call('GET', `/imports/${id}/report`), { status: 404 });
  const other = await app.api.company('other', { ranges: [['2000', '2999']] });
  const token = await app.api.token(['admin'], { companyId: other.id });
  t.match(await app.api.call('GET', `/imports/${own.id}/report`, { token }), { status: 404 }, 'of another company');
});

t.test('a secret of 200 characters is too much even then', async (t) => {
  const app = await setUpImportApp(t);
  const { id } = await app.run(WEAK, `extension,display_name,sip_secret\n1001,x,${'x'.repeat(200)}\n1002,y,ä2345678\n`);
  const text = await textOf(await app.imports.resultCsv(id));
  t.match(text, /2,1001,failed,SIP_SECRET_INVALID/);
  t.match(text, /3,1002,failed,SIP_SECRET_INVALID/);
});

t.test('DIDs of FreePBX become phone numbers', async (t) => {
  const app = await setUpImportApp(t);
  for (const number of ['1001', '1002']) await app.api.extension(app.companyId, number);
  const { id } = await app.run('', sample('freepbx-dids.csv'));
  const { body } = await app.api.call('GET', `/imports/${id}`);
  t.match(body, { source: 'freepbx-dids', table: 'numbers', created: 4, failed: 0 });
  const { items } = (await app.api.call('GET', '/numbers')).body;
  t.match(items, [
    { e164: '+493055512345', state: 'assigned', extension: { number: '1001' }, note: '=Zentrale' },
    { e164: '+493055512346', state: 'assigned', extension: { number: '1002' } },
    { e164: '+493055512347', state: 'spare', note: 'Night' },
    { e164: '+493055512349', state: 'spare', note: 'Mailbox' },
  ]);
});
