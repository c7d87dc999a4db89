import t, { type Test } from 'tap';
import { type Bulk, createBulk } from '../../src/bulk/create-bulk.ts';
import { importRoutes } from '../../src/http/routes/imports.ts';
import { createTestApp, type Json, type TestApp } from '../support/app.ts';
import { importsOf, reaches, realParts, type TestImports } from '../support/imports.ts';

const SILENT = { info() {}, warn() {}, error() {} };

interface Setup {
  api: TestApp;
  imports: TestImports;
  companyId: string;
  send(query: string, payload: string | Buffer, options?: { token?: string; type?: string }): Promise<Sent>;
}

interface Sent {
  status: number;
  body: Json;
}

/** The production app with imports, made when the app hands out its database. */
async function setUp(t: Test): Promise<Setup> {
  let bulk: Bulk | undefined;
  const dataDir = t.testdir({});
  const api = await createTestApp(t, {
    plugins: [
      (app, deps, write) => {
        const limits = { maxBytes: 20_000, maxRows: 1000, keepDays: 7 };
        bulk = createBulk({ db: deps.db, ...realParts(deps.db), dataDir, limits, log: SILENT });
        return importRoutes(bulk)(app, deps, write);
      },
    ],
  });
  t.teardown(() => bulk?.stop());
  const admin = await api.token(['admin']);
  const { id: companyId } = await api.company('acme');
  return {
    api,
    imports: importsOf(bulk as unknown as Bulk),
    companyId,
    async send(query, payload, { token = admin, type = 'text/csv' } = {}) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': type };
      const response = await api.inject({ method: 'POST', url: `/api/v1/imports${query}`, headers, payload });
      return { status: response.statusCode, body: response.json() };
    },
  };
}

t.test('from template to credentials', async (t) => {
  const { api, imports, companyId, send } = await setUp(t);
  const template = await api.call('GET', '/imports/template');
  t.match(template.headers, { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': /attachment/ });
  const sent = await send(`?companyId=${companyId}&name=staff.csv`, template.text);
  t.match(sent, { status: 201, body: { state: 'ready', total: 1, name: 'staff.csv', strategy: 'fail' } });
  const { id } = sent.body;

  t.match(await api.call('POST', `/imports/${id}/start`), { status: 200, body: { state: 'running' } });
  await reaches(imports, id, 'done');
  const done = await api.call('GET', `/imports/${id}`);
  t.match(done, { status: 200, body: { created: 1, failed: 0 } }, 'the example of the template is a good row');
  t.match((await api.call('GET', '/imports')).body, { total: 1, items: [{ id }], nextCursor: null });
  const rows = await api.call('GET', `/imports/${id}/rows?result=created,updated`);
  t.match(rows.body, { total: 1, items: [{ result: 'created', name: '1001', errors: [] }] });
  t.match((await api.call('GET', `/imports/${id}/result.csv`)).text, /,1001,created,,/);
  t.match(await api.call('GET', `/imports/${id}/failed.csv`), { status: 404 });

  t.match(await api.call('HEAD', `/imports/${id}/credentials`), { status: 405 }, 'HEAD takes nothing');
  const credentials = await api.call('GET', `/imports/${id}/credentials`);
  t.match(credentials.text, /1001,Anna Berg,anna\.berg,1001,[A-Za-z0-9]{24},\d{6}/);
  t.equal(credentials.headers['cache-control'], 'no-store');
  const again = await api.call('GET', `/imports/${id}/credentials`);
  t.match(again, { status: 410, body: { code: 'CREDENTIALS_ALREADY_TAKEN' } });

  t.match(await api.call('POST', `/imports/${id}/undo`), { status: 200, body: { state: 'undoing' } });
  await reaches(imports, id, 'undone');
  t.match((await api.call('GET', '/extensions')).body, { total: 0 });
  t.match((await api.call('GET', '/users')).body, { total: 0 }, 'the user who was made with it is gone, too');
  const wrong = await api.call('POST', `/imports/${id}/resume`);
  t.match(wrong, { status: 409, body: { code: 'JOB_STATE_INVALID', details: { state: 'undone', possible: [] } } });
});

t.test('an undo takes the users along that the import made, unless they have become somebody since', async (t) => {
  const { api, imports, companyId, send } = await setUp(t);
  const post = async (path: string, body: object) => (await api.call('POST', path, { body })).body;
  const old = await post('/users', { companyId, username: 'old', firstName: 'Old', lastName: 'User' });
  const zoe = await api.extension(companyId, '1020', { userId: old.id });
  const csv = [
    'extension,user,first_name,last_name,email',
    '1001,gone,Gone,One,',
    '1002,changed,Changed,Since,',
    '1003,busy,Busy,One,',
    '1004,old,Old,User,',
    '1005,twice,Twice,Named,',
    '1006,twice,Twice,Renamed,twice@example.com',
    '1007,kept,Kept,Line,',
    '1008,bare,,,',
    '1020,moved,Moved,In,',
  ].join('\n');
  const sent = await send(`?companyId=${companyId}&strategy=update&start=true`, csv);
  t.match(sent, { status: 201 }, JSON.stringify(sent.body));
  const { id } = sent.body;
  await reaches(imports, id, 'done');
  t.match((await api.call('GET', `/imports/${id}`)).body, { created: 8, updated: 1, failed: 0 });
  const users = async () => {
    const { items } = (await api.call('GET', '/users')).body;
    return new Map<string, string>(items.map((user: { id: string; username: string }) => [user.username, user.id]));
  };
  const made = await users();
  t.equal(made.size, 8);
  const extension = async (number: string) => (await api.call('GET', `/extensions?number=${number}`)).body.items[0];
  await api.call('PATCH', `/users/${made.get('changed')}`, { body: { lastName: 'Married' } });
  await api.extension(companyId, '1030', { userId: made.get('busy') });
  await api.call('PATCH', `/extensions/${(await extension('1007')).id}`, { body: { ringSeconds: 60 } });

  await api.call('POST', `/imports/${id}/undo`);
  await reaches(imports, id, 'undone');
  const rows = (await api.call('GET', `/imports/${id}/rows`)).body.items;
  t.same(
    rows.map((row: { name: string; errors: { message: string }[] }) => [row.name, row.errors[0]?.message]),
    [
      ['1001', undefined],
      ['1002', 'its user changed was changed since'],
      ['1003', 'its user busy also has extension 1030'],
      ['1004', undefined],
      ['1005', undefined],
      ['1006', undefined],
      ['1007', 'it was changed since'],
      ['1008', undefined],
      ['1020', undefined],
    ],
  );
  t.same([...(await users()).keys()].sort(), ['busy', 'changed', 'kept', 'old']);
  t.equal((await extension('1002')).user?.id, made.get('changed'), 'a row that is refused stays whole');
  t.match(await extension('1020'), { id: zoe.id, user: { id: old.id } });
  t.equal(await extension('1001'), undefined);
  const { items } = (await api.call('GET', '/activity?limit=200')).body;
  const deleted = items.filter(({ action }: { action: string }) => action === 'user.deleted');
  t.equal(deleted.length, 4);
  t.match(deleted[0], { actor: `job:${id}`, companyId, objectType: 'user' });
});

t.test('a dry run at the upload or later answers with every error, as JSON or CSV', async (t) => {
  const { api, companyId, send } = await setUp(t);
  const csv = 'extension,display_name,ring_seconds\n1001,A,\n1002,B,500\n5000,C,\n1001,D,x\n';
  const sent = await send(`?companyId=${companyId}&dryRun=true`, csv);
  t.match(sent, {
    status: 200,
    body: {
      import: { state: 'ready' },
      errors: [
        { line: 3, column: 'ring_seconds', code: 'TOO_LARGE' },
        { line: 4, column: 'extension', code: 'EXTENSION_OUT_OF_RANGE' },
        { line: 5, column: 'ring_seconds', code: 'TYPE_INVALID' },
        { line: 5, column: 'extension', code: 'DUPLICATE_IN_FILE' },
      ],
      summary: { rows: 4, created: 1, failed: 3, plan: { counts: { 'create endpoint': 1 } } },
    },
  });
  t.match((await api.call('GET', '/extensions')).body, { total: 0 }, 'nothing was written');
  const { id } = sent.body.import;
  t.match((await api.call('POST', `/imports/${id}/dry-run`)).body, { summary: { failed: 3 } });
  const text = (await api.call('POST', `/imports/${id}/dry-run?format=csv`)).text.split('\r\n');
  t.equal(text[0], '\ufeffline,name,column,code,message');
  t.match(text[2], /^4,5000,extension,EXTENSION_OUT_OF_RANGE,/);
  const both = await send(`?companyId=${companyId}&dryRun=true&start=true`, csv);
  t.match(both, { status: 400, body: { errors: [{ path: 'start', code: 'START_IN_DRY_RUN' }] } });
});

t.test('files that cannot be read are refused with a code and leave nothing', async (t) => {
  const { api, companyId, send } = await setUp(t);
  const query = `?companyId=${companyId}`;
  const cases: [string, string | Buffer, string][] = [
    ['empty', '', 'FILE_EMPTY'],
    ['header only', 'extension,display_name\n', 'FILE_NO_ROWS'],
    ['a typing error in the header', 'extension,dispaly_name\n1001,A\n', 'HEADER_UNKNOWN'],
    ['NUL bytes', 'extension\n10\u000001\n', 'FILE_BINARY'],
    ['a spreadsheet', Buffer.from('PK\u0003\u0004xxxxxxxx'), 'FILE_SPREADSHEET'],
    ['a quote that never closes', 'extension,display_name\n1001,"A\n', 'QUOTE_UNCLOSED'],
  ];
  for (const [name, payload, code] of cases) {
    const { status, body } = await send(query, payload);
    t.match({ status, body }, { status: 422, body: { code: 'CSV_INVALID', errors: [{ code }] } }, name);
  }
  const large = await send(query, `extension\n${'1001\n'.repeat(5000)}`);
  t.match(large, { status: 413, body: { code: 'PAYLOAD_TOO_LARGE' } });
  const many = await send(query, `extension\n${'1001\n'.repeat(1500)}`);
  t.match(many, { status: 413, body: { code: 'CSV_TOO_MANY_ROWS' } });
  const json = await send(query, '{}', { type: 'application/json' });
  t.match(json, { status: 415, body: { code: 'UNSUPPORTED_MEDIA_TYPE' } });
  t.match((await api.call('GET', '/imports')).body, { total: 0 });
});

t.test('a token of one company sees and does only its own; reading is not importing', async (t) => {
  const { api, companyId, send } = await setUp(t);
  const { id: other } = await api.company('other', { ranges: [['1000', '1099']] });
  const csv = 'extension,display_name\n1001,A\n';
  const foreign = (await send(`?companyId=${other}`, csv)).body.id;
  const token = await api.token(['read', 'imports:write'], { companyId });
  t.match(await send(`?companyId=${other}`, csv, { token }), { status: 422, body: { code: 'REFERENCE_INVALID' } });
  const own = await send('', csv, { token });
  t.match(own, { status: 201, body: { companyId } }, 'its company need not be named');
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/rows'],
    ['GET', '/result.csv'],
    ['GET', '/failed.csv'],
    ['GET', '/credentials'],
    ['POST', '/start'],
    ['POST', '/dry-run'],
  ] as const) {
    t.match(await api.call(method, `/imports/${foreign}${path}`, { token }), { status: 404 }, path);
  }
  t.match((await api.call('GET', '/imports', { token })).body, { total: 1, items: [{ id: own.body.id }] });
  t.match((await api.call('GET', `/imports?companyId=${other}`, { token })).body, { total: 0, items: [] });
  const reader = await api.token(['read'], { companyId });
  t.match(await send('', csv, { token: reader }), { status: 403 });
  t.match(await api.call('GET', `/imports/${own.body.id}/failed.csv`, { token: reader }), { status: 403 });
});

t.test('lists are cut into pages', async (t) => {
  const { api, imports, companyId, send } = await setUp(t);
  const csv = `extension,display_name\n${Array.from({ length: 7 }, (_, i) => `100${i},A\n`).join('')}`;
  for (let i = 0; i < 3; i++) await send(`?companyId=${companyId}`, csv);
  const ids: string[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await api.call('GET', `/imports?limit=2${cursor}`);
    ids.push(...body.items.map(({ id }: { id: string }) => id));
    t.equal(body.total, 3);
    if (body.nextCursor === null) break;
    cursor = `&cursor=${body.nextCursor}`;
  }
  t.equal(new Set(ids).size, 3);
  const id = ids[0] ?? '';
  await api.call('POST', `/imports/${id}/start`);
  await reaches(imports, id, 'done');
  const first = await api.call('GET', `/imports/${id}/rows?limit=5`);
  const second = await api.call('GET', `/imports/${id}/rows?limit=5&cursor=${first.body.nextCursor}`);
  t.match(second.body, { items: [{ line: 7 }, { line: 8 }], nextCursor: null });
  t.match(await api.call('GET', '/imports?cursor=x'), { status: 400, body: { code: 'CURSOR_INVALID' } });
});
