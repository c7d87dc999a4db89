import t, { type Test } from 'tap';
import type { Owner } from '../../src/plan/source.ts';
import type { Database, Tx } from '../../src/store/database.ts';
import {
  type DirtyOwner,
  deletedOwners,
  type Failure,
  MAX_BACKOFF_MS,
  markDirty,
  markOf,
  marksOf,
  outboxStats,
  postpone,
  recordFailures,
  retryAllNow,
  settle,
  takeDue,
} from '../../src/store/outbox.ts';
import { openStore } from '../support/imports.ts';

const PBX = 'pbx';
const ANN: Owner = { type: 'extension', id: 'ann' };
const BOB: Owner = { type: 'extension', id: 'bob' };
const mark = (owner: Owner, more: { deleted?: boolean; pbxId?: string } = {}) => ({ pbxId: PBX, ...owner, ...more });

async function setup(t: Test) {
  const db = await openStore(t.testdir());
  t.teardown(() => db.close());
  return {
    db,
    mark: (...owners: Owner[]) =>
      db.write((tx) =>
        markDirty(
          tx,
          owners.map((owner) => mark(owner)),
        ),
      ),
    take: (position = 0, limit = 100) => takeDue(db, PBX, position, limit),
    one: async (owner: Owner): Promise<DirtyOwner> => {
      const found = (await takeDue(db, PBX, 0, 100)).find(({ id }) => id === owner.id);
      if (found === undefined) throw new Error(`${owner.id} is not due`);
      return found;
    },
    row: (owner: Owner) => db.read.outbox.findFirst({ where: { ownerId: owner.id } }),
  };
}

const failure = (owner: DirtyOwner, more: Partial<Failure> = {}): Failure => ({
  ...owner,
  code: 'AMI_REFUSED',
  reason: 'refused',
  retryable: true,
  ...more,
});

t.test('what is marked is due, oldest first, page by page', async (t) => {
  const { take, mark } = await setup(t);
  await mark(BOB, ANN, { type: 'number', id: 'n' });
  const all = await take();
  t.same(
    all.map(({ type, id, generation, deleted, attempts }) => [type, id, generation, deleted, attempts]),
    [
      ['extension', 'bob', 1, false, 0],
      ['extension', 'ann', 1, false, 0],
      ['number', 'n', 1, false, 0],
    ],
  );
  const [first] = await take(0, 1);
  t.equal(first?.id, 'bob');
  t.same(
    (await take(first?.position, 1)).map(({ id }) => id),
    ['ann'],
  );
});

t.test('a mark is part of the transaction of the change', async (t) => {
  const { db, take } = await setup(t);
  await t.rejects(
    db.write(async (tx) => {
      await markDirty(tx, [mark(ANN)]);
      throw new Error('rolled back');
    }),
  );
  t.same(await take(), []);
});

t.test('a transaction knows what it has marked', async (t) => {
  const { db } = await setup(t);
  const seen = await db.write(async (tx: Tx) => {
    t.same(marksOf(tx), []);
    await markDirty(tx, [mark(ANN)]);
    await markDirty(tx, [mark(BOB, { deleted: true })]);
    return marksOf(tx);
  });
  t.same(
    seen.map(({ id, deleted }) => [id, deleted]),
    [
      ['ann', undefined],
      ['bob', true],
    ],
  );
});

t.test('a settled owner is in step', async (t) => {
  const { db, mark, one, take } = await setup(t);
  await mark(ANN, BOB);
  const ann = await one(ANN);
  await db.note((tx) => settle(tx, PBX, [ann]));
  t.same(
    (await take()).map(({ id }) => id),
    ['bob'],
  );
  t.equal(await markOf(db, PBX, ANN), null);
});

t.test('an owner that was changed while it was on its way stays dirty', async (t) => {
  const { db, mark, one } = await setup(t);
  await mark(ANN);
  const before = await one(ANN);
  await mark(ANN);
  await db.note((tx) => settle(tx, PBX, [before]));
  const after = await one(ANN);
  t.equal(after.generation, before.generation + 1);
  await db.note((tx) => settle(tx, PBX, [after]));
  t.equal(await markOf(db, PBX, ANN), null);
});

t.test('a failure that comes late does not touch a newer change', async (t) => {
  const { db, mark, one } = await setup(t);
  await mark(ANN);
  const before = await one(ANN);
  await mark(ANN);
  await db.note((tx) => recordFailures(tx, PBX, [failure(before)]));
  t.same(await markOf(db, PBX, ANN), { errorCode: null, errorReason: null });
});

t.test('failures back off: 1 s, 2 s, 4 s, and never more than five minutes', async (t) => {
  const { db, mark, row } = await setup(t);
  await mark(ANN);
  for (const [attempts, seconds] of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300].entries()) {
    const { generation } = (await row(ANN))!;
    const before = Date.now();
    await db.note((tx) =>
      recordFailures(tx, PBX, [failure({ ...ANN, generation, attempts, deleted: false, position: 0 })]),
    );
    const base = (await row(ANN))!.nextAttemptAt.getTime() - seconds * 1000;
    t.ok(base >= before && base <= Date.now(), `${seconds} s after failure ${attempts + 1}`);
  }
  t.equal((await row(ANN))?.attempts, 12);
  t.same(await markOf(db, PBX, ANN), { errorCode: 'AMI_REFUSED', errorReason: 'refused' });
});

t.test('what cannot succeed as it is waits five minutes at once', async (t) => {
  const { db, mark, one, row } = await setup(t);
  await mark(ANN);
  const ann = await one(ANN);
  const now = Date.now();
  await db.note((tx) => recordFailures(tx, PBX, [failure(ann, { retryable: false })]));
  t.ok((await row(ANN))!.nextAttemptAt.getTime() >= now + MAX_BACKOFF_MS);
});

t.test('a new change makes a failed owner due at once and forgets the reason', async (t) => {
  const { db, mark, one, take } = await setup(t);
  await mark(ANN);
  const ann = await one(ANN);
  await db.note((tx) => recordFailures(tx, PBX, [failure(ann, { retryable: false })]));
  t.same(await take(), []);
  await mark(ANN);
  t.match(await one(ANN), { attempts: 0, generation: 2 });
  t.same(await markOf(db, PBX, ANN), { errorCode: null, errorReason: null });
});

t.test('an audit that marks an owner again leaves its attempts and its reason', async (t) => {
  const { db, mark: dirty, one, row } = await setup(t);
  await dirty(ANN);
  const ann = await one(ANN);
  await db.note((tx) => recordFailures(tx, PBX, [failure(ann)]));
  const before = await row(ANN);
  await db.write((tx) => markDirty(tx, [mark(ANN), mark(BOB)], { keepState: true }));
  t.same(await row(ANN), before);
  t.equal((await one(BOB)).generation, 1, 'one that was not dirty becomes so');
});

t.test('who waits for a reload is not due before it, unless changed again', async (t) => {
  const { db, mark, one, take } = await setup(t);
  await mark(ANN, BOB);
  const [ann, bob] = [await one(ANN), await one(BOB)];
  await db.note((tx) => postpone(tx, PBX, [ann, bob], Date.now() + 60_000));
  t.same(await take(), []);
  await mark(ANN);
  t.same(
    (await take()).map(({ id }) => id),
    ['ann'],
  );
  await db.note((tx) => settle(tx, PBX, [bob]));
  t.equal(await markOf(db, PBX, BOB), null, 'and settles after it');
});

t.test('a clock that was set back stops nothing: a due time that cannot be is due now', async (t) => {
  const { db, mark, take } = await setup(t);
  await mark(ANN);
  await db.write((tx) => tx.outbox.updateMany({ data: { nextAttemptAt: new Date(Date.now() + 86_400_000) } }));
  t.equal((await take()).length, 1);
});

t.test('when the PBX is back everything is due', async (t) => {
  const { db, mark, one, take } = await setup(t);
  await mark(ANN);
  const ann = await one(ANN);
  await db.note((tx) => recordFailures(tx, PBX, [failure(ann)]));
  t.same(await take(), []);
  await retryAllNow(db, PBX);
  t.equal((await take())[0]?.attempts, 1, 'the attempts stand');
});

t.test('a delete is remembered as one, until the owner is wanted again', async (t) => {
  const { db, mark: dirty } = await setup(t);
  await db.write((tx) => markDirty(tx, [mark(ANN, { deleted: true }), mark(BOB)]));
  t.same([...(await deletedOwners(db, PBX))], ['extension:ann']);
  await dirty(ANN);
  t.same([...(await deletedOwners(db, PBX))], []);
});

t.test('the numbers that the status shows', async (t) => {
  const { db, mark, one, row } = await setup(t);
  t.same(await outboxStats(db, PBX), { pending: 0, failed: 0, oldestAt: null, nextAttemptAt: null });
  await mark(ANN);
  await mark(BOB);
  const ann = await one(ANN);
  await db.note((tx) => recordFailures(tx, PBX, [failure(ann)]));
  const stats = await outboxStats(db, PBX);
  t.match(stats, { pending: 1, failed: 1, oldestAt: (await row(ANN))?.dirtyAt.getTime() });
  t.equal(stats.nextAttemptAt, (await row(BOB))?.nextAttemptAt.getTime());
});

t.test('one PBX does not see the marks of another', async (t) => {
  const { db, take } = await setup(t);
  await db.write((tx) => markDirty(tx, [mark(ANN, { pbxId: 'other' })]));
  t.same(await take(), []);
  t.equal((await takeDue(db, 'other', 0, 10)).length, 1);
});

t.test('ten thousand marks in one statement, and settled in one', async (t) => {
  const { db, mark, take } = await setup(t);
  await mark(...Array.from({ length: 10_000 }, (_, n): Owner => ({ type: 'extension', id: `e${n}` })));
  const all = await take(0, 20_000);
  t.equal(all.length, 10_000);
  await db.note((tx) => settle(tx, PBX, all));
  t.equal((await outboxStats(db as Database, PBX)).pending, 0);
});

t.test('the counts are right after every change, also when they were just asked for', async (t) => {
  const { db, mark: dirty } = await setup(t);
  t.equal((await outboxStats(db, PBX)).pending, 0);
  await dirty(ANN);
  t.equal((await outboxStats(db, PBX)).pending, 1);
  t.equal((await outboxStats(db, 'another')).pending, 0);
  await dirty(BOB);
  t.equal((await outboxStats(db, PBX)).pending, 2);
  await db.note((tx) => tx.outbox.deleteMany({}));
  t.equal((await outboxStats(db, PBX)).pending, 0);
});
