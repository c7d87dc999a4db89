import t, { type Test } from 'tap';
import { giveBuiltInRole } from '../../src/store/roles.ts';
import type { Json } from '../support/app.ts';
import { type JobsApp, setUpJobs } from '../support/jobs.ts';

/** Not an administrator: those are above him. */
const SCOPES = [
  'bulk:write',
  'users:write',
  'users:invite',
  'users:read',
  'roles:write',
  'groups:write',
  'messages:write',
];

interface World extends JobsApp {
  token: string;
  /** A person with an e-mail address and a password. */
  person(username: string, data?: Json): Promise<string>;
  administrator(username: string): Promise<string>;
  /** Prepares, previews and runs a job by the rights of `token`. Answers what became of each row, by its name. */
  perform(action: string, ids: string[], params?: Json): Promise<Job>;
  found(id: string): Promise<Json | null>;
}

interface Job {
  id: string;
  preview: Json;
  results: Json;
  /** Takes it back and answers what became of each row. */
  undo(): Promise<Json>;
}

async function world(t: Test, chunkRows = 10): Promise<World> {
  const jobs = await setUpJobs(t, { chunkRows });
  const { api, acme } = jobs;
  const token = await api.token(SCOPES, { companyId: acme.id });
  const results = async (id: string) =>
    Object.fromEntries(
      (await jobs.rows(id)).map(({ name, result, errors }) => [
        name,
        errors?.length > 0 ? `${result} ${errors[0].code} ${errors[0].message}` : result,
      ]),
    );
  const person = async (username: string, data: Json = {}) => {
    const { id } = await jobs.user(username, { email: `${username}@acme.example` });
    await api.db.write((tx) => tx.user.update({ where: { id }, data: { passwordHash: 'x', ...data } }));
    return id as string;
  };
  return {
    ...jobs,
    token,
    person,
    async administrator(username) {
      const id = await person(username);
      await api.db.write((tx) => giveBuiltInRole(tx, [id], 'administrator'));
      return id;
    },
    async perform(action, ids, params = {}) {
      const { status, body } = await jobs.create(action, { ids }, { params }, token);
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
      const preview = await jobs.start(body.id, token);
      const done = await jobs.reaches(body.id, 'done', 'failed', 'paused');
      if (done.state !== 'done') throw new Error(JSON.stringify(done));
      const undo = async () => {
        const { status, body: answer } = await jobs.step(body.id, 'undo', token);
        if (status !== 200) throw new Error(`${status} ${JSON.stringify(answer)}`);
        await jobs.reaches(body.id, 'undone');
        return results(body.id);
      };
      return { id: body.id, preview, results: await results(body.id), undo };
    },
    found: (id) => api.db.read.user.findUnique({ where: { id }, include: { roles: true, memberships: true } }),
  };
}

interface Case {
  action: string;
  params?: Json;
  /** As those are to whom it will be done. */
  ready?: Json;
  /** As somebody is to whom nothing is to be done; absent: it can always be done again. */
  idle?: Json;
  /** Makes somebody ready or idle where columns do not. */
  make?: (id: string, how: 'ready' | 'idle') => Promise<unknown>;
  /** What it changes. */
  shown: (id: string) => Promise<unknown>;
  after: unknown;
  /** false: it cannot be taken back. */
  undo?: false;
  /** How somebody else changes the user since; absent: another title. */
  touch?: (id: string) => Promise<unknown>;
  /** What the undo says of it. */
  since?: RegExp;
}

t.test(
  'every action on users is done, finds nothing to do, refuses who is above, and is taken back unless changed since',
  async (t) => {
    const w = await world(t);
    const { api, acme } = w;
    const { body: site } = await api.call('POST', '/sites', { body: { companyId: acme.id, name: 'North' } });
    const { body: group } = await api.call('POST', '/groups', { body: { companyId: acme.id, name: 'Night' } });
    await api.call('PATCH', `/companies/${acme.id}`, { body: { userTypes: ['employee'] } });
    const { body: role } = await api.call('POST', '/roles', {
      body: { companyId: acme.id, name: 'Inviter', permissions: ['users:invite'] },
    });
    const column = (name: string) => async (id: string) => (await w.found(id))?.[name];
    const hasRole = async (id: string) => (await w.found(id))?.roles.some((one: Json) => one.roleId === role.id);
    const isMember = async (id: string) => (await w.found(id))?.memberships.length === 1;
    const giveRole = (userId: string) =>
      api.db.write((tx) => tx.userRole.create({ data: { userId, roleId: role.id } }));
    const join = (userId: string) =>
      api.db.write((tx) => tx.userGroupMember.create({ data: { userId, groupId: group.id } }));
    const leave = (userId: string) => api.db.write((tx) => tx.userGroupMember.deleteMany({ where: { userId } }));
    const login = (userId: string) => {
      const now = new Date();
      const times = { createdAt: now, lastSeenAt: now, expiresAt: new Date(now.getTime() + 3_600_000) };
      const row = { id: userId, hash: userId, userId, companyId: acme.id, transport: 'bearer', address: '127.0.0.1' };
      return api.db.write((tx) => tx.session.create({ data: { ...row, ...times } }));
    };
    const links = (userId: string) => api.db.read.oneTimeToken.count({ where: { userId, purpose: 'reset' } });
    const only = (how: 'ready' | 'idle', work: (id: string) => Promise<unknown>) => (id: string, now: string) =>
      now === how ? work(id) : Promise.resolve();

    const cases: Case[] = [
      { action: 'disable-users', idle: { state: 'disabled' }, shown: column('state'), after: 'disabled' },
      { action: 'enable-users', ready: { state: 'disabled' }, idle: {}, shown: column('state'), after: 'active' },
      {
        action: 'set-site',
        params: { siteId: site.id },
        idle: { siteId: site.id },
        shown: column('siteId'),
        after: site.id,
      },
      {
        action: 'set-site',
        params: { siteId: null },
        ready: { siteId: site.id },
        idle: {},
        shown: column('siteId'),
        after: null,
      },
      {
        action: 'set-timezone',
        params: { timezone: 'asia/calcutta' },
        idle: { timezone: 'Asia/Kolkata' },
        shown: column('timezone'),
        after: 'Asia/Kolkata',
      },
      {
        action: 'set-language',
        params: { language: 'pt-BR' },
        idle: { language: 'pt-BR' },
        shown: column('language'),
        after: 'pt-BR',
      },
      {
        action: 'set-user-type',
        params: { userType: 'employee' },
        idle: { userType: 'employee' },
        shown: column('userType'),
        after: 'employee',
      },
      {
        action: 'require-password-change',
        idle: { passwordHash: null },
        shown: column('mustChangePassword'),
        after: true,
      },
      {
        action: 'assign-role',
        params: { roleId: role.id },
        idle: {},
        make: only('idle', giveRole),
        shown: hasRole,
        after: true,
      },
      {
        action: 'remove-role',
        params: { roleId: role.id },
        idle: {},
        make: only('ready', giveRole),
        shown: hasRole,
        after: false,
      },
      {
        action: 'add-to-group',
        params: { groupId: group.id },
        idle: {},
        make: only('idle', join),
        shown: isMember,
        after: true,
        touch: leave,
        since: /was taken out since/,
      },
      {
        action: 'remove-from-group',
        params: { groupId: group.id },
        idle: {},
        make: only('ready', join),
        shown: isMember,
        after: false,
        touch: join,
        since: /was put in again since/,
      },
      {
        action: 'reset-password',
        shown: links,
        after: 1,
        touch: (userId) => api.db.write((tx) => tx.oneTimeToken.deleteMany({ where: { userId } })),
        since: /the link was used/,
      },
      {
        action: 'reset-password',
        params: { invalidate: true },
        shown: column('passwordHash'),
        after: null,
        touch: async () => {},
        since: /the old password is gone/,
        undo: false,
      },
      {
        action: 'end-sessions',
        idle: {},
        make: only('ready', login),
        shown: (userId) => api.db.read.session.count({ where: { userId } }),
        after: 0,
        undo: false,
      },
      {
        action: 'reset-second-factor',
        ready: { totpSealed: 'sealed' },
        idle: {},
        shown: column('totpSealed'),
        after: null,
        undo: false,
      },
      {
        action: 'delete-users',
        shown: async (id) => (await w.found(id)) === null,
        after: true,
        touch: (id) => api.call('POST', `/deleted-users/${id}/restore`),
        since: /restored since/,
      },
    ];
    // Groups are no rights: whoever may put people into one may put anybody.
    const forAll = new Set(['add-to-group', 'remove-from-group']);

    for (const [at, { action, params, ready = {}, idle, make, shown, after, undo, touch, since }] of cases.entries()) {
      const name = (who: string) => `${at}-${who}`;
      const one = await w.person(name('one'), ready);
      const since1 = await w.person(name('since'), ready);
      const boss = await w.person(name('boss'), ready);
      const none = idle === undefined ? undefined : await w.person(name('none'), idle);
      await make?.(one, 'ready');
      await make?.(since1, 'ready');
      await make?.(boss, 'ready');
      if (none !== undefined) await make?.(none, 'idle');
      await api.db.write((tx) => giveBuiltInRole(tx, [boss], 'administrator'));
      const before = await shown(one);
      const ids = [one, since1, boss, ...(none === undefined ? [] : [none])];
      const job = await w.perform(action, ids, params);
      t.match(job.preview, { tried: ids.length, failed: forAll.has(action) ? 0 : 1 }, `${action} is previewed`);
      t.match(
        job.results,
        {
          [name('one')]: 'updated',
          [name('since')]: 'updated',
          [name('boss')]: forAll.has(action) ? 'updated' : /^failed RIGHTS_NOT_HELD .*Administrator/,
          ...(none === undefined ? {} : { [name('none')]: 'unchanged' }),
        },
        action,
      );
      t.same(await shown(one), after, `${action} did it`);
      if (undo === false) continue;
      await (touch ?? ((id) => api.call('PATCH', `/users/${id}`, { body: { title: 'Dr' } })))(since1);
      t.match(
        await job.undo(),
        {
          [name('one')]: 'undone',
          [name('since')]: since ?? /^undo_refused UNDO_REFUSED it was changed since/,
        },
        `${action} is taken back`,
      );
      t.same(await shown(one), before, `${action} left nothing`);
    }
  },
);

t.test('no action reaches users of another company', async (t) => {
  const w = await world(t);
  const other = await w.api.company('other');
  const { body } = await w.api.call('POST', '/users', {
    body: { companyId: other.id, username: 'stranger', firstName: 'A', lastName: 'B' },
  });
  const { body: role } = await w.api.call('GET', `/roles?companyId=${w.acme.id}`);
  const group = await w.api.call('POST', '/groups', { body: { companyId: w.acme.id, name: 'Night' } });
  const params: Json = {
    'set-site': { siteId: null },
    'set-timezone': { timezone: null },
    'set-language': { language: 'de' },
    'set-user-type': { userType: null },
    'assign-role': { roleId: role.items.find((one: Json) => one.builtIn === 'user').id },
    'add-to-group': { groupId: group.body.id },
    broadcast: { text: 'Hello', category: 'news' },
  };
  params['remove-role'] = params['assign-role'];
  params['remove-from-group'] = params['add-to-group'];
  for (const { name } of w.bulk.actions.list.filter(({ on }) => on !== 'extensions')) {
    const answer = await w.create(name, { ids: [body.id] }, { params: params[name] ?? {} }, w.token);
    t.match(answer, { status: 422, body: { code: 'REFERENCE_INVALID', details: { missing: [body.id] } } }, name);
  }
});

t.test(
  'the last administrator stays in a job over everybody, whoever comes last; and nobody takes himself out',
  async (t) => {
    const jobs = await setUpJobs(t, { chunkRows: 2 });
    const { api, acme } = jobs;
    const made: Json = {};
    for (const name of ['a-boss', 'b', 'c', 'd-boss', 'e', 'f-boss']) made[name] = await jobs.user(name);
    const bosses = ['a-boss', 'd-boss', 'f-boss'];
    await api.db.write((tx) =>
      giveBuiltInRole(
        tx,
        bosses.map((name) => made[name].id),
        'administrator',
      ),
    );
    const job = await jobs.run('disable-users', { all: true });
    t.match(job, { state: 'done', updated: 5, failed: 1 });
    t.match((await jobs.rows(job.id)).at(-1), {
      name: 'f-boss',
      result: 'failed',
      errors: [{ code: 'LAST_ADMINISTRATOR' }],
    });
    await jobs.step(job.id, 'undo');
    t.match(await jobs.reaches(job.id, 'undone'), { undone: 5, undoRefused: 0 });

    const role = await api.db.read.role.findFirstOrThrow({ where: { companyId: acme.id, builtIn: 'administrator' } });
    for (const [action, params] of [
      ['delete-users', {}],
      ['remove-role', { roleId: role.id }],
    ] as const) {
      const next = await jobs.run(action, { all: true }, params);
      const refused = (await jobs.rows(next.id)).filter(({ result }) => result === 'failed');
      t.match(refused, [{ name: 'f-boss', errors: [{ code: 'LAST_ADMINISTRATOR' }] }], action);
      await jobs.step(next.id, 'undo');
      t.match(await jobs.reaches(next.id, 'undone'), { undoRefused: 0 }, action);
    }
    t.equal(await api.db.read.user.count({ where: { companyId: acme.id, state: 'active' } }), 6);

    const own = await api.token(['admin'], { companyId: acme.id });
    await api.db.write((tx) =>
      tx.apiToken.updateMany({ where: { companyId: acme.id }, data: { userId: made['a-boss'].id } }),
    );
    for (const [action, params] of [
      ['disable-users', {}],
      ['delete-users', {}],
      ['require-password-change', {}],
      ['reset-password', { invalidate: true }],
    ] as const) {
      await api.db.write((tx) => tx.user.updateMany({ data: { passwordHash: 'x', email: 'x@acme.example' } }));
      const ids = [made['a-boss'].id, made.b.id];
      const { body } = await jobs.create(action, { ids }, { params }, own);
      await jobs.start(body.id, own);
      t.match(await jobs.reaches(body.id, 'done', 'paused'), { state: 'done', updated: 1, failed: 1 }, action);
      t.match(await jobs.rows(body.id), [
        { name: 'a-boss', errors: [{ code: 'FORBIDDEN' }] },
        { name: 'b', result: 'updated' },
      ]);
      await jobs.step(body.id, 'undo', own);
      await jobs.reaches(body.id, 'undone');
    }
  },
);

t.test('an operator of the platform is not touched from one company', async (t) => {
  const w = await world(t);
  const id = await w.person('operator', { isOperator: true });
  const admin = await w.api.token(['admin'], { companyId: w.acme.id });
  for (const action of ['disable-users', 'delete-users', 'require-password-change']) {
    const { body } = await w.create(action, { ids: [id] }, {}, admin);
    await w.start(body.id, admin);
    await w.reaches(body.id, 'done');
    t.match(
      await w.rows(body.id),
      [{ errors: [{ code: 'RIGHTS_NOT_HELD', message: /operates the platform/ }] }],
      action,
    );
  }
});

t.test(
  'an undo of disabling gives back what somebody was: locked, invited, active; and lets in nobody else',
  async (t) => {
    const w = await world(t);
    const ids = [await w.person('active'), await w.person('away'), await w.person('back')];
    ids.push(await w.person('invited', { state: 'invited' }), await w.person('locked', { state: 'locked' }));
    await w.api.call('POST', `/users/${ids[1]}/disable`, { body: { reason: 'left in May' } });
    const job = await w.perform('disable-users', ids, { reason: 'closed' });
    t.match(job.results, {
      active: 'updated',
      away: 'unchanged',
      back: 'updated',
      invited: 'updated',
      locked: 'updated',
    });
    await w.api.call('POST', `/users/${ids[2]}/enable`);
    await w.api.call('POST', `/users/${ids[2]}/disable`, { body: {} });
    t.match(await job.undo(), {
      active: 'undone',
      away: 'unchanged',
      back: /changed since/,
      invited: 'undone',
      locked: 'undone',
    });
    const rows = await w.api.db.read.user.findMany({ where: { id: { in: ids } }, orderBy: { username: 'asc' } });
    t.same(
      rows.map(({ state }) => state),
      ['active', 'disabled', 'disabled', 'invited', 'locked'],
    );
    t.match(rows[1]?.disabled, /left in May/);

    const enabled = await w.perform('enable-users', ids);
    t.match(enabled.results, {
      active: 'unchanged',
      away: 'updated',
      invited: /USER_STATE_INVALID/,
      locked: 'updated',
    });
    await enabled.undo();
    const again = await w.api.db.read.user.findMany({ where: { id: { in: ids } }, orderBy: { username: 'asc' } });
    t.same(
      again.map(({ state }) => state),
      ['active', 'disabled', 'disabled', 'invited', 'locked'],
    );
    t.match(again[1]?.disabled, /left in May/, 'with how they were disabled');
  },
);

t.test('the extension that callers are sent to is not disabled along with the others', async (t) => {
  const w = await world(t);
  const ids = [await w.person('anna'), await w.person('bert')];
  await w.api.extension(w.acme.id, '1001', { userId: ids[1] });
  const extension = { answer: 'forward', forwardTo: '1001' };
  const job = await w.perform('disable-users', ids, { extension });
  t.match(job.results, { anna: 'updated', bert: /^failed REFERENCE_INVALID/ });
  const wrong = await w.create(
    'disable-users',
    { ids },
    { params: { extension: { ...extension, forwardTo: '1009' } } },
    w.token,
  );
  t.match(wrong, { status: 422, body: { errors: [{ path: 'params.extension.forwardTo' }] } });
});

t.test(
  'a deletion is taken back with extensions and numbers, and each row tells what cannot be restored',
  async (t) => {
    const w = await world(t);
    const ids = [await w.person('anna'), await w.person('bert'), await w.person('carl')];
    await w.api.extension(w.acme.id, '1001', { userId: ids[0], phoneNumbers: ['+49301234561'], forwardBusy: '1002' });
    await w.api.extension(w.acme.id, '1002', { userId: ids[1], mailbox: { pin: '836291' } });
    await w.api.extension(w.acme.id, '1003', { userId: ids[2], forwardBusy: '1001' });
    const job = await w.perform('delete-users', ids);
    t.match(job.preview, { updated: 3, plan: {} });
    t.equal(await w.api.db.read.extension.count(), 0);
    await w.api.extension(w.acme.id, '1002');
    t.match(await job.undo(), {
      anna: 'undone',
      bert: /cannot be restored: extension 1002: the number was given/,
      carl: 'undone',
    });
    const left = await w.api.db.read.extension.findMany({ orderBy: { number: 'asc' } });
    t.match(left, [{ userId: ids[0], forwardBusy: '1002' }, { userId: null }, { userId: ids[2], forwardBusy: '1001' }]);
    t.match(await w.api.db.read.phoneNumber.findFirst(), { state: 'assigned', extensionId: left[0]?.id });

    const restored = await w.perform('restore-users', [ids[1] as string]);
    t.match(restored.results, { bert: /^failed RESTORE_NOT_POSSIBLE/ });
    const partial = await w.perform('restore-users', [ids[1] as string], { partial: true });
    t.match(partial.preview.sample, [{ result: 'updated', changes: { leftOut: [null, ['extension 1002']] } }]);
    t.match(partial.results, { bert: 'updated' });
    t.match(await partial.undo(), { bert: 'undone' });
    t.equal(await w.found(ids[1] as string), null);
    t.equal(await w.api.db.read.extension.count({ where: { number: '1002' } }), 1, 'that of somebody else stays');
  },
);

t.test('a reset link goes to everybody who can be reached, in the transaction that counts them', async (t) => {
  const w = await world(t);
  const ids = [
    await w.person('anna'),
    await w.person('bert', { email: null }),
    await w.person('carl', { state: 'disabled' }),
  ];
  const job = await w.perform('reset-password', ids);
  t.match(job.results, { anna: 'updated', bert: /CONTACT_MISSING/, carl: /USER_STATE_INVALID/ });
  const mails = await w.api.db.read.mail.findMany();
  t.match(mails, [{ to: 'anna@acme.example', template: 'password-reset', state: 'waiting' }]);
  t.match(await job.undo(), { anna: 'undone' });
  t.match(await w.api.db.read.mail.findMany(), [{ state: 'canceled', dataSealed: null }]);
  t.equal(await w.api.db.read.oneTimeToken.count(), 0);
  const last = await w.perform('reset-password', ids, { invalidate: true });
  t.match(await last.undo(), { anna: /^undo_refused UNDO_REFUSED the old password is gone/ });
  const log = await w.api.db.read.auditEvent.findMany({ where: { actor: { startsWith: 'job:' } } });
  t.notMatch(JSON.stringify(log), /reset#token/);
});

t.test('a role that can do more than the caller is not given, and one that grew meanwhile neither', async (t) => {
  const w = await world(t);
  const ids = [await w.person('anna')];
  const body = { companyId: w.acme.id, name: 'Lines', permissions: ['lines:write'] };
  const { body: role } = await w.api.call('POST', '/roles', { body });
  const params = { roleId: role.id };
  t.match(await w.create('assign-role', { ids }, { params }, w.token), {
    status: 403,
    body: { code: 'RIGHTS_NOT_HELD' },
  });
  t.match(await w.create('assign-role', { ids }, { params: { roleId: 'none' } }, w.token), { status: 422 });
  await w.api.call('PATCH', `/roles/${role.id}`, { body: { permissions: ['users:invite'] } });
  const { body: job } = await w.create('assign-role', { ids }, { params }, w.token);
  await w.api.call('PATCH', `/roles/${role.id}`, { body: { permissions: ['lines:write'] } });
  await w.start(job.id, w.token);
  t.match(await w.reaches(job.id, 'done'), { failed: 1 });
  t.match(await w.rows(job.id), [{ errors: [{ code: 'RIGHTS_NOT_HELD', message: /lines:write/ }] }]);
});

t.test(
  'what is gone when the job runs fails its rows, and what was before and is gone is not given back',
  async (t) => {
    const w = await world(t);
    const { body: site } = await w.api.call('POST', '/sites', { body: { companyId: w.acme.id, name: 'North' } });
    const { body: group } = await w.api.call('POST', '/groups', { body: { companyId: w.acme.id, name: 'Night' } });
    const ids = [await w.person('anna', { siteId: site.id }), await w.person('bert')];
    const { body: late } = await w.create('add-to-group', { ids }, { params: { groupId: group.id } }, w.token);
    const joined = await w.perform('add-to-group', ids, { groupId: group.id });
    const moved = await w.perform('set-site', ids, { siteId: null });
    t.match(moved.results, { anna: 'updated', bert: 'unchanged' });
    await w.api.call('DELETE', `/sites/${site.id}`);
    await w.api.call('DELETE', `/groups/${group.id}`);
    t.match(await moved.undo(), { anna: /^undo_refused .*there is no such site/ });
    t.match(await joined.undo(), { anna: /the group is gone/, bert: /the group is gone/ });
    await w.start(late.id, w.token);
    t.match(await w.reaches(late.id, 'done'), { failed: 2 });
  },
);
