import t from 'tap';
import { setUpTables, type TablesApp } from '../support/tables.ts';

const users = async ({ api }: TablesApp) => (await api.call('GET', '/users?limit=200')).body.items;
const namesOf = (items: { username: string }[]) => items.map(({ username }) => username).sort();
const user = async ({ api }: TablesApp, name: string) =>
  (await api.call('GET', `/users?username=${name}`)).body.items[0];
const extension = async ({ api }: TablesApp, number: string) =>
  (await api.call('GET', `/extensions?number=${number}`)).body.items[0];
const people = async (app: TablesApp) => (await app.export('users')) + (await app.export('memberships'));

async function undo(app: TablesApp, id: string): Promise<string[]> {
  const { status, text } = await app.api.call('POST', `/imports/${id}/undo`);
  if (status !== 200) throw new Error(text);
  await app.reaches(id, 'undone', 'failed');
  return (await app.rows(id)).map(({ result, errors }) => [result, errors[0]?.message].join(' ').trim());
}

t.test('one file brings people in with roles, groups and extensions, and its credentials', async (t) => {
  const app = await setUpTables(t);
  const csv = [
    'username,first_name,last_name,email,roles,groups,teams,extension,mailbox,phone_numbers',
    'anna,Anna,Berg,anna@example.com,User,Sales|Night shift,North,1001,yes,+4930111111',
    'bert,Bert,Blau,,,Sales,,next,,',
    'cora,Cora,Cyan,,,,,,,',
  ].join('\n');
  const { rows } = await app.import('', csv);
  t.strictSame(rows, [
    '2 failed groups REFERENCE_INVALID groups REFERENCE_INVALID teams REFERENCE_INVALID',
    '3 failed groups REFERENCE_INVALID',
    '4 created',
  ]);
  const second = await app.import('createGroups=true', csv);
  t.strictSame(second.rows, ['2 created', '3 created', '4 unchanged']);
  const anna = await user(app, 'anna');
  t.match(anna, { roles: [{ name: 'User' }], extensions: [{ number: '1001' }] });
  t.strictSame(
    anna.groups.map(({ kind, name }: { kind: string; name: string }) => `${kind}:${name}`),
    ['group:Night shift', 'group:Sales', 'team:North'],
  );
  t.match(await user(app, 'bert'), { roles: [{ name: 'User' }], extensions: [{ number: '1000' }] });
  t.match(await extension(app, '1001'), { displayName: 'Anna Berg', phoneNumbers: [{ e164: '+4930111111' }] });
  t.match(second.job, { credentials: 'available', kind: 'users' });
  const credentials = (await app.api.call('GET', `/imports/${second.job.id}/credentials`)).text.split('\r\n');
  t.match(credentials[1], /^1001,Anna Berg,anna,1001,[A-Za-z0-9]{24},\d{6}$/);
  t.match(credentials[2], /^1000,Bert Blau,bert,1000,[A-Za-z0-9]{24},$/);
  t.equal(credentials.length, 4, 'who has no extension has no secret');

  t.strictSame(await undo(app, second.job.id), ['undone', 'undone', 'unchanged']);
  t.strictSame(namesOf(await users(app)), ['cora']);
  t.equal(await extension(app, '1001'), undefined);
  t.match((await app.api.call('GET', '/groups')).body, { total: 0 }, 'groups made on the way are gone, too');
});

t.test('the file overwrites what it names and nothing else; an undo gives it back', async (t) => {
  const app = await setUpTables(t);
  await app.api.call('PATCH', `/companies/${app.acme.id}`, { body: { labelKinds: ['desk'] } });
  const first = [
    'username,first_name,last_name,title,email,groups,labels,external_ids,extension,ring_seconds',
    'anna,Anna,Berg,Boss,anna@example.com,Sales|Support,desk:1|desk:2,crm=1|erp=2,1001,30',
    'bert,Bert,Blau,Clerk,bert@example.com,Sales,,crm=3,1002,30',
  ].join('\n');
  t.match((await app.import('createGroups=true', first)).job, { created: 2 });
  const before = await people(app);
  const change = [
    'username,title,email,groups,labels,external_ids,state,extension,ring_seconds',
    'ANNA,Head,-,Support,,erp=7,disabled,1001,60',
    'bert,,,Sales,desk:1,,,,',
  ].join('\n');
  const { job, rows } = await app.import('', change);
  t.strictSame(rows, ['2 updated', '3 updated']);
  const anna = await user(app, 'anna');
  t.match(anna, {
    firstName: 'Anna',
    title: 'Head',
    email: null,
    state: 'disabled',
    externalIds: [{ name: 'erp', value: '7' }],
  });
  t.strictSame(
    anna.groups.map(({ name }: { name: string }) => name),
    ['1', '2', 'Support'],
    'a column that is empty leaves its list alone',
  );
  t.match(await extension(app, '1001'), { ringSeconds: 60, suspended: true });
  t.match((await app.import('', change)).job, { updated: 0 }, 'the second time nothing changes');
  t.strictSame(await undo(app, job.id), ['undone', 'undone']);
  t.equal(await people(app), before);
  t.match(await extension(app, '1001'), { ringSeconds: 30, suspended: false });

  const added = await app.import('lists=add', 'username,groups,external_ids\nbert,Support,hr=9\n');
  t.strictSame(added.rows, ['2 updated']);
  t.match(await user(app, 'bert'), { groups: { length: 2 }, externalIds: [{ name: 'crm' }, { name: 'hr' }] });
  await app.api.call('PATCH', `/users/${(await user(app, 'bert')).id}`, { body: { title: 'Changed' } });
  t.match(await undo(app, added.job.id), [/^undo_refused|^undone/]);
});

t.test('a row is written whole or not at all, and the rows around it as if it were not there', async (t) => {
  const app = await setUpTables(t);
  const csv = [
    'username,first_name,groups,extension,mailbox_pin',
    'anna,Anna,Sales,1001,',
    'bert,Bert,Bert only,5000,',
    'cora,Cora,Sales,next,',
    'dora,Dora,Sales,1003,1111',
    'emil,Emil,Sales,next,',
  ].join('\n');
  const { rows } = await app.import('createGroups=true', csv);
  t.strictSame(rows, [
    '2 created',
    '3 failed extension EXTENSION_OUT_OF_RANGE',
    '4 created',
    '5 failed mailbox_pin PIN_WEAK',
    '6 created',
  ]);
  t.strictSame(namesOf(await users(app)), ['anna', 'cora', 'emil']);
  t.match((await app.api.call('GET', '/groups')).body, {
    items: [{ name: 'Sales', counts: { members: 3 } }],
    total: 1,
  });
  t.equal((await extension(app, '1000')).user.username, 'cora');
  t.equal((await extension(app, '1002')).user.username, 'emil', 'the number of nobody who failed is lost');
  const lonely = await app.import('', 'username,first_name,extension,ring_seconds\nfred,Fred,,30\n');
  t.strictSame(lonely.rows, ['2 failed extension EXTENSION_MISSING']);
});

t.test('what stands twice in the file, or belongs to somebody else, is told row by row', async (t) => {
  const app = await setUpTables(t);
  const other = await app.api.company('other');
  await app.api.call('POST', '/users', {
    body: { companyId: other.id, username: 'taken', firstName: 'T', lastName: 'X' },
  });
  await app.user('old', { externalIds: [{ name: 'crm', value: '1' }] });
  const csv = [
    'username,external_ids',
    'anna,crm=2',
    'ANNA,',
    'bert,crm=2',
    'taken,',
    'cora,crm=1',
    ',x',
    'old,crm=1',
  ].join('\n');
  t.strictSame((await app.import('', csv)).rows, [
    '2 created',
    '3 failed username DUPLICATE_IN_FILE',
    '4 failed external_ids DUPLICATE_IN_FILE',
    '5 failed username USERNAME_TAKEN',
    '6 failed external_ids EXTERNAL_ID_TAKEN',
    '7 failed external_ids EXTERNAL_ID_INVALID username CELL_EMPTY',
    '8 failed external_ids DUPLICATE_IN_FILE',
  ]);
  t.strictSame((await app.import('strategy=fail', 'username\nold\n')).rows, ['2 failed username USERNAME_TAKEN']);
  t.strictSame((await app.import('strategy=skip', 'username,title\nold,x\n')).rows, ['2 skipped']);
  t.equal((await user(app, 'old')).title, null);
});

t.test('nobody gives by a file what he may not give, nor touches who may do more', async (t) => {
  const app = await setUpTables(t);
  const companyId = app.acme.id;
  await app.import('', 'username,email,roles\nboss,boss@example.com,Administrator\nhand,,User\n');
  const small = await app.api.token(['read', 'imports:write', 'users:write', 'roles:write'], { companyId });
  const mine = await app.import('', 'username,roles\nhand,Administrator\n', small);
  t.strictSame(mine.rows, ['2 failed roles RIGHTS_NOT_HELD']);
  const way = await app.import('', 'username,email,title\nboss,evil@example.com,\nhand,h@example.com,x\n', small);
  t.strictSame(way.rows, ['2 failed email RIGHTS_NOT_HELD', '3 updated']);
  const shut = await app.import('', 'username,state\nboss,disabled\n', small);
  t.strictSame(shut.rows, ['2 failed state RIGHTS_NOT_HELD']);
  t.match(await app.upload('', 'username,groups\nhand,x\n', small), { status: 403, body: { code: 'RIGHTS_NOT_HELD' } });
  t.match(await app.upload('', 'username,extension\nhand,next\n', small), { status: 403 });
  const importer = await app.api.token(['read', 'imports:write'], { companyId });
  t.match(await app.upload('', 'username\nx\n', importer), { status: 403, body: { code: 'RIGHTS_NOT_HELD' } });
  const owners =
    'extension,user,email\n1001,boss,evil@example.com\n1002,boss,boss@example.com\n1003,hand,h2@example.com\n';
  const taken = await app.import('table=extensions', owners, small);
  t.strictSame(taken.rows, ['2 failed email RIGHTS_NOT_HELD', '3 created', '4 created'], 'by way of his extension');
  const again = await app.import('strategy=update', 'extension,user,email\n1003,hand,h3@example.com\n', importer);
  t.strictSame(again.rows, ['2 failed email RIGHTS_NOT_HELD']);
  const { body } = await app.upload('', 'username\nx\n');
  t.match(await app.api.call('POST', `/imports/${body.id}/start`, { token: importer }), { status: 403 });

  const last = await app.import('', 'username,roles,state\nboss,User,\n');
  t.strictSame(last.rows, ['2 failed roles LAST_ADMINISTRATOR']);
  const both = await app.import('', 'username,roles,state\nhand,Administrator,\nboss,,disabled\n');
  t.strictSame(both.rows, ['2 updated', '3 updated'], 'judged in the order of the file');
  t.match(await undo(app, both.job.id), ['undone', 'undone']);
});

t.test('an undo leaves what somebody changed since, whole', async (t) => {
  const app = await setUpTables(t);
  const csv = 'username,first_name,extension\nanna,A,1001\nbert,B,1002\ncora,C,1003\ndora,D,\n';
  const { job } = await app.import('', csv);
  const { api } = app;
  await api.call('PATCH', `/users/${(await user(app, 'anna')).id}`, { body: { title: 'Boss' } });
  await api.call('PATCH', `/extensions/${(await extension(app, '1002')).id}`, { body: { ringSeconds: 60 } });
  await api.extension(app.acme.id, '1010', { userId: (await user(app, 'dora')).id });
  t.strictSame(await undo(app, job.id), [
    'undo_refused its user anna was changed since',
    'undo_refused its extension: it was changed since',
    'undone',
    'undo_refused its user dora also has extension 1010',
  ]);
  t.strictSame(namesOf(await users(app)), ['anna', 'bert', 'dora']);
  t.equal((await extension(app, '1002')).user.username, 'bert');
});

t.test('a dry run finds the same errors and writes nothing', async (t) => {
  const app = await setUpTables(t);
  const csv = 'username,roles,groups,extension\nanna,Administrator,Sales,next\nbert,Nobody,Sales,next\n';
  const { status, body } = await app.upload('dryRun=true&createGroups=true', csv);
  t.equal(status, 200);
  t.match(body, { errors: [{ line: 3, name: 'bert', column: 'roles' }], summary: { created: 1, failed: 1 } });
  t.match(body.summary.plan.counts, { 'create endpoint': 1 });
  t.match((await app.api.call('GET', '/users')).body, { total: 0 });
  t.match((await app.api.call('GET', '/groups')).body, { total: 0 });
});

t.test('groups, memberships, numbers and mailboxes: written, refused, taken back', async (t) => {
  const app = await setUpTables(t);
  const { api, acme } = app;
  await app.user('anna');
  await api.extension(acme.id, '1001');
  await api.extension(acme.id, '1002', { mailbox: {} });

  const groups = await app.import(
    '',
    'kind,name,description\ngroup,Sales,x\ndesk,North,\nteam,Sales,\ngroup,Sales,y\n',
  );
  t.strictSame(groups.rows, [
    '2 created',
    '3 failed kind REFERENCE_INVALID',
    '4 created',
    '5 failed name DUPLICATE_IN_FILE',
  ]);
  const described = await app.import('', 'kind,name,description\ngroup,Sales,-\n');
  t.strictSame(described.rows, ['2 updated']);
  const members = 'kind,group,username\ngroup,Sales,ANNA\ngroup,Nobody,anna\ngroup,Sales,zoe\nteam,New,anna\n';
  const joined = await app.import('createGroups=true', members);
  t.strictSame(joined.rows, ['2 created', '3 created', '4 failed username REFERENCE_INVALID', '5 created']);
  t.match((await app.import('', members)).job, { created: 0, failed: 1 });
  t.strictSame(
    await undo(app, groups.job.id),
    ['undo_refused it was changed since', 'failed', 'undone', 'failed'].map((text, at) =>
      at === 1
        ? 'failed desk is not among the labelKinds of the company'
        : at === 3
          ? 'failed the group Sales stands in line 2 already'
          : text,
    ),
  );
  t.match(await undo(app, joined.job.id), ['undone', 'undone', /^failed/, 'undone']);
  t.equal(await app.export('groups'), 'kind,name,description\r\ngroup,Sales,\r\n');

  const numbers = [
    'phone_number,state,extension,note',
    '030 111111,,1001,front desk',
    '+4930222222,reserved,,',
    '+4930333333,assigned,,',
    '+4930444444,spare,1001,',
    '+4930555555,,1999,',
    'abc,,,',
    '"4,93E+11",,,',
    '+4930111111,,,',
  ].join('\n');
  const first = await app.import('', numbers);
  t.strictSame(first.rows, [
    '2 created',
    '3 created',
    '4 failed extension EXTENSION_MISSING',
    '5 failed state STATE_CONTRADICTION',
    '6 failed extension REFERENCE_INVALID',
    '7 failed phone_number E164_INVALID',
    '8 failed phone_number NUMBER_DAMAGED',
    '9 failed phone_number DUPLICATE_IN_FILE',
  ]);
  t.match(await extension(app, '1001'), { phoneNumbers: [{ e164: '+4930111111' }] });
  const moved = await app.import('', 'phone_number,extension,note\n030 111111,1002,-\n030 222222,1002,\n');
  t.strictSame(moved.rows, ['2 updated', '3 updated']);
  t.strictSame(await undo(app, moved.job.id), ['undone', 'undone']);
  t.match(await app.export('numbers'), /'\+4930111111,assigned,1001,front desk\r\n'\+4930222222,reserved,,\r\n/);

  const boxes = 'extension,mailbox_email,mailbox_enabled\n1001,a@example.com,no\n1002,b@example.com,\n1003,,\n';
  const made = await app.import('', boxes);
  t.strictSame(made.rows, ['2 created', '3 updated', '4 failed extension NOT_FOUND']);
  t.equal(
    await app.export('mailboxes', 'columns=extension,mailbox_email'),
    'extension,mailbox_email\r\n1001,a@example.com\r\n1002,b@example.com\r\n',
  );
  const credentials = (await api.call('GET', `/imports/${made.job.id}/credentials`)).text;
  t.match(credentials, /1001,Extension 1001,,1001,,\d{6}/, 'a PIN, and no secret of a phone that was there before');
  t.match(await undo(app, made.job.id), ['undone', 'undone', /^failed/]);
  t.equal((await extension(app, '1001')).mailbox, null);
});

t.test('exports: filters, permissions, JSON Lines and the activity log', async (t) => {
  const app = await setUpTables(t);
  const { api, acme } = app;
  await app.import('', 'username,first_name,title,external_ids\nanna,Anna,=1,crm=a\\|b\nbert,Bert,,\n');
  t.equal(await app.export('users', 'columns=username&q=anna'), 'username\r\nanna\r\n');
  t.strictSame(JSON.parse(await app.export('users', 'format=jsonl&username=anna')), {
    ...{ username: 'anna', first_name: 'Anna', title: '=1', language: 'en', state: 'active' },
    ...{ roles: ['User'], external_ids: ['crm=a|b'] },
  });
  const inject = (url: string, token: string) =>
    api.inject({ method: 'GET', url: `/api/v1/exports/${url}`, headers: { authorization: `Bearer ${token}` } });
  const other = await api.company('other');
  const foreign = await api.token(['read'], { companyId: other.id });
  t.equal((await inject(`users?companyId=${acme.id}`, foreign)).statusCode, 422);
  t.equal((await inject('users', foreign)).statusCode, 200, 'a token of one company need not name it');
  t.equal((await inject('users', await api.token(['users:read'], { companyId: acme.id }))).statusCode, 403);
  t.equal((await inject(`users?companyId=${acme.id}&columns=password`, foreign)).statusCode, 400);
  const calls = await inject('call-records?format=jsonl', await api.token(['calls:read']));
  t.match(calls, { statusCode: 200, body: '', headers: { 'content-type': 'application/x-ndjson' } });
  t.match(
    (await inject('call-records?columns=callId,number', await api.token(['calls:read']))).body,
    'number,callId\r\n',
  );
  const { items } = (await api.call('GET', '/activity?action=export.users')).body;
  t.match(items.at(-1), { action: 'export.users', details: { rows: 1, format: 'csv', filter: { q: 'anna' } } });
});
