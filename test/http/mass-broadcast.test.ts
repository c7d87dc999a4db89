import t from 'tap';
import { createBulk } from '../../src/bulk/create-bulk.ts';
import { createExtensionBatch } from '../../src/lines/extension-batch.ts';
import { massActions } from '../../src/mass-actions.ts';
import { testPeople } from '../support/app.ts';
import { realParts } from '../support/imports.ts';
import { setUpJobs } from '../support/jobs.ts';

const SILENT = { info() {}, warn() {}, error() {} };
const message = { text: 'The house closes at six', category: 'news', channels: ['feed'] };

t.test('a broadcast to many is one broadcast, also when the daemon is stopped in the middle of the job', async (t) => {
  const jobs = await setUpJobs(t, { chunkRows: 5 });
  const { api } = jobs;
  for (let i = 10; i < 32; i++) await jobs.user(`anna${i}`);
  const { body } = await jobs.create('broadcast', { all: true }, { params: message });
  const preview = await jobs.start(body.id);
  t.match(preview, { count: 22, tried: 22, updated: 22, sample: [{ changes: { message: [null, message.text] } }] });
  await jobs.bulk.stop();

  const limits = { maxBytes: 1e6, maxRows: 10_000, keepDays: 7, chunkRows: 5 };
  const parts = realParts(api.db);
  const batch = createExtensionBatch(api.db.seal);
  const actions = massActions({ db: api.db, lifecycle: api.lifecycle, people: testPeople(api.db), batch });
  const again = createBulk({ db: api.db, ...parts, actions, dataDir: t.testdir({}), limits, log: SILENT });
  t.teardown(() => again.stop());
  await again.start();
  t.match(await jobs.reaches(body.id, 'done', 'failed'), { state: 'done', updated: 22, failed: 0 });
  await again.stop();
  const last = createBulk({ db: api.db, ...parts, actions, dataDir: t.testdir({}), limits, log: SILENT });
  await last.start();
  await last.stop();
  const broadcasts = await api.db.read.broadcast.findMany();
  t.match(broadcasts, [{ actor: `job:${body.id}`, text: message.text, state: 'scheduled' }]);
  t.equal(broadcasts.length, 1);
  t.equal(JSON.parse(broadcasts[0]?.target ?? '{}').userIds.length, 22);
});

t.test(
  'a broadcast that is not on its way yet is taken back, and who was deleted since does not keep it from the others',
  async (t) => {
    const jobs = await setUpJobs(t);
    const { api } = jobs;
    for (const name of ['anna', 'bert', 'carl']) await jobs.user(name);
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const { body } = await jobs.create('broadcast', { all: true }, { params: { ...message, sendAt } });
    await api.db.write((tx) => tx.user.deleteMany({ where: { username: 'bert' } }));
    await jobs.start(body.id);
    t.match(await jobs.reaches(body.id, 'done'), { updated: 2, failed: 1 });
    await jobs.step(body.id, 'undo');
    t.match(await jobs.reaches(body.id, 'undone'), { undone: 2, undoRefused: 0 });
    t.match(await api.db.read.broadcast.findMany(), [{ state: 'canceled' }]);

    const now = await jobs.run('broadcast', { all: true }, message);
    await api.db.write((tx) => tx.broadcast.updateMany({ where: { state: 'scheduled' }, data: { state: 'sent' } }));
    await jobs.step(now.id, 'undo');
    t.match(await jobs.reaches(now.id, 'undone'), { undone: 0, undoRefused: 2 });
    t.match(await jobs.rows(now.id), [{ errors: [{ message: /a broadcast that is sent cannot be canceled/ }] }, {}]);

    const past = await jobs.create(
      'broadcast',
      { all: true },
      { params: { ...message, sendAt: '2020-01-01T00:00:00Z' } },
    );
    t.match(past, { status: 400, body: { errors: [{ path: 'params.sendAt', code: 'SEND_AT_PAST' }] } });
    const token = await api.token(['bulk:write', 'users:write', 'read'], { companyId: jobs.acme.id });
    t.match(await jobs.create('broadcast', { all: true }, { params: message }, token), { status: 403 });
  },
);
