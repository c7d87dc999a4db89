import t, { type Test } from 'tap';
import { setUpTables, type TablesApp } from '../support/tables.ts';

const TABLES = ['groups', 'users', 'memberships', 'extensions', 'numbers', 'mailboxes'] as const;

/** What spreadsheets run, what ends a cell, what turns around, what means something to us. */
const NASTY = [
  "=cmd|' /C calc'!A0",
  '-',
  "'",
  "'-",
  "''=1",
  '+',
  '@SUM(A1)',
  '00042',
  'a|b\\|c\\',
  '\\',
  '"quoted", and; more',
  'שלום עולם',
  'مثال',
  'Zoë 👩‍👧 𝔘',
  '#comment',
  'sep=;',
  'yes',
];

async function settings({ api, acme }: TablesApp): Promise<void> {
  const change = { labelKinds: ['desk', 'skill'], userTypes: ['-', 'Staff|All'] };
  await must(api.call('PATCH', `/companies/${acme.id}`, { body: change }));
  for (const name of ['-', "'=Site|1"]) await must(api.call('POST', '/sites', { body: { companyId: acme.id, name } }));
  for (const name of ['-', 'A|B\\', '=Role']) {
    await must(api.call('POST', '/roles', { body: { companyId: acme.id, name, permissions: [] } }));
  }
}

async function must(answer: Promise<{ status: number; body: object; text: string }>) {
  const { status, body, text } = await answer;
  if (status >= 300) throw new Error(`${status} ${text}`);
  return body as Record<string, string>;
}

/** Made through the API, so that no import has had a hand in it. */
async function fill(app: TablesApp): Promise<void> {
  const { api, acme } = app;
  const companyId = acme.id;
  const post = (path: string, body: object) => must(api.call('POST', path, { body: { companyId, ...body } }));
  const sites = (await api.call('GET', '/sites')).body.items;
  const roles = (await api.call('GET', '/roles')).body.items;
  const groups: string[] = [];
  for (const name of NASTY) {
    groups.push((await post('/groups', { name, description: name === '-' ? 'x'.repeat(500) : name })).id ?? '');
    groups.push((await post('/teams', { name })).id ?? '');
    groups.push((await post('/labels', { kind: 'desk', name: `${name}:x` })).id ?? '');
  }
  for (const [at, name] of NASTY.entries()) {
    const user = await post('/users', {
      username: name,
      firstName: name,
      lastName: `${name}${name}`,
      title: name,
      ...(at % 2 === 0
        ? { email: `u${at}@example.com`, personalContact: '+493012345678', timezone: 'Europe/Berlin' }
        : {}),
      userType: at % 3 === 0 ? '-' : at % 3 === 1 ? 'Staff|All' : null,
      siteId: at % 3 === 0 ? sites[at % 2].id : null,
      language: at % 2 === 0 ? 'pt-BR' : 'de',
      externalIds: [
        { name: 'crm', value: `${name}=${at}` },
        { name: 'erp', value: `|${at}` },
      ],
    });
    for (const [place, group] of groups.entries()) {
      if ((place + at) % 5 === 0) await must(api.call('PUT', `${await doorOf(app, group)}/members/${user.id}`));
    }
    const given = roles
      .filter((_: unknown, place: number) => (place + at) % 3 === 0)
      .map(({ id }: { id: string }) => id);
    await must(api.call('POST', `/users/${user.id}/roles`, { body: { companyId, roleIds: at === 1 ? [] : given } }));
    const number = String(1001 + at);
    const mailbox = at % 2 === 0 ? { email: 'a@example.com', attach: false, enabled: at % 4 === 0 } : undefined;
    await post('/extensions', {
      ...{ number, displayName: name, callerIdName: at % 2 === 0 ? name : null, userId: at === 3 ? null : user.id },
      ...{
        forwardBusy: '+4930123456',
        ringSeconds: 30,
        doNotDisturb: at % 2 === 0,
        phoneNumbers: [`+4930${555000 + at}`],
      },
      ...(mailbox === undefined ? {} : { mailbox }),
      account: { kind: 'webrtc', codecs: at % 2 === 0 ? ['opus', 'alaw'] : null, maxContacts: 3 },
    });
    const spare = await post('/numbers', { e164: `+4930${666000 + at}`, note: name });
    if (at % 2 === 0) await must(api.call('POST', `/numbers/${spare.id}/reserve`));
    if (at === 5) await must(api.call('POST', `/users/${user.id}/disable`, { body: {} }));
  }
}

const doors = new Map<string, string>();
async function doorOf({ api }: TablesApp, id: string): Promise<string> {
  if (doors.size === 0) {
    for (const door of ['groups', 'teams', 'labels']) {
      const { items } = (await api.call('GET', `/${door}?limit=500`)).body;
      for (const one of items) doors.set(one.id, `/${door}/${one.id}`);
    }
  }
  return doors.get(id) ?? '';
}

async function everything(app: TablesApp, query: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const table of TABLES) files[table] = await app.export(table, query);
  return files;
}

let exported: Record<string, string> = {};
let lines: Record<string, string> = {};

t.test('nasty data of every table is exported without a cell that a spreadsheet would run', async (t: Test) => {
  const app = await setUpTables(t);
  await settings(app);
  await fill(app);
  exported = await everything(app, '');
  lines = await everything(app, 'format=jsonl');
  for (const [table, text] of Object.entries(exported)) {
    t.notMatch(text, /(^|[,\n])"?[=@\t]/, `${table}: no formula`);
    t.notMatch(text, /(^|[,\n])"?[+]\d/, `${table}: no number to be rounded`);
  }
  const marked = await app.export('users', 'bom=true&columns=title,username');
  t.match(marked, /^\ufeffusername,title\r\n/, 'a byte order mark on request, columns in their own order');
  const [first] = lines.users!.split('\n').map((line) => JSON.parse(line || 'null'));
  t.match(first, { username: '"quoted", and; more', groups: Array });
  const withAll = await app.import('table=users', exported.users!);
  t.match(withAll.job, { updated: 0, failed: 0 }, 'sent back, it changes nothing');
});

t.test(
  'imported into an empty company of another database and exported again it is the same, byte by byte',
  async (t) => {
    const app = await setUpTables(t);
    await settings(app);
    for (const table of TABLES) {
      const { job, rows } = await app.import(`strategy=update&table=${table}`, exported[table]!);
      t.equal(job.failed, 0, `${table} ${rows.filter((row) => row.includes('failed')).join(', ')}`);
    }
    const again = await everything(app, '');
    for (const table of TABLES) t.equal(again[table], exported[table], table);
    t.strictSame(await everything(app, 'format=jsonl'), lines);
  },
);

t.test('a file of one table tells by its header which it is', async (t) => {
  const app = await setUpTables(t);
  for (const table of ['groups', 'users', 'memberships', 'extensions', 'numbers', 'mailboxes', 'devices']) {
    const template = (await app.api.call('GET', `/imports/template?table=${table}`)).text;
    t.match(await app.upload('', template), { status: 201, body: { table, kind: table, total: 1 } }, table);
  }
});

t.test('what no column takes is refused with a code', async (t) => {
  const app = await setUpTables(t);
  const cases: [string, string, string][] = [
    ['a line break', '"A\nB"', '2 failed first_name TEXT_CONTROL_CHARACTER'],
    ['a tab', '"A\tB"', '2 failed first_name TEXT_CONTROL_CHARACTER'],
    ['10 kB', 'x'.repeat(10_240), '2 failed first_name TEXT_TOO_LONG'],
    ['text that turns around', 'A\u202eB', '2 failed first_name TEXT_BIDI_CONTROL'],
    ['a quote in the middle', '"A"B', '2 failed  QUOTE_INVALID'],
  ];
  for (const [name, cell, row] of cases) {
    const { rows } = await app.import('', `username,first_name\nanna,${cell}\n`);
    t.strictSame(rows, [row], name);
  }
  const binary = await app.upload('', Buffer.from('username,first_name\nanna,A\u0000B\n'));
  t.match(binary, { status: 422, body: { errors: [{ code: 'FILE_BINARY' }] } });
});
