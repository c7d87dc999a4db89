import t from 'tap';
import { deleteOptionsSchema, disableOptionsSchema } from '../../src/domain/lifecycle.ts';
import { scheduleAction } from '../../src/people/lifecycle/schedule.ts';
import { giveBuiltInRole } from '../../src/store/roles.ts';
import { createTestApp, type Json, type TestApp } from '../support/app.ts';
import { until } from '../support/asterisk.ts';

const NOW = () => new Date();

/** A company with an administrator, a user `anna` who has an extension with a mailbox and a number, and a PBX that answers. */
async function setup(t: Parameters<typeof createTestApp>[0], options: { connect?: boolean } = {}) {
  const api = await createTestApp(t);
  if (options.connect !== false) api.port.connect();
  const company = await api.company('acme');
  const user = async (username: string, companyId = company.id): Promise<Json> => {
    const body = { companyId, username, firstName: username, lastName: 'Lee' };
    return (await api.call('POST', '/users', { body })).body;
  };
  const boss = await user('boss');
  await api.db.write((tx) => giveBuiltInRole(tx, [boss.id], 'administrator'));
  const anna = await user('anna');
  const own = { userId: anna.id, mailbox: { pin: '836291' }, phoneNumbers: ['+49301234561', '+49301234562'] };
  const extension = await api.extension(company.id, '1001', own);
  const other = await api.extension(company.id, '1004', { forwardBusy: '1001' });
  return { api, company, boss, anna, extension, other, user };
}

async function session(api: TestApp, userId: string, companyId: string): Promise<void> {
  const now = NOW();
  const times = { createdAt: now, lastSeenAt: now, expiresAt: new Date(now.getTime() + 3_600_000) };
  const id = `session-${Math.random()}`;
  await api.db.write((tx) =>
    tx.session.create({
      data: { id, hash: id, userId, companyId, transport: 'bearer', address: '127.0.0.1', ...times },
    }),
  );
}

/** The report when nothing more is done to it. */
function ended(api: TestApp, id: string): Promise<Json> {
  return until(async () => {
    const { body } = await api.call('GET', `/lifecycle-reports/${id}`);
    return body.state === 'working' ? undefined : body;
  }, `the report to end: ${id}`);
}

const stepOf = (report: Json, name: string): Json => report.steps.find((step: Json) => step.name === name);
const behaviour = (api: TestApp, number: string) =>
  JSON.parse(api.port.objects.get(`extension/acme/${number}`) ?? '{}');

t.test('a disabled user is off everywhere, and the report proves it', async (t) => {
  const { api, company, anna, extension } = await setup(t);
  await session(api, anna.id, company.id);
  const body = { extension: { answer: 'forward', forwardTo: '1004' }, calls: 'leave', reason: 'left' };
  const headers = { prefer: 'wait=10' };
  const answer = await api.call('POST', `/users/${anna.id}/disable`, { body, headers });
  t.match(answer, { status: 200, body: { user: { id: anna.id }, sync: { state: 'synced' } } });
  t.equal(await api.db.read.session.count({ where: { userId: anna.id } }), 0);
  t.match(await api.db.read.user.findUniqueOrThrow({ where: { id: anna.id } }), { state: 'disabled' });
  t.notOk(api.port.objects.has('auth/1001'));
  t.match(behaviour(api, '1001'), { enabled: 'no', forwardSuspended: '1004' });
  t.match((await api.call('GET', `/extensions/${extension.id}`)).body, {
    enabled: true,
    suspended: true,
    suspendedForward: '1004',
  });
  const report = await ended(api, answer.body.reportId);
  t.match(report, { state: 'done', action: 'disable', options: { reason: 'left' }, extensions: [{ number: '1001' }] });
  t.match(stepOf(report, 'logins').detail, '0 sessions, 0 API tokens and 0 open links left (1, 0 and 0 ended)');
  t.match(stepOf(report, 'phones'), { state: 'done', detail: 'endpoint, auth and aor are gone: 1001' });
  t.match(stepOf(report, 'callers').detail, '1001: callers are forwarded to 1004');
  t.match(stepOf(report, 'calls'), { state: 'left' });
  const again = await api.call('POST', `/users/${anna.id}/disable`, { body: {} });
  t.match(again, { status: 200, body: { reportId: null } }, 'to do it twice is to do it once');
});

t.test('an enabled user has everything back', async (t) => {
  const { api, anna } = await setup(t);
  const before = await until(() => api.port.objects.get('auth/1001'), 'the phone on the PBX');
  await api.call('POST', `/users/${anna.id}/disable`, { headers: { prefer: 'wait=10' } });
  t.match(behaviour(api, '1001'), { enabled: 'no', mailbox: /^1001@/ });
  const { body } = await api.call('POST', `/users/${anna.id}/enable`, { headers: { prefer: 'wait=10' } });
  t.equal(api.port.objects.get('auth/1001'), before, 'the same secret');
  t.match(await ended(api, body.reportId), { state: 'done' });
  t.match((await api.call('POST', `/users/${anna.id}/enable`)).body, { reportId: null });
  const { items } = (await api.call('GET', `/users/${anna.id}/lifecycle-reports`)).body;
  t.same(
    items.map((one: Json) => one.action),
    ['enable', 'disable'],
  );
});

t.test('a report waits for a PBX that is away, and says so', async (t) => {
  const { api, anna } = await setup(t, { connect: false });
  const { body } = await api.call('POST', `/users/${anna.id}/disable`);
  const waits = async () => {
    const report = (await api.call('GET', `/lifecycle-reports/${body.reportId}`)).body;
    return stepOf(report, 'phones').detail === '' ? undefined : report;
  };
  const report = await until(waits, 'the first look');
  t.match(report, { state: 'working' });
  t.match(stepOf(report, 'logins'), { state: 'done' }, 'what needs no PBX is proved');
  t.match(stepOf(report, 'phones'), { state: 'waiting', detail: 'waits for the PBX' });
  api.port.connect();
  t.match(await ended(api, body.reportId), { state: 'done' });
});

t.test('what comes after a report ends it', async (t) => {
  const { api, anna } = await setup(t, { connect: false });
  const { body } = await api.call('POST', `/users/${anna.id}/disable`);
  await api.call('POST', `/users/${anna.id}/enable`);
  const report = await ended(api, body.reportId);
  t.match(report, { state: 'failed' });
  t.match(stepOf(report, 'phones').detail, 'not proved any more: enable came after it');
});

t.test('many are disabled at once, all or none', async (t) => {
  const { api, anna, user } = await setup(t);
  const bob = await user('bob');
  const none = await api.call('POST', '/users/disable', { body: { ids: [anna.id, 'nobody'] } });
  t.match(none, { status: 422, body: { code: 'REFERENCE_INVALID', details: { missing: ['nobody'] } } });
  const { body } = await api.call('POST', '/users/disable', {
    body: { ids: [anna.id, bob.id], extension: { answer: 'nothing' } },
  });
  for (const { reportId } of body.items) t.match(await ended(api, reportId), { state: 'done' });
  t.same(behaviour(api, '1001'), { enabled: 'no' }, 'neither a mailbox nor a forwarding');
});

t.test('a forwarding leads to an extension that rings', async (t) => {
  const { api, anna } = await setup(t);
  const disable = (extension: object) => api.call('POST', `/users/${anna.id}/disable`, { body: { extension } });
  for (const forwardTo of ['1999', '1001']) {
    t.match(await disable({ answer: 'forward', forwardTo }), {
      status: 422,
      body: { code: 'REFERENCE_INVALID', errors: [{ path: 'extension.forwardTo' }] },
    });
  }
  for (const wrong of [{ answer: 'forward' }, { answer: 'voicemail', forwardTo: '1004' }]) {
    t.match(await disable(wrong), { status: 400, body: { errors: [{ code: 'FORWARD_TARGET_INVALID' }] } });
  }
});

t.test('a company keeps an active administrator', async (t) => {
  const { api, boss, anna } = await setup(t);
  const refused = { status: 409, body: { code: 'LAST_ADMINISTRATOR', details: { companies: ['acme'] } } };
  t.match(await api.call('POST', `/users/${boss.id}/disable`), refused);
  t.match(await api.call('DELETE', `/users/${boss.id}`), refused);
  t.match(await api.call('POST', '/users/disable', { body: { ids: [boss.id, anna.id] } }), refused);
  await api.db.write((tx) => giveBuiltInRole(tx, [anna.id], 'administrator'));
  t.match(await api.call('POST', `/users/${anna.id}/disable`), { status: 200 });
  t.match(await api.call('POST', `/users/${boss.id}/disable`), refused, 'a disabled one does not count');
});

t.test('nobody disables or deletes himself, now or later', async (t) => {
  const { api, anna } = await setup(t);
  const context = { actor: 'user:anna', userId: anna.id };
  const refused = { code: 'FORBIDDEN', message: 'nobody disables or deletes himself' };
  const { lifecycle } = api;
  const disable = disableOptionsSchema.parse({});
  const remove = deleteOptionsSchema.parse({});
  await t.rejects(
    api.db.write((tx) => lifecycle.disable(tx, context, [anna.id], disable)),
    refused,
  );
  await t.rejects(
    api.db.write((tx) => lifecycle.remove(tx, context, anna.id, remove)),
    refused,
  );
  const later = { action: 'disable' as const, at: new Date(Date.now() + 60_000), options: disable };
  await t.rejects(
    api.db.write((tx) => scheduleAction(tx, context, anna.id, later)),
    refused,
  );
});

t.test('an extension follows the user whom it is given to', async (t) => {
  const { api, anna, extension, other, user } = await setup(t);
  const bob = await user('bob');
  await api.call('POST', `/users/${anna.id}/disable`);
  const give = async (id: string, userId: string | null) =>
    (await api.call('PATCH', `/extensions/${id}`, { body: { userId } })).body.suspended;
  t.equal(await give(extension.id, bob.id), false);
  t.equal(await give(other.id, anna.id), true);
  t.equal((await api.call('PATCH', `/extensions/${other.id}`, { body: { ringSeconds: 30 } })).body.suspended, true);
  t.equal(await give(other.id, null), false);
});

t.test('the preview of a deletion names everything, and the deletion does it', async (t) => {
  const { api, company, anna, extension, other } = await setup(t);
  await session(api, anna.id, company.id);
  await api.db.write(async (tx) => {
    const times = { createdAt: NOW(), updatedAt: NOW() };
    for (const name of ['a', 'b', 'c']) {
      await tx.userGroup.create({ data: { id: name, companyId: company.id, kind: 'group', name, ...times } });
      await tx.userGroupMember.create({ data: { groupId: name, userId: anna.id } });
    }
    await tx.externalId.create({ data: { companyId: company.id, userId: anna.id, name: 'crm', value: '7' } });
  });
  const later = new Date(Date.now() + 3_600_000).toISOString();
  await api.call('POST', `/users/${anna.id}/schedule`, { body: { action: 'disable', at: later } });
  const { body: preview } = await api.call('GET', `/users/${anna.id}/deletion`);
  t.same(preview.sentences, [
    '1 session ends',
    '1 extension (1001) is deleted',
    '1 SIP account is removed',
    "1 mailbox is deleted; messages stay on the PBX's disk",
    'calls that are up are ended',
    '2 numbers become quarantined',
    'forward target of 1004 (when busy), which is cleared',
    'member of 3 groups',
    '1 role is taken away',
    '1 external id is released',
    '1 scheduled action is dropped',
    'can be restored for 30 days',
  ]);
  t.match(preview, { numbers: [{ e164: '+49301234561', becomes: 'quarantined' }, {}], forwards: [{ number: '1004' }] });
  const answer = await api.call('DELETE', `/users/${anna.id}`, { headers: { prefer: 'wait=10' } });
  t.match(answer, { status: 200, body: { sync: { state: 'synced' } } });
  t.equal((await api.call('GET', `/users/${anna.id}`)).status, 404);
  t.equal((await api.call('GET', `/extensions/${extension.id}`)).status, 404);
  t.match((await api.call('GET', `/extensions/${other.id}`)).body, { forwardBusy: null });
  t.match((await api.call('GET', '/numbers')).body.items, [{ state: 'quarantined' }, { state: 'quarantined' }]);
  t.equal(await api.db.read.scheduledAction.count(), 0);
  const report = await ended(api, answer.body.reportId);
  t.match(report, { state: 'done', username: 'anna', numbers: ['+49301234561', '+49301234562'] });
  t.match(stepOf(report, 'numbers').detail, /\+49301234561 is quarantined until \d{4}-\d\d-\d\d; /);
  t.match(stepOf(report, 'memberships').detail, '0 roles, 0 groups and 0 external ids left');
  t.match(stepOf(report, 'forwards').detail, '1004 no longer forwards to 1001');
  t.match(stepOf(report, 'callers').detail, /^extension\/acme\/1001 and mailbox\/1001@lk-acme-01 are gone$/);
  t.match((await api.call('GET', `/users/${anna.id}/lifecycle-reports`)).body, { total: 1 }, 'also of who is gone');
  const { details } = (await api.call('GET', '/activity?action=user.deleted')).body.items[0];
  t.same(details.did, preview.sentences);
});

t.test('a restored user is who he was', async (t) => {
  const { api, company, anna, extension, other } = await setup(t);
  await api.db.write(async (tx) => {
    const times = { createdAt: NOW(), updatedAt: NOW() };
    await tx.userGroup.create({ data: { id: 'g', companyId: company.id, kind: 'team', name: 'Blue', ...times } });
    await tx.userGroupMember.create({ data: { groupId: 'g', userId: anna.id } });
    await tx.externalId.create({ data: { companyId: company.id, userId: anna.id, name: 'crm', value: '7' } });
    await tx.backupCode.create({ data: { userId: anna.id, hash: 'h' } });
    await tx.avatar.create({ data: { userId: anna.id, size: 64, etag: 'e', image: new Uint8Array([1, 2, 255]) } });
    await tx.user.update({ where: { id: anna.id }, data: { passwordHash: 'hash', lastLoginAt: new Date(5) } });
  });
  const rows = async () => ({
    user: await api.db.read.user.findUnique({ where: { id: anna.id }, include: { roles: true, memberships: true } }),
    external: await api.db.read.externalId.findMany(),
    codes: await api.db.read.backupCode.findMany(),
    avatars: await api.db.read.avatar.findMany(),
    accounts: await api.db.read.sipAccount.findMany({ orderBy: { id: 'asc' } }),
    mailboxes: await api.db.read.mailbox.findMany(),
    numbers: await api.db.read.phoneNumber.findMany({ orderBy: { e164: 'asc' } }),
    extensions: await api.db.read.extension.findMany({ orderBy: { number: 'asc' } }),
  });
  const plain = async () =>
    JSON.parse(JSON.stringify(await rows(), (name, value) => (/^(version|updatedAt)$/.test(name) ? undefined : value)));
  const before = await plain();
  const objects = new Map(api.port.objects);
  await api.call('DELETE', `/users/${anna.id}`, { headers: { prefer: 'wait=10' } });
  const { items } = (await api.call('GET', '/deleted-users')).body;
  t.match(items, [{ id: anna.id, username: 'anna' }]);
  t.notMatch(JSON.stringify(await api.db.read.deletedUser.findMany()), /hash|836291/, 'what is kept is sealed');
  const answer = await api.call('POST', `/deleted-users/${anna.id}/restore`, { headers: { prefer: 'wait=10' } });
  t.match(answer, { status: 200, body: { user: { id: anna.id, extensions: [{ id: extension.id }] } } });
  t.same(await plain(), before);
  t.same(new Map(api.port.objects), objects, 'the PBX holds what it held');
  t.match(await ended(api, answer.body.reportId), { state: 'done' });
  t.match((await api.call('GET', `/extensions/${other.id}`)).body, { forwardBusy: '1001' });
  t.equal((await api.call('GET', '/deleted-users')).body.total, 0);
  t.equal((await api.call('POST', `/deleted-users/${anna.id}/restore`)).status, 404);
});

t.test('what cannot come back is refused, or left out when that is asked for', async (t) => {
  const { api, company, anna, extension } = await setup(t);
  await api.call('DELETE', `/users/${anna.id}`);
  const { items } = (await api.call('GET', '/numbers')).body;
  await api.call('POST', `/numbers/${items[0].id}/spare`);
  const lucky = await api.extension(company.id, '1005');
  await api.call('POST', `/numbers/${items[0].id}/assign`, { body: { extensionId: lucky.id } });
  const refused = await api.call('POST', `/deleted-users/${anna.id}/restore`);
  const obstacle = { what: 'number', name: '+49301234561', reason: 'it is assigned' };
  t.match(refused, { status: 409, body: { code: 'RESTORE_NOT_POSSIBLE', details: { obstacles: [obstacle] } } });
  t.equal(await api.db.read.user.count({ where: { id: anna.id } }), 0, 'before anything is done');
  const { body } = await api.call('POST', `/deleted-users/${anna.id}/restore?partial=true`);
  t.match(stepOf(await ended(api, body.reportId), 'left-out'), {
    state: 'left',
    detail: 'number +49301234561: it is assigned',
  });
  t.match((await api.call('GET', `/extensions/${extension.id}`)).body.phoneNumbers, [{ e164: '+49301234562' }]);
});

t.test('a username or an extension that was given away stands in the way', async (t) => {
  const { api, company, anna, user } = await setup(t);
  await api.call('DELETE', `/users/${anna.id}`);
  const second = await user('anna');
  const restore = (query = '') => api.call('POST', `/deleted-users/${anna.id}/restore${query}`);
  t.match((await restore('?partial=true')).body, { code: 'RESTORE_NOT_POSSIBLE' }, 'nobody is restored without a name');
  await api.call('DELETE', `/users/${second.id}`);
  await api.extension(company.id, '1001');
  t.match((await restore()).body.details.obstacles, [{ what: 'extension', name: '1001' }, {}, {}, {}]);
  t.match(await restore('?partial=true'), { status: 200, body: { user: { extensions: [] } } });
});

t.test('extensions that are kept stay without a user, and find back', async (t) => {
  const { api, anna, extension } = await setup(t);
  const answer = await api.call('DELETE', `/users/${anna.id}?extensions=keep`);
  t.match((await api.call('GET', `/extensions/${extension.id}`)).body, { user: null, phoneNumbers: [{}, {}] });
  t.match(await ended(api, answer.body.reportId), { state: 'done' });
  await api.call('POST', `/deleted-users/${anna.id}/restore`);
  t.match((await api.call('GET', `/extensions/${extension.id}`)).body, { user: { id: anna.id } });
});

t.test('who suspended callers to an extension that goes leaves them to his mailbox', async (t) => {
  const { api, company, anna, user } = await setup(t);
  const bob = await user('bob');
  const his = await api.extension(company.id, '1008', { userId: bob.id });
  const extension = { answer: 'forward', forwardTo: '1001' };
  await api.call('POST', `/users/${bob.id}/disable`, { body: { extension } });
  await api.call('DELETE', `/users/${anna.id}`);
  const forward = async () => (await api.call('GET', `/extensions/${his.id}`)).body.suspendedForward;
  t.equal(await forward(), null);
  await api.call('POST', `/deleted-users/${anna.id}/restore`);
  t.equal(await forward(), '1001');
});

t.test('a deleted user is forgotten when the time is over, or at once', async (t) => {
  const { api, anna, user } = await setup(t);
  const bob = await user('bob');
  await api.call('DELETE', `/users/${anna.id}`);
  await api.call('DELETE', `/users/${bob.id}`);
  t.equal((await api.call('DELETE', `/deleted-users/${bob.id}`)).status, 204);
  await api.lifecycle.tick(new Date(Date.now() + 29 * 86_400_000));
  t.equal((await api.call('GET', '/deleted-users')).body.total, 1);
  await api.lifecycle.tick(new Date(Date.now() + 31 * 86_400_000));
  t.equal((await api.call('GET', '/deleted-users')).body.total, 0);
  t.equal((await api.call('GET', '/activity?action=user.purged')).body.total, 2);
});

t.test('what is scheduled is done when its time has come, once', async (t) => {
  const { api, anna } = await setup(t);
  const at = new Date(Date.now() + 3_600_000);
  const body = { action: 'disable', at: at.toISOString(), options: { extension: { answer: 'nothing' } } };
  const made = await api.call('POST', `/users/${anna.id}/schedule`, { body });
  t.match(made, { status: 201, body: { action: 'disable', username: 'anna', options: { calls: 'end' } } });
  t.equal((await api.call('GET', `/scheduled-actions?userId=${anna.id}`)).body.total, 1);
  const state = async () => (await api.db.read.user.findUniqueOrThrow({ where: { id: anna.id } })).state;
  await api.lifecycle.tick(new Date(at.getTime() - 1000));
  t.equal(await state(), 'active');
  await Promise.all([api.lifecycle.tick(at), api.lifecycle.tick(at)]);
  t.equal(await state(), 'disabled');
  t.equal((await api.call('GET', '/scheduled-actions')).body.total, 0);
  t.equal(await api.db.read.lifecycleReport.count(), 1);
  const past = { action: 'enable', at: '2020-01-01T00:00:00Z' };
  t.match(await api.call('POST', `/users/${anna.id}/schedule`, { body: past }), {
    status: 400,
    body: { errors: [{ path: 'at', code: 'TIME_PAST' }] },
  });
});

t.test(
  'an action that is refused when its time has come is noted and dropped; one that was canceled is not done',
  async (t) => {
    const { api, anna, boss } = await setup(t);
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const one = await api.call('POST', `/users/${anna.id}/schedule`, { body: { action: 'delete', at } });
    t.equal((await api.call('DELETE', `/scheduled-actions/${one.body.id}`)).status, 204);
    await api.call('POST', `/users/${boss.id}/schedule`, { body: { action: 'delete', at } });
    await api.lifecycle.tick(new Date(Date.parse(at) + 1));
    t.equal(await api.db.read.user.count(), 2);
    t.equal(await api.db.read.scheduledAction.count(), 0);
    const { items } = (await api.call('GET', '/activity?action=user.schedule_failed')).body;
    t.match(items, [{ objectId: boss.id, details: { action: 'delete', code: 'LAST_ADMINISTRATOR' } }]);
  },
);

t.test('a dry run shows what the PBX would lose, and does nothing', async (t) => {
  const { api, anna } = await setup(t);
  await until(() => api.port.objects.has('auth/1001'), 'the phone on the PBX');
  const { body } = await api.call('POST', `/users/${anna.id}/disable?dryRun=true`, { headers: { prefer: 'wait=5' } });
  t.match(body.dryRun, true);
  t.equal((await api.call('GET', `/users/${anna.id}/lifecycle-reports`)).body.total, 0);
  t.match(await api.call('DELETE', `/users/${anna.id}?dryRun=true`), { status: 200, body: { dryRun: true } });
  t.equal((await api.call('GET', `/users/${anna.id}`)).status, 200);
});

t.test('everything of it is closed to other companies and to those who may only read', async (t) => {
  const { api, company, anna, user } = await setup(t);
  const foreign = await api.company('beta');
  const bound = await api.token(['admin'], { companyId: foreign.id });
  const reader = await api.token(['read', 'users:read'], { companyId: company.id });
  const gone = await user('gone');
  const { reportId } = (await api.call('DELETE', `/users/${gone.id}`)).body;
  const at = new Date(Date.now() + 3_600_000).toISOString();
  const planned = (await api.call('POST', `/users/${anna.id}/schedule`, { body: { action: 'enable', at } })).body;
  const cases: [string, string, object?][] = [
    ['POST', `/users/${anna.id}/disable`],
    ['POST', `/users/${anna.id}/enable`],
    ['GET', `/users/${anna.id}/deletion`],
    ['DELETE', `/users/${anna.id}`],
    ['POST', `/users/${anna.id}/schedule`, { action: 'disable', at }],
    ['GET', `/users/${anna.id}/lifecycle-reports`],
    ['GET', `/users/${gone.id}/lifecycle-reports`],
    ['GET', `/lifecycle-reports/${reportId}`],
    ['GET', `/deleted-users/${gone.id}`],
    ['POST', `/deleted-users/${gone.id}/restore`],
    ['DELETE', `/deleted-users/${gone.id}`],
    ['GET', `/scheduled-actions/${planned.id}`],
    ['DELETE', `/scheduled-actions/${planned.id}`],
  ];
  for (const [method, path, body] of cases) {
    const options = body === undefined ? {} : { body };
    t.equal((await api.call(method, path, { ...options, token: bound })).status, 404, `${method} ${path}`);
    t.equal((await api.call(method, path, { ...options, token: reader })).status, 403, `${method} ${path}`);
  }
  const many = await api.call('POST', '/users/disable', { body: { ids: [anna.id] }, token: bound });
  t.match(many, { status: 422, body: { code: 'REFERENCE_INVALID' } });
  for (const path of ['/deleted-users', '/scheduled-actions']) {
    t.equal((await api.call('GET', path, { token: bound })).body.total, 0, path);
    t.equal((await api.call('GET', path)).body.total, 1, path);
  }
});

t.test('an operator of the platform is not touched from one company', async (t) => {
  const { api, company, anna } = await setup(t);
  await api.db.write((tx) => tx.user.update({ where: { id: anna.id }, data: { isOperator: true } }));
  const token = await api.token(['admin'], { companyId: company.id });
  const refused = { status: 403, body: { code: 'RIGHTS_NOT_HELD' } };
  t.match(await api.call('POST', `/users/${anna.id}/disable`, { token }), refused);
  t.match(await api.call('DELETE', `/users/${anna.id}`, { token }), refused);
  t.match(await api.call('POST', `/users/${anna.id}/disable`), { status: 200 });
  t.match(await api.call('POST', `/users/${anna.id}/enable`, { token }), refused);
});
