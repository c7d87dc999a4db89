import { isAstDb, type Ref } from '../plan/pbx-object.ts';
import { type Observed, type Plan, plan } from '../plan/plan.ts';
import { desiredObjects } from '../plan/project.ts';
import { ownerKey } from '../plan/source.ts';
import { appliedOf } from '../store/applied.ts';
import type { Database, Tx } from '../store/database.ts';
import { desiredOf } from '../store/desired.ts';
import type { Digests } from '../store/digests.ts';
import { marksAmong, marksOf } from '../store/outbox.ts';
import type { SettledBoard } from './settled.ts';
import type { Changes, SyncOutcome, Touched } from './types.ts';

/** Thrown to roll a dry run back; carries what it found out. */
class Rollback<T> extends Error {
  readonly value: T;
  constructor(value: T) {
    super('dry run');
    this.value = value;
  }
}

export function createChanges(deps: {
  db: Database;
  digests: Digests;
  board: SettledBoard;
  poke: (pbxId: string) => void;
}): Changes {
  const { db, digests, board } = deps;
  return {
    async run(work) {
      const outcome = await db.write(async (tx) => {
        const value = await work(tx);
        return { value, touched: touchedBy(tx) };
      });
      for (const pbxId of new Set(outcome.touched.map((touched) => touched.pbxId))) deps.poke(pbxId);
      return outcome;
    },
    async preview(work) {
      try {
        await db.write(async (tx) => {
          const value = await work(tx);
          throw new Rollback({ value, plan: await previewPlan(db, tx, digests) });
        });
      } catch (error) {
        if (error instanceof Rollback) return error.value;
        throw error;
      }
      throw new Error('a dry run must not commit');
    },
    settled: (touched, timeoutMs) => settledAll(db, board, touched, timeoutMs),
  };
}

function touchedBy(tx: Tx): Touched[] {
  return marksOf(tx).map(({ pbxId, type, id }) => ({ pbxId, owner: { type, id } }));
}

/** What the marks of an open transaction would change on the PBX, believing it as we applied it last. */
async function previewPlan(db: Database, tx: Tx, digests: Digests): Promise<Plan> {
  const touched = touchedBy(tx);
  const owners = touched.map(({ owner }) => owner);
  const desired = desiredObjects(desiredOf(tx, db.seal, digests, owners));
  const applied: Awaited<ReturnType<typeof appliedOf>> = new Map();
  for (const pbxId of new Set(touched.map((one) => one.pbxId))) {
    for (const [ref, one] of await appliedOf(db, pbxId, owners, [...desired.keys()], 0)) applied.set(ref, one);
  }
  const observed = new Map<Ref, Observed>();
  for (const [ref, { fingerprint }] of applied)
    if (fingerprint !== '') observed.set(ref, { fingerprint, value: undefined });
  return plan({
    refs: new Set([...desired.keys(), ...applied.keys()]),
    desired,
    observed,
    applied: new Map([...applied].filter(([ref]) => isAstDb(ref) || observed.has(ref))),
    foreignEndpoints: new Set(),
    policy: 'enforce',
    pinConflict: 'database',
    deletedOwners: new Set(owners.map(ownerKey)),
    cap: { share: 1, floor: Number.POSITIVE_INFINITY, owned: 0 },
    fingerprint: db.seal.fingerprint,
  });
}

/** Waits for all of them together: each is looked up once, however many there are. */
async function settledAll(
  db: Database,
  board: SettledBoard,
  touched: readonly Touched[],
  timeoutMs: number,
): Promise<SyncOutcome[]> {
  const expected = touched.map((one) => ({ ...one, expectation: board.expect(one.owner) }));
  // Registered first, then looked: the answer may have come before anybody listened.
  const marks = await marksAmong(db, touched);
  return Promise.all(
    expected.map(async ({ pbxId, owner, expectation }): Promise<SyncOutcome> => {
      if (marks.has(`${pbxId} ${ownerKey(owner)}`)) return expectation.outcome(timeoutMs);
      expectation.forget();
      return { owner, state: 'synced' };
    }),
  );
}
