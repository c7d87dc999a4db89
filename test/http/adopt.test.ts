import t, { type Test } from 'tap';
import { createAdopting } from '../../src/bulk/adopt/adopt.ts';
import { type Bulk, createBulk } from '../../src/bulk/create-bulk.ts';
import { parseAsteriskIni } from '../../src/bulk/formats/asterisk-ini.ts';
import { adoptRoutes } from '../../src/http/routes/adopt.ts';
import { importRoutes } from '../../src/http/routes/imports.ts';
import { createTestApp } from '../support/app.ts';
import { importsOf, reaches, realParts } from '../support/imports.ts';

const SILENT = { info() {}, warn() {}, error() {} };
const endpoint = (id: string, more = '') =>
  `[${id}]\ntype=endpoint\nauth=${id}\naors=${id}\nallow=!all,alaw\n${more}\n[${id}]\ntype=auth\nusername=${id}\n` +
  `password==secret ${id}\n[${id}]\ntype=aor\nmax_contacts=3\n`;

/** The production app with a PBX whose files are these. */
async function setUp(t: Test, pjsip: string, voicemail = '') {
  let bulk: Bulk | undefined;
  const dataDir = t.testdir({});
  const sections = (text: string) => parseAsteriskIni(text.split('\n')).categories;
  const files = { pjsip: sections(pjsip), wizards: [], voicemail: sections(voicemail) };
  const api = await createTestApp(t, {
    plugins: [
      async (app, deps, write) => {
        const limits = { maxBytes: 2_000_000, maxRows: 1000, keepDays: 7 };
        bulk = createBulk({ db: deps.db, ...realParts(deps.db), dataDir, limits, log: SILENT });
        const adopting = createAdopting({ db: deps.db, imports: bulk.imports, filesOf: async () => files });
        await importRoutes(bulk)(app, deps, write);
        await adoptRoutes({ ...bulk, adopting })(app, deps, write);
      },
    ],
  });
  t.teardown(() => bulk?.stop());
  const { id: companyId } = await api.company('acme');
  const { id: pbxId } = (await api.call('GET', '/pbxes')).body.items[0];
  return { api, imports: importsOf(bulk as unknown as Bulk), companyId, path: `/pbxes/${pbxId}` };
}

t.test('endpoints become extensions with what stands on the PBX, and an undo takes them back', async (t) => {
  const { api, imports, companyId, path } = await setUp(
    t,
    endpoint('1001', 'callerid==Anna <1001>') + endpoint('1002'),
    '[default]\n1001 => 1234,Anna,anna@example.org\n',
  );
  const dry = await api.call('POST', `${path}/adopt?dryRun=true`, { body: { companyId, all: true } });
  t.equal(dry.status, 200);
  t.match(dry.body.summary, { rows: 2, created: 2, failed: 0 });
  t.notMatch(dry.text, /secret 1001|1234/);
  const sent = await api.call('POST', `${path}/adopt?start=true`, { body: { companyId, endpoints: ['1001'] } });
  t.equal(sent.status, 201, sent.text);
  t.match(sent.body, { source: 'pbx', strategy: 'fail', total: 1 });
  await reaches(imports, sent.body.id, 'done');

  const [extension] = (await api.call('GET', '/extensions')).body.items;
  t.match(extension, {
    number: '1001',
    displayName: '=Anna',
    accounts: [{ endpoint: '1001', kind: 'desk', codecs: ['alaw'], maxContacts: 3 }],
    mailbox: { email: 'anna@example.org', pinSource: 'import' },
  });
  const { text } = await api.call('GET', `/imports/${sent.body.id}/credentials`);
  t.match(text, /=secret 1001/, 'the same secret, to the letter');
  t.match((await api.call('GET', `/imports/${sent.body.id}/report`)).body, { source: 'pbx', title: 'The PBX' });

  const again = await api.call('POST', `${path}/adopt`, { body: { companyId, endpoints: ['1001', 'nobody'] } });
  t.match(again, { status: 409, body: { code: 'ENDPOINT_NOT_ADOPTABLE', errors: [{ path: 'endpoints.0' }, {}] } });
  t.match(again.text, /1001: it was adopted already/);
  t.equal((await api.call('POST', `/imports/${sent.body.id}/undo`)).status, 200);
  await reaches(imports, sent.body.id, 'undone');
  t.equal((await api.call('GET', '/extensions')).body.total, 0);
  t.match((await api.call('GET', `${path}/foreign-endpoints`)).body.items[0], {
    state: 'foreign',
    companyIds: [companyId],
  });
});

t.test('a file that somebody sends adopts nothing', async (t) => {
  const { api, companyId } = await setUp(t, endpoint('1001'));
  const admin = await api.token(['admin']);
  const response = await api.inject({
    method: 'POST',
    url: `/api/v1/imports?companyId=${companyId}&isAdopting=true`,
    headers: { authorization: `Bearer ${admin}`, 'content-type': 'text/csv' },
    payload: 'extension\n1001\n',
  });
  t.equal(response.statusCode, 400);
});

t.test(
  'whoever belongs to one company sees and adopts nothing of a PBX, and a company of another PBX gets nothing',
  async (t) => {
    const { api, companyId, path } = await setUp(t, endpoint('1001'));
    const token = await api.token(['admin'], { companyId });
    t.equal((await api.call('GET', `${path}/foreign-endpoints`, { token })).status, 403);
    t.equal((await api.call('POST', `${path}/adopt`, { token, body: { companyId, all: true } })).status, 403);
    const reader = await api.token(['read']);
    t.equal((await api.call('POST', `${path}/adopt`, { token: reader, body: { companyId, all: true } })).status, 403);
    t.match(await api.call('POST', `${path}/adopt`, { body: { companyId: 'nobody', all: true } }), {
      status: 422,
      body: { code: 'REFERENCE_INVALID' },
    });
    t.equal((await api.call('POST', `${path}/adopt`, { body: { companyId } })).status, 400, 'neither names nor all');
    t.equal((await api.call('POST', '/pbxes/nobody/adopt', { body: { companyId, all: true } })).status, 404);
  },
);
