import t from 'tap';
import { z } from 'zod';
import { LinekeeperError } from '../../src/errors.ts';
import { type MassAction, massAction } from '../../src/store/mass-action.ts';
import type { Json } from '../support/app.ts';
import { type JobsApp, setUpJobs } from '../support/jobs.ts';

interface Gate {
  entered?: () => void;
  wait?: Promise<void>;
}

/** Gives users a title; refuses those whose name says so, and waits where it is told to. */
function titleAction(gate: Gate = {}): MassAction {
  return massAction<{ title: string }>({
    name: 'set-title',
    on: 'users',
    title: 'Give users a title',
    needs: 'users:write',
    params: z.strictObject({ title: z.string() }),
    async apply(tx, _context, users, { title }) {
      gate.entered?.();
      await gate.wait;
      const rows = await tx.user.findMany({ where: { id: { in: users.map(({ id }) => id) } } });
      const bad = rows.find(({ username }) => username.startsWith('bad'));
      if (bad !== undefined) throw new LinekeeperError('CONFLICT', `${bad.username} wants no title`);
      await tx.user.updateMany({
        where: { id: { in: rows.map(({ id }) => id) } },
        data: { title, version: { increment: 1 } },
      });
      return rows.map((row) => ({
        id: row.id,
        result: 'updated',
        before: { title: row.title },
        version: row.version + 1,
        changes: { title: [row.title, title] },
      }));
    },
    async undo(tx, _context, rows) {
      const done = [];
      for (const { id, before, version = 0 } of rows) {
        const data = { title: (before as { title: string | null }).title, version: { increment: 1 } };
        const { count } = await tx.user.updateMany({ where: { id, version }, data });
        done.push(count === 1 ? { id, ok: true } : { id, ok: false, reason: 'it was changed since' });
      }
      return done;
    },
  });
}

async function users(jobs: JobsApp, names: string[]): Promise<Map<string, Json>> {
  const made = new Map<string, Json>();
  for (const name of names) made.set(name, await jobs.user(name));
  return made;
}

function deferred(): { promise: Promise<void>; resolve(): void } {
  let open = () => {};
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, resolve: () => open() };
}

const titles = async ({ api, acme }: JobsApp) =>
  (await api.db.read.user.findMany({ where: { companyId: acme.id }, orderBy: { username: 'asc' } })).map(
    ({ title }) => title,
  );

t.test('a job is prepared, previewed, started with the token of the preview, and undone', async (t) => {
  const jobs = await setUpJobs(t, { actions: [titleAction()] });
  const made = await users(jobs, ['anna', 'bad-bert', 'carl', 'dora']);
  const { status, body } = await jobs.create('set-title', { all: true }, { params: { title: 'Dr' }, name: 'titles' });
  t.match({ status, body }, { status: 200, body: { state: 'ready', type: 'action', kind: 'set-title', total: 4 } });

  await jobs.user('late');
  const preview = await jobs.api.call('POST', `/jobs/${body.id}/preview`);
  t.match(preview.body, { count: 4, tried: 4, updated: 3, failed: 1 }, 'who came later is not among them');
  const { sample } = preview.body;
  t.match(sample[0], { name: 'anna', result: 'updated', changes: { title: [null, 'Dr'] } });
  t.match(sample[1], { name: 'bad-bert', result: 'failed', errors: [{ code: 'CONFLICT' }] });
  t.same(await titles(jobs), [null, null, null, null, null], 'a preview changes nothing');

  const wrong = await jobs.api.call('POST', `/jobs/${body.id}/start`, { body: { token: 'guessed' } });
  t.match(wrong, { status: 409, body: { code: 'PREVIEW_TOKEN_INVALID' } });
  await jobs.start(body.id);
  t.match(await jobs.reaches(body.id, 'done'), { processed: 4, updated: 3, failed: 1, canUndo: true });
  t.same(await titles(jobs), ['Dr', null, 'Dr', 'Dr', null]);
  t.match(await jobs.rows(body.id), [
    { line: 1, name: 'anna', result: 'updated', objectId: made.get('anna')?.id },
    { line: 2, name: 'bad-bert', result: 'failed', errors: [{ code: 'CONFLICT', message: 'bad-bert wants no title' }] },
    { line: 3, name: 'carl', result: 'updated' },
    { line: 4, name: 'dora', result: 'updated' },
  ]);

  const carl = made.get('carl')?.id;
  await jobs.api.call('PATCH', `/users/${carl}`, { body: { title: 'Prof' } });
  t.match(await jobs.step(body.id, 'undo'), { status: 200, body: { state: 'undoing' } });
  t.match(await jobs.reaches(body.id, 'undone'), { undone: 2, undoRefused: 1 });
  t.same(await titles(jobs), [null, null, 'Prof', null, null], 'what was changed since stays');
  const csv = await jobs.api.call('GET', `/jobs/${body.id}/result.csv`);
  t.match(csv.text, /3,carl,undo_refused,UNDO_REFUSED/);
});

t.test('what is selected is frozen: by ids, by the filters of the list, or all', async (t) => {
  const jobs = await setUpJobs(t, { actions: [titleAction()] });
  const made = await users(jobs, ['anna', 'bert', 'carl']);
  const ids = [made.get('bert')?.id, made.get('anna')?.id];
  const params = { title: 'Dr' };
  t.match(await jobs.create('set-title', { ids }, { params }), { status: 200, body: { total: 2 } });
  t.match(await jobs.create('set-title', { filter: { username: 'carl' } }, { params }), { body: { total: 1 } });
  t.match(await jobs.create('set-title', { filter: { q: 'ber' } }, { params }), { body: { total: 3 } });
  t.match(await jobs.create('set-title', { ids: [...ids, 'nobody'] }, { params }), {
    status: 422,
    body: { code: 'REFERENCE_INVALID', details: { missing: ['nobody'] } },
  });
  t.match(await jobs.create('set-title', { filter: { username: 'none' } }, { params }), {
    status: 422,
    body: { code: 'SELECTION_EMPTY' },
  });
  t.match(await jobs.create('set-title', { filter: { colour: 'red' } }, { params }), {
    status: 400,
    body: { errors: [{ path: 'selection.filter', code: 'FIELD_UNKNOWN' }] },
  });
  t.match(await jobs.create('set-title', { all: true }, { params: { title: 7 } }), { status: 400 });
  t.match(await jobs.create('make-coffee', { all: true }), { status: 404, body: { code: 'NOT_FOUND' } });
  const other = await jobs.api.company('other');
  const foreign = { companyId: other.id, action: 'set-title', params, selection: { ids } };
  t.match(await jobs.api.call('POST', '/jobs', { body: foreign }), { status: 422 }, 'users of another company');
});

t.test('a canary, an error rate and a withdrawn right pause a job with the reason', async (t) => {
  const jobs = await setUpJobs(t, { actions: [titleAction()], chunkRows: 10 });
  const names = (from: number, word: string) => Array.from({ length: 25 }, (_, i) => `${word}${from + i}`);
  await users(jobs, [...names(10, 'anna'), ...names(50, 'bad')]);
  const params = { title: 'Dr' };

  const canary = await jobs.create('set-title', { all: true }, { params, limits: { canary: 3 } });
  await jobs.start(canary.body.id);
  t.match(await jobs.reaches(canary.body.id, 'paused', 'done'), { processed: 3, pause: { because: 'canary' } });
  await jobs.step(canary.body.id, 'resume');
  t.match(await jobs.reaches(canary.body.id, 'done', 'paused'), { state: 'done', updated: 25, failed: 25 });

  const careful = await jobs.create('set-title', { filter: { q: 'bad' } }, { params, limits: { maxErrorShare: 0.5 } });
  await jobs.start(careful.body.id);
  const stopped = await jobs.reaches(careful.body.id, 'paused', 'done');
  t.match(stopped, { processed: 20, failed: 20, pause: { because: 'errors', reason: /20 of 20 rows failed/ } });
  t.match(await jobs.step(careful.body.id, 'cancel'), { status: 200, body: { state: 'canceled' } });

  const token = await jobs.api.token(['bulk:write', 'users:write', 'read'], { companyId: jobs.acme.id });
  const slow = await jobs.create('set-title', { all: true }, { params, limits: { canary: 1 } }, token);
  await jobs.start(slow.body.id, token);
  await jobs.reaches(slow.body.id, 'paused');
  await jobs.step(slow.body.id, 'resume', token);
  await jobs.reaches(slow.body.id, 'done');
});

t.test(
  'a job started by somebody whose right is withdrawn meanwhile stops, and another may go on with it',
  async (t) => {
    const gate: Gate = {};
    const jobs = await setUpJobs(t, { actions: [titleAction(gate)], chunkRows: 5 });
    await users(
      jobs,
      Array.from({ length: 15 }, (_, i) => `anna${10 + i}`),
    );
    const token = await jobs.api.token(['bulk:write', 'users:write', 'read'], { companyId: jobs.acme.id });
    const { body } = await jobs.create('set-title', { all: true }, { params: { title: 'Dr' } }, token);
    const preview = await jobs.api.call('POST', `/jobs/${body.id}/preview`, { token });
    const { promise, resolve } = deferred();
    gate.wait = promise;
    const entered = deferred();
    gate.entered = entered.resolve;
    const started = await jobs.api.call('POST', `/jobs/${body.id}/start`, {
      body: { token: preview.body.token },
      token,
    });
    t.equal(started.status, 200);
    await entered.promise;
    // The first chunk holds the write lock: the withdrawal comes after it, before the second.
    const withdrawn = jobs.api.db.write((tx) => tx.apiToken.deleteMany({ where: { companyId: jobs.acme.id } }));
    resolve();
    await withdrawn;
    const paused = await jobs.reaches(body.id, 'paused', 'done');
    t.match(paused, { state: 'paused', processed: 5, pause: { because: 'rights', reason: /users:write/ } });
    t.match(await jobs.step(body.id, 'resume'), { status: 200 });
    t.match(await jobs.reaches(body.id, 'paused', 'done'), { state: 'done', updated: 15 });
  },
);

t.test(
  'two jobs on the same users run one after the other, and the undo of the first keeps what the second did',
  async (t) => {
    const jobs = await setUpJobs(t, { actions: [titleAction()], chunkRows: 5 });
    await users(
      jobs,
      Array.from({ length: 12 }, (_, i) => `anna${10 + i}`),
    );
    const first = await jobs.create('set-title', { all: true }, { params: { title: 'Dr' } });
    const second = await jobs.create('set-title', { filter: { q: 'anna1' } }, { params: { title: 'Prof' } });
    await jobs.start(first.body.id);
    await jobs.start(second.body.id);
    await jobs.reaches(first.body.id, 'done');
    await jobs.reaches(second.body.id, 'done');
    t.same(await titles(jobs), [...Array(10).fill('Prof'), 'Dr', 'Dr']);
    await jobs.step(first.body.id, 'undo');
    t.match(await jobs.reaches(first.body.id, 'undone'), { undone: 2, undoRefused: 10 });
    t.same(await titles(jobs), [...Array(10).fill('Prof'), null, null]);
  },
);

t.test('doing something to many needs the permission for it, and the one for many', async (t) => {
  const jobs = await setUpJobs(t, { actions: [titleAction()] });
  await users(jobs, ['anna']);
  const given = { params: { title: 'Dr' } };
  const token = (scopes: string[]) => jobs.api.token(scopes, { companyId: jobs.acme.id });
  t.match(await jobs.create('set-title', { all: true }, given, await token(['users:write'])), { status: 403 });
  t.match(await jobs.create('set-title', { all: true }, given, await token(['bulk:write'])), {
    status: 403,
    body: { code: 'RIGHTS_NOT_HELD', details: { permissions: ['users:write'] } },
  });
  const may = await token(['bulk:write', 'users:write', 'read']);
  const { body } = await jobs.create('set-title', { all: true }, given, may);
  const others = await token(['bulk:write', 'lines:write', 'read']);
  t.match(await jobs.step(body.id, 'cancel', others), { status: 403 });
  const other = await jobs.api.company('other');
  const foreign = await jobs.api.token(['admin'], { companyId: other.id });
  t.match(await jobs.step(body.id, 'cancel', foreign), { status: 404 });
  t.match(await jobs.api.call('GET', '/jobs', { token: foreign }), { body: { items: [], total: 0 } });
  t.match(await jobs.step(body.id, 'cancel', may), { status: 200, body: { state: 'canceled' } });
});
