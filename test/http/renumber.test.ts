import t from 'tap';
import { createExtensionBatch } from '../../src/lines/extension-batch.ts';
import { desiredObjects } from '../../src/plan/project.ts';
import { desiredOfPbx } from '../../src/store/desired.ts';
import { createDigests } from '../../src/store/digests.ts';
import type { Json } from '../support/app.ts';
import { setUpJobs } from '../support/jobs.ts';
import { type LineActions, refusalsOf, setUpLineActions } from '../support/line-actions.ts';

/** More extensions than the reconciler takes at once. */
const COUNT = 2200;

/** Numbers of extensions by their ids, in the order of their first numbers. */
const numbersOf = async ({ api, idOf }: LineActions, first: string[]): Promise<(string | undefined)[]> => {
  const rows = await api.db.read.extension.findMany({ where: { id: { in: first.map(idOf) } } });
  return first.map((number) => rows.find(({ id }) => id === idOf(number))?.number);
};

t.test('renumbering: two swap, a chain moves on, and all that points to them follows', async (t) => {
  const world = await setUpLineActions(t);
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
    new Set(await refusalsOf(world, body.id)),
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
  const world = await setUpLineActions(t);
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
  const world = await setUpLineActions(t);
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
