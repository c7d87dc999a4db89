import t from 'tap';
import type { Json } from '../support/app.ts';
import { refusalsOf, setUpLineActions } from '../support/line-actions.ts';

interface Case {
  action: string;
  params?: Json;
  /** What it makes of extension 1001, which has a mailbox. */
  after: Json;
  /** Undone, it is as it was. */
  before: Json;
}

const FIRST = ['opus', 'alaw'];
const CASES: Case[] = [
  { action: 'disable-extensions', after: { enabled: false }, before: { enabled: true } },
  {
    action: 'set-class-of-service',
    params: { classOfService: 'internal' },
    after: { classOfService: 'internal' },
    before: { classOfService: 'national' },
  },
  {
    action: 'set-pickup-group',
    params: { pickupGroup: 'hall' },
    after: { pickupGroup: 'hall' },
    before: { pickupGroup: null },
  },
  { action: 'set-ring-seconds', params: { ringSeconds: 40 }, after: { ringSeconds: 40 }, before: { ringSeconds: 25 } },
  {
    action: 'set-forwarding',
    params: { busy: '1009', noAnswer: '+4930123456', doNotDisturb: true },
    after: { forwardAlways: null, forwardBusy: '1009', forwardNoAnswer: '+4930123456', doNotDisturb: true },
    before: { forwardBusy: null, forwardNoAnswer: null, doNotDisturb: false },
  },
  {
    action: 'set-codecs',
    params: { codecs: FIRST, accounts: 'first' },
    after: { accounts: [{ codecs: FIRST }, { codecs: null }] },
    before: { accounts: [{ codecs: null }, { codecs: null }] },
  },
  {
    action: 'set-codecs',
    params: { codecs: FIRST },
    after: { accounts: [{ codecs: FIRST }, { codecs: FIRST }] },
    before: { accounts: [{ codecs: null }, { codecs: null }] },
  },
  {
    action: 'set-voicemail',
    params: { attach: false, timezone: 'Asia/Tokyo' },
    after: { mailbox: { attach: false, timezone: 'Asia/Tokyo', enabled: true } },
    before: { mailbox: { attach: true, timezone: null } },
  },
  {
    action: 'set-voicemail',
    params: { mailbox: false },
    after: { mailbox: null },
    before: { mailbox: { attach: true } },
  },
  {
    action: 'renumber-extensions',
    params: { rule: { table: { '1001': '1501' } } },
    after: { number: '1501', accounts: [{ endpoint: '1501' }, { endpoint: '1501-2' }] },
    before: { number: '1001' },
  },
];

t.test('every action is done, previewed, repeated without effect, and undone', async (t) => {
  const world = await setUpLineActions(t);
  const { get, on, undo } = world;
  for (const { action, params = {}, after, before } of CASES) {
    const name = `${action} ${JSON.stringify(params)}`;
    const { body } = await world.create(action, { ids: [world.idOf('1001')] }, { params });
    const preview = await world.start(body.id);
    t.match(preview, { updated: 1, sample: [{ name: '1001', result: 'updated' }] }, name);
    t.not(JSON.stringify(preview.sample[0].changes), '{}', `${name}: the preview says what changes`);
    const planned = action === 'set-voicemail' || Object.keys(preview.plan.counts).length > 0;
    t.ok(planned, `${name}: and what the PBX will get`);
    t.match(await world.reaches(body.id, 'done'), { updated: 1, failed: 0, canUndo: true }, name);
    t.match(await get('1001'), after, name);
    const again = await on(action, ['1001'], params);
    t.match(again, { updated: 0, unchanged: 1, failed: 0 }, `${name}: again it changes nothing`);
    t.match(await undo(body.id), { undone: 1, undoRefused: 0 }, name);
    t.match(await get('1001'), before, `${name}: undone`);
    t.same(
      (await get('1001')).phoneNumbers.map(({ e164 }: Json) => e164),
      ['+4930123401'],
      name,
    );

    const { id } = await on(action, ['1001'], params);
    await world.patch('1001', { displayName: `changed after ${name}`.slice(0, 80) });
    t.match(await undo(id), { undone: 0, undoRefused: 1 }, `${name}: what was changed since stays`);
    t.match(await get('1001'), after, name);
    t.match(await refusalsOf(world, id), ['it was changed since']);
    const back = { enabled: true, classOfService: 'national', pickupGroup: null, ringSeconds: 25, forwardBusy: null };
    await world.patch('1001', { ...back, forwardNoAnswer: null, doNotDisturb: false });
    if (action === 'set-codecs') await on(action, ['1001'], { codecs: null });
    if (action === 'set-voicemail') await world.patch('1001', { mailbox: null });
    if (action === 'set-voicemail') await world.patch('1001', { mailbox: { pin: '482915' } });
    if (action === 'renumber-extensions') await on(action, ['1001'], { rule: { table: { '1501': '1001' } } });
  }
});

t.test("an extension of another company is nobody's to choose, and its own company's names count", async (t) => {
  const world = await setUpLineActions(t);
  const beta = await world.api.company('beta');
  const foreign = await world.api.extension(beta.id, '1001');
  const site = await world.api.call('POST', '/sites', { body: { companyId: beta.id, name: 'Elsewhere' } });
  for (const { action, params = {} } of [...CASES, { action: 'delete-extensions' }, { action: 'rotate-secrets' }]) {
    t.match(
      await world.create(action, { ids: [foreign.id] }, { params }),
      { status: 422, body: { code: 'REFERENCE_INVALID' } },
      action,
    );
  }
  const all = { all: true };
  const refused = { status: 422, body: { code: 'REFERENCE_INVALID' } };
  t.match(await world.create('set-extension-site', all, { params: { siteId: site.body.id } }), refused);
  t.match(await world.create('set-forwarding', all, { params: { always: '1777' } }), refused);
  t.match(await world.create('set-forwarding', all, { params: {} }), { status: 400 });
  t.match(await world.create('set-voicemail', all, { params: { mailbox: false, attach: true } }), { status: 400 });
  const reader = await world.api.token(['read', 'bulk:write'], { companyId: world.acme.id });
  t.match(await world.create('disable-extensions', all, {}, reader), { status: 403 }, 'it takes lines:write');
});

t.test('a site of the company is set and cleared; who would forward to himself is refused alone', async (t) => {
  const world = await setUpLineActions(t);
  const { body: site } = await world.api.call('POST', '/sites', { body: { companyId: world.acme.id, name: 'HQ' } });
  t.match(await world.on('set-extension-site', ['1001', '1002'], { siteId: site.id }), { updated: 2 });
  t.match(await world.get('1002'), { site: { name: 'HQ' } });
  t.match(await world.on('set-extension-site', ['1002'], { siteId: null }), { updated: 1 });
  t.match(await world.get('1002'), { site: null });
  t.match(await world.on('disable-extensions', ['1001', '1002']), { updated: 2 });
  t.match(await world.on('enable-extensions', ['1002', '1009']), { updated: 1, unchanged: 1 });
  t.match([await world.get('1001'), await world.get('1002')], [{ enabled: false }, { enabled: true }]);

  const job = await world.on('set-forwarding', ['1001', '1002', '1009'], { always: '1009' });
  t.match(job, { updated: 2, failed: 1 });
  t.match(await world.rows(job.id), [
    { name: '1001' },
    {},
    { name: '1009', errors: [{ code: 'FORWARD_TARGET_INVALID' }] },
  ]);
});

t.test('new mailboxes get a PIN that is given once', async (t) => {
  const world = await setUpLineActions(t);
  const job = await world.on('set-voicemail', ['1001', '1002', '1009'], { mailbox: true, deleteAfterMail: false });
  t.match(job, { updated: 2, unchanged: 1, credentials: 'available' });
  const given = await world.credentials(job.id);
  t.match(given.get('1002'), { extension: '1002', pin: /^[0-9]{6}$/, secret: '' });
  t.notOk(given.has('1001'), 'who had one keeps his PIN');
  t.match(await world.get('1002'), { mailbox: { pinSource: 'job', address: '1002@lk-acme-02' } });
  t.match(await world.api.call('GET', `/jobs/${job.id}/credentials`), { status: 410 });
  t.match(await world.on('set-voicemail', ['1001'], { attach: false }), { updated: 1, credentials: 'none' });
  const sealed = JSON.stringify(await world.api.db.read.jobRow.findMany());
  t.notMatch(sealed, new RegExp(given.get('1002')?.pin), 'no PIN stands in the job');
});

t.test('rotated secrets are given once and cannot be taken back', async (t) => {
  const world = await setUpLineActions(t);
  const job = await world.on('rotate-secrets', ['1001', '1002'], {});
  t.match(job, { updated: 2, canUndo: false, credentials: 'available' });
  const given = await world.credentials(job.id);
  t.same([...given.keys()], ['1001', '1001-2', '1002']);
  for (const [username, row] of given) {
    t.match(row, { extension: username.slice(0, 4), secret: /^[A-Za-z0-9]{24}$/, former_username: '', pin: '' });
  }
  t.match(given.get('1001-2'), { account: '2' });
  t.match(await world.api.call('GET', `/jobs/${job.id}/credentials`), { status: 410 });
  t.match(await world.step(job.id, 'undo'), { status: 409, body: { code: 'JOB_NOT_UNDOABLE' } });

  const web = await world.on('rotate-secrets', ['1001', '1002'], { kind: 'webrtc' });
  t.match(web, { updated: 1, unchanged: 1 });
  await world.api.call('POST', `/extensions/${world.idOf('1001')}/accounts/2/rotate`);
  t.match(
    await world.credentials(web.id),
    new Map([['1001-2', { username: '1001-2', secret: '' }]]),
    'one that was rotated since is not told',
  );
  const everything = JSON.stringify([await world.api.db.read.auditEvent.findMany(), world.api.logged]);
  t.notMatch(everything, new RegExp(given.get('1001')?.secret), 'no secret is in a log');
});

t.test('deleted extensions come back as they were', async (t) => {
  const world = await setUpLineActions(t);
  const { db } = world.api;
  const id = world.idOf('1001');
  const full = () =>
    db.read.extension.findUnique({ where: { id }, include: { accounts: true, mailbox: true, numbers: true } });
  const before = await full();
  const job = await world.on('delete-extensions', ['1001', '1002'], {});
  t.match(job, { updated: 2, canUndo: true });
  t.equal(await full(), null);
  const number = () => db.read.phoneNumber.findUnique({ where: { e164: '+4930123401' } });
  t.match(await number(), { state: 'quarantined', extensionId: null });

  await world.api.extension(world.acme.id, '1002');
  t.match(await world.undo(job.id), { undone: 1, undoRefused: 1 });
  t.same((await refusalsOf(world, job.id)).filter(Boolean), ['the number 1002 was given to another extension']);
  const after = await full();
  t.match(await number(), { state: 'assigned', extensionId: id });
  t.same(after?.accounts, before?.accounts, 'accounts and secrets');
  t.same(after?.mailbox, before?.mailbox, 'mailbox and PIN');
  t.same({ ...after, version: 0, updatedAt: 0, numbers: 0 }, { ...before, version: 0, updatedAt: 0, numbers: 0 });

  const again = await world.on('delete-extensions', ['1001'], {});
  await db.write((tx) => tx.phoneNumber.update({ where: { e164: '+4930123401' }, data: { state: 'reserved' } }));
  t.match(await world.undo(again.id), { undoRefused: 1 });
  t.same(await refusalsOf(world, again.id), ['+4930123401 is not free any more']);
});
