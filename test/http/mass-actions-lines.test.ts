import t from 'tap';
import { createExtensionBatch } from '../../src/lines/extension-batch.ts';
import { desiredObjects } from '../../src/plan/project.ts';
import { desiredOfPbx } from '../../src/store/desired.ts';
import { createDigests } from '../../src/store/digests.ts';
import type { Json } from '../support/app.ts';
import { type JobsApp, setUpJobs } from '../support/jobs.ts';

/** More extensions than the reconciler takes at once. */
const COUNT = 2200;

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

/** `acme` with the extensions 1001 (two accounts, mailbox, number), 1002 and 1009. */
async function setUp(t: Parameters<typeof setUpJobs>[0]) {
  const jobs = await setUpJobs(t);
  const { api, acme } = jobs;
  const made = new Map<string, Json>();
  const extension = async (number: string, more: Json = {}) => {
    made.set(number, await api.extension(acme.id, number, more));
  };
  await extension('1001', { mailbox: { pin: '482915' }, phoneNumbers: ['+4930123401'] });
  await extension('1002');
  await extension('1009');
  await api.call('POST', `/extensions/${made.get('1001')?.id}/accounts`, { body: { kind: 'webrtc' } });
  const idOf = (number: string): string => made.get(number)?.id;
  return {
    ...jobs,
    idOf,
    extension,
    get: async (number: string): Promise<Json> => (await api.call('GET', `/extensions/${idOf(number)}`)).body,
    patch: (number: string, body: Json) => api.call('PATCH', `/extensions/${idOf(number)}`, { body }),
    /** Runs an action on extensions by their first numbers. */
    on: (action: string, numbers: string[], params: Json = {}) => jobs.run(action, { ids: numbers.map(idOf) }, params),
    undo: async (id: string): Promise<Json> => {
      await jobs.step(id, 'undo');
      return jobs.reaches(id, 'undone', 'failed');
    },
    /** A mass action's credentials, by user name. */
    credentials: async (id: string): Promise<Map<string, Json>> => {
      const { status, text } = await api.call('GET', `/jobs/${id}/credentials`);
      if (status !== 200) throw new Error(`${status} ${text}`);
      const [names = [], ...lines] = text
        .replace('\uFEFF', '')
        .trim()
        .split(/\r?\n/)
        .map((line) => line.split(','));
      const rows = lines.map((cells) => Object.fromEntries(names.map((name, at) => [name, cells[at]])) as Json);
      return new Map(rows.map((row) => [row.username, row]));
    },
  };
}
type SetUp = Awaited<ReturnType<typeof setUp>>;

const refusal = async ({ rows }: JobsApp | SetUp, id: string) =>
  (await rows(id)).map(({ errors }) => errors?.[0]?.message);

t.test('every action is done, previewed, repeated without effect, and undone', async (t) => {
  const world = await setUp(t);
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
    t.match(await refusal(world, id), ['it was changed since']);
    const back = { enabled: true, classOfService: 'national', pickupGroup: null, ringSeconds: 25, forwardBusy: null };
    await world.patch('1001', { ...back, forwardNoAnswer: null, doNotDisturb: false });
    if (action === 'set-codecs') await on(action, ['1001'], { codecs: null });
    if (action === 'set-voicemail') await world.patch('1001', { mailbox: null });
    if (action === 'set-voicemail') await world.patch('1001', { mailbox: { pin: '482915' } });
    if (action === 'renumber-extensions') await on(action, ['1001'], { rule: { table: { '1501': '1001' } } });
  }
});

t.test("an extension of another company is nobody's to choose, and its own company's names count", async (t) => {
  const world = await setUp(t);
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
  t.match(await world.create('set-site', all, { params: { siteId: site.body.id } }), refused);
  t.match(await world.create('set-forwarding', all, { params: { always: '1777' } }), refused);
  t.match(await world.create('set-forwarding', all, { params: {} }), { status: 400 });
  t.match(await world.create('set-voicemail', all, { params: { mailbox: false, attach: true } }), { status: 400 });
  const reader = await world.api.token(['read', 'bulk:write'], { companyId: world.acme.id });
  t.match(await world.create('disable-extensions', all, {}, reader), { status: 403 }, 'it takes lines:write');
});

t.test('a site of the company is set and cleared; who would forward to himself is refused alone', async (t) => {
  const world = await setUp(t);
  const { body: site } = await world.api.call('POST', '/sites', { body: { companyId: world.acme.id, name: 'HQ' } });
  t.match(await world.on('set-site', ['1001', '1002'], { siteId: site.id }), { updated: 2 });
  t.match(await world.get('1002'), { site: { name: 'HQ' } });
  t.match(await world.on('set-site', ['1002'], { siteId: null }), { updated: 1 });
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
  const world = await setUp(t);
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
  const world = await setUp(t);
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
  const world = await setUp(t);
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
  t.same((await refusal(world, job.id)).filter(Boolean), ['the number 1002 was given to another extension']);
  const after = await full();
  t.match(await number(), { state: 'assigned', extensionId: id });
  t.same(after?.accounts, before?.accounts, 'accounts and secrets');
  t.same(after?.mailbox, before?.mailbox, 'mailbox and PIN');
  t.same({ ...after, version: 0, updatedAt: 0, numbers: 0 }, { ...before, version: 0, updatedAt: 0, numbers: 0 });

  const again = await world.on('delete-extensions', ['1001'], {});
  await db.write((tx) => tx.phoneNumber.update({ where: { e164: '+4930123401' }, data: { state: 'reserved' } }));
  t.match(await world.undo(again.id), { undoRefused: 1 });
  t.same(await refusal(world, again.id), ['+4930123401 is not free any more']);
});

/** Numbers of extensions by their ids, in the order of their first numbers. */
const numbersOf = async ({ api, idOf }: SetUp, first: string[]): Promise<(string | undefined)[]> => {
  const rows = await api.db.read.extension.findMany({ where: { id: { in: first.map(idOf) } } });
  return first.map((number) => rows.find(({ id }) => id === idOf(number))?.number);
};

t.test('renumbering: two swap, a chain moves on, and all that points to them follows', async (t) => {
  const world = await setUp(t);
  const { api } = world;
  const rina = await world.user('rina');
  await world.extension('1010', { forwardAlways: '1001', forwardBusy: '1002', userId: rina.id });
  const zoe = await world.user('zoe');
  await world.extension('1011', { userId: zoe.id });
  const out = { extension: { answer: 'forward', forwardTo: '1001' } };
  t.equal((await api.call('POST', `/users/${zoe.id}/disable`, { body: out })).status, 200);
  await world.patch('1001', { forwardNoAnswer: '1002' });
  const beta = await api.company('beta');
  const foreign = await api.extension(beta.id, '1010', { forwardAlways: '1001' });
  const at = new Date(Date.now() + 3_600_000);
  const scheduled = { id: 'later', userId: rina.id, action: 'disable', at, actor: 'test', createdAt: new Date() };
  await api.db.write((tx) => tx.scheduledAction.create({ data: { ...scheduled, options: JSON.stringify(out) } }));

  const table = { '1001': '1002', '1002': '1009', '1009': '1001' };
  const { body } = await world.create('renumber-extensions', { all: true }, { params: { rule: { table } } });
  const preview = await world.start(body.id);
  t.match(preview.sample[0], {
    name: '1001',
    changes: {
      number: ['1001', '1002'],
      userNames: { '1001': '1002', '1001-2': '1002-2' },
      phoneNumbersFollow: ['+4930123401'],
      forwardsFollow: ['1010 forwardAlways', '1011 suspendedForward'],
      mailboxStays: '1001@lk-acme-01',
    },
  });
  const job = await world.reaches(body.id, 'done');
  t.match(job, { updated: 3, unchanged: 2, failed: 0, credentials: 'available' });
  t.same(await numbersOf(world, ['1001', '1002', '1009', '1010']), ['1002', '1009', '1001', '1010']);
  t.match(await world.get('1010'), { forwardAlways: '1002', forwardBusy: '1009' });
  t.match(await world.get('1011'), { suspendedForward: '1002' });
  t.match(await world.get('1001'), { forwardNoAnswer: '1009', mailbox: { address: '1001@lk-acme-01' } });
  t.match((await api.call('GET', `/extensions/${foreign.id}`)).body, { forwardAlways: '1001' }, 'another company');
  const disabledOf = async () =>
    JSON.parse((await api.db.read.user.findUnique({ where: { id: zoe.id } }))?.disabled ?? '{}').extension.forwardTo;
  const laterOf = async () =>
    JSON.parse((await api.db.read.scheduledAction.findFirst())?.options ?? '{}').extension.forwardTo;
  t.same([await disabledOf(), await laterOf()], ['1002', '1002'], 'and what will be forwarded');
  const given = await world.credentials(body.id);
  t.match(given.get('1002-2'), { former_username: '1001-2', secret: '', extension: '1002', account: '2' });
  t.equal(given.size, 4);

  const events = await api.db.read.auditEvent.findMany({ where: { actor: `job:${body.id}` }, orderBy: { id: 'asc' } });
  const renumbered = events.filter(({ action }) => action === 'extension.renumbered');
  t.match(JSON.parse(renumbered[0]?.details ?? ''), { extension: '1002', number: ['1001', '1002'] });

  // 1009 got a mailbox since, which cannot be called 1001: that one still is in use
  await world.patch('1009', { mailbox: { pin: '730284' } });
  t.match(await world.get('1009'), { number: '1001', mailbox: { address: /^9[0-9]{11}@lk-acme-[0-9]{2}$/ } });
  t.match(await world.undo(body.id), { undone: 0, undoRefused: 3 }, 'who would need the number of 1009 stays, too');
  t.same(
    new Set(await refusal(world, body.id)),
    new Set([
      'it was changed since',
      undefined,
      'another extension has the number 1001',
      'another extension has the number 1002',
    ]),
  );

  const reverse = { rule: { table: { '1002': '1001', '1009': '1002', '1001': '1009' } } };
  t.match(await world.on('renumber-extensions', ['1001', '1002', '1009'], reverse), { updated: 3 });
  t.match(await world.get('1001'), {
    number: '1001',
    mailbox: { address: '1001@lk-acme-01' },
    forwardNoAnswer: '1002',
  });
  t.match(await world.get('1010'), { forwardAlways: '1001', forwardBusy: '1002' });
  t.equal((await api.db.read.mailbox.findFirst({ where: { extensionId: world.idOf('1001') } }))?.box, null);
});

t.test('renumbering is undone by its reverse', async (t) => {
  const world = await setUp(t);
  await world.extension('1010', { forwardAlways: '1001' });
  const job = await world.on('renumber-extensions', ['1001', '1002'], { rule: { add: 500 } });
  t.same(await numbersOf(world, ['1001', '1002']), ['1501', '1502']);
  t.match(await world.get('1010'), { forwardAlways: '1501' });
  t.match(await world.undo(job.id), { undone: 2, undoRefused: 0 });
  t.same(await numbersOf(world, ['1001', '1002']), ['1001', '1002']);
  t.match(await world.get('1010'), { forwardAlways: '1001' });
  t.match(await world.get('1001'), {
    phoneNumbers: [{ e164: '+4930123401' }],
    mailbox: { address: '1001@lk-acme-01' },
  });
});

t.test('one number that cannot be had refuses all, and every offender is named', async (t) => {
  const world = await setUp(t);
  await world.extension('1502');
  const ids = ['1001', '1002'].map(world.idOf);
  const refusals = async (rule: Json) => {
    const { body } = await world.create('renumber-extensions', { ids }, { params: { rule } });
    const preview = await world.start(body.id);
    t.match(preview, { updated: 0 });
    t.match(await world.reaches(body.id, 'done'), { updated: 0 }, 'nothing is done');
    return (await world.rows(body.id)).map(({ errors }) =>
      errors?.map(({ code, message }: Json) => `${code} ${message}`),
    );
  };
  const taken = '1002 cannot become 1502: another extension has it and keeps it';
  t.same(await refusals({ add: 500 }), [[`CONFLICT nothing is renumbered: ${taken}`], [`EXTENSION_TAKEN ${taken}`]]);
  t.match(await refusals({ digits: { dropLast: 1, append: '7' } }), [
    ['EXTENSION_TAKEN 1001 cannot become 1007: 1002 would become it too'],
    ['EXTENSION_TAKEN 1002 cannot become 1007: 1001 would become it too'],
  ]);
  t.match(await refusals({ digits: { prepend: '77' } }), [
    [/^EXTENSION_OUT_OF_RANGE 1001 cannot become 771001/],
    [/771002/],
  ]);
  t.match(await refusals({ digits: { dropFirst: 4 } }), [
    [/EXTENSION_NUMBER_INVALID 1001 cannot become nothing/],
    [/NUMBER_INVALID/],
  ]);
  t.same(await refusals({ table: { '1001': '1009' } }), [
    ['EXTENSION_TAKEN 1001 cannot become 1009: another extension has it and keeps it'],
    [],
  ]);
  t.same(await refusals({ replacePrefix: { from: '9', to: '8' } }), [[], []], 'a rule that fits nobody');
  t.match(await world.create('renumber-extensions', { ids }, { params: { rule: { digits: {} } } }), { status: 400 });
});

t.test('a whole company moves on by one, and the PBX holds what is wanted', async (t) => {
  const { api, acme, run, reaches, step } = await setUpJobs(t);
  const { db, port } = api;
  const context = { companyId: acme.id, actor: 'test', strategy: 'fail', allowWeakPins: true, source: 'api' } as const;
  const rows = Array.from({ length: COUNT }, (_, at) => ({
    ...{ line: at, number: String(10_000 + at), input: at % 10 === 0 ? { mailbox: {} } : {} },
    extras: at % 10 === 0 ? { phoneNumbers: [`+4930555${10_000 + at}`] } : {},
  }));
  const batch = createExtensionBatch(db.seal);
  await db.write(async (tx) => {
    await tx.company.update({ where: { id: acme.id }, data: { ranges: JSON.stringify([['10000', '19999']]) } });
    await batch.apply(tx, context, rows);
  });
  port.connect();
  const inStep = async () => {
    while ((await db.read.outbox.count()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const wanted = desiredObjects(desiredOfPbx(db.read, db.seal, createDigests(db.seal), api.pbxId));
    return [
      [...port.objects].sort(),
      [...wanted].map(([ref, { value }]): [string, string] => [ref, value]).sort(),
    ] as const;
  };
  const before = await inStep();
  t.same(before[0], before[1]);
  const job = await run('renumber-extensions', { all: true }, { rule: { add: 1 } });
  t.match(job, { updated: COUNT, failed: 0 });
  const after = await inStep();
  t.same(after[0], after[1]);
  t.ok(port.objects.has(`endpoint/${10_000 + COUNT}`) && !port.objects.has('endpoint/10000'));
  await step(job.id, 'undo');
  await reaches(job.id, 'undone');
  t.same((await inStep())[0], before[0]);
});
