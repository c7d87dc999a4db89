import { createHash } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { PBX_OBJECT_KINDS, type Ref } from '../../src/plan/pbx-object.ts';
import type { Applied, Change, Desired, Observed, Plan, PlanInput } from '../../src/plan/plan.ts';
import { plan } from '../../src/plan/plan.ts';
import type { Owner } from '../../src/plan/source.ts';

const print = (value: string) => createHash('md5').update(value).digest('hex');
const owner = (id: string): Owner => ({ type: 'extension', id });

interface World {
  desired?: Record<Ref, string>;
  observed?: Record<Ref, string>;
  /** What we applied last and for whom; "" is a tombstone. */
  applied?: Record<Ref, [value: string, owner: string]>;
  more?: Partial<PlanInput>;
}

/** In these worlds everything wanted belongs to an owner named like the ref, unless it was applied for somebody. */
function planOf({ desired = {}, observed = {}, applied = {}, more = {} }: World): Plan {
  const wanted = Object.entries(desired).map(([ref, value]): [Ref, Desired] => [
    ref,
    { owner: owner(applied[ref]?.[1] ?? ref), value },
  ]);
  const seen = Object.entries(observed).map(([ref, value]): [Ref, Observed] => [
    ref,
    { fingerprint: print(value), value },
  ]);
  const known = Object.entries(applied).map(([ref, [value, id]]): [Ref, Applied] => [
    ref,
    { owner: owner(id), fingerprint: value === '' ? '' : print(value), pinFingerprint: null, settled: true },
  ]);
  return plan({
    refs: new Set([...wanted, ...seen, ...known].map(([ref]) => ref)),
    desired: new Map(wanted),
    observed: new Map(seen),
    applied: new Map(known),
    foreignEndpoints: new Set(),
    policy: 'enforce',
    pinConflict: 'phone',
    deletedOwners: new Set(),
    cap: { share: 0.1, floor: 2, owned: 0 },
    fingerprint: print,
    ...more,
  });
}

const owned = (count: number, value = 'x'): [Ref, [string, string]][] =>
  Array.from({ length: count }, (_, n) => [`aor/${1000 + n}`, [value, `one-${n}`]]);
const seenOf = (applied: [Ref, [string, string]][]) => Object.fromEntries(applied.map(([ref]) => [ref, 'x']));

const CAPS: [sentence: string, world: World, unexplained: number, needsApproval: boolean][] = [
  ['two deletes that nobody asked for stay below the floor', deletes(2), 2, false],
  ['three are over it', deletes(3), 3, true],
  ['a share of many raises the cap', deletes(3, { cap: { share: 0.1, floor: 2, owned: 30 } }), 3, false],
  ['and four exceed that', deletes(4, { cap: { share: 0.1, floor: 2, owned: 30 } }), 4, true],
  ['the share is rounded down', deletes(3, { cap: { share: 0.1, floor: 0, owned: 29 } }), 3, true],
  [
    'what somebody deleted on purpose does not count',
    deletes(5, { deletedOwners: new Set([0, 1, 2, 3, 4].map((n) => `extension:one-${n}`)) }),
    0,
    false,
  ],
  [
    'what the report policy leaves alone does not count',
    { observed: seenOf(owned(5)), more: { policy: 'report' } },
    0,
    false,
  ],
  ['what belongs to nobody counts', { observed: seenOf(owned(5)) }, 5, true],
  [
    'an owner that loses an object and keeps another was edited',
    {
      desired: { 'extension/acme/1001': 'x' },
      observed: { 'extension/acme/1001': 'x', 'aor/1001-2': 'x', 'auth/1001-2': 'x', 'endpoint/1001-2': 'x' },
      applied: {
        'extension/acme/1001': ['x', 'ann'],
        'aor/1001-2': ['x', 'ann'],
        'auth/1001-2': ['x', 'ann'],
        'endpoint/1001-2': ['x', 'ann'],
      },
    },
    0,
    false,
  ],
  ['deletes that a crash of the PBX has un-saved were asked for', unsaved(5), 0, false],
];

function deletes(count: number, more: Partial<PlanInput> = {}): World {
  return { observed: seenOf(owned(count)), applied: Object.fromEntries(owned(count)), more };
}

function unsaved(count: number): World {
  const applied: [Ref, Applied][] = owned(count).map(([ref, [, id]]) => [
    ref,
    { owner: owner(id), fingerprint: '', pinFingerprint: null, settled: false },
  ]);
  return { observed: seenOf(owned(count)), more: { applied: new Map(applied) } };
}

for (const [sentence, world, unexplained, needsApproval] of CAPS) {
  t.test(`delete cap: ${sentence}`, async (t) => {
    const found = planOf(world);
    t.equal(found.unexplainedDeletes, unexplained);
    t.equal(found.needsApproval, needsApproval);
  });
}

t.test(
  'deletes come first, an endpoint before what it names; writes come after, an endpoint after what it names',
  async (t) => {
    const gone = [
      'number/1',
      'extension/a/1',
      'mailbox/1@c',
      'endpoint/1',
      'aor/1',
      'auth/1',
      'context/c',
      'company/a',
    ];
    const come = [
      'company/b',
      'context/d',
      'auth/2',
      'aor/2',
      'endpoint/2',
      'mailbox/2@d',
      'extension/b/2',
      'number/2',
    ];
    const shuffled = <T>(list: T[]): T[] => [...list].sort((a, b) => (print(String(a)) < print(String(b)) ? -1 : 1));
    const { changes } = planOf({
      desired: Object.fromEntries(shuffled(come).map((ref) => [ref, '1'])),
      observed: Object.fromEntries(shuffled(gone).map((ref) => [ref, '1'])),
    });
    t.same(
      changes.map(({ ref }) => ref),
      [...gone, ...come],
    );
  },
);

const kinds = fc.constantFrom(...PBX_OBJECT_KINDS.filter((kind) => kind !== 'mailbox'));
const refs = fc.tuple(kinds, fc.integer({ min: 10, max: 18 })).map(([kind, n]) => `${kind}/${n}`);
const values = fc.constantFrom('a', 'b', 'c');
const worlds = fc.record({
  desired: fc.dictionary(refs, values),
  observed: fc.dictionary(refs, values),
  applied: fc.dictionary(refs, fc.tuple(fc.constantFrom('', 'a', 'b', 'c'), fc.constantFrom('ann', 'bob'))),
});

function after(observed: Record<Ref, string>, changes: readonly Change[]): Record<Ref, string> {
  const objects = { ...observed };
  for (const { op, ref, before, after } of changes) {
    if (objects[ref] !== before) throw new Error(`${ref} is not what the plan replaces`);
    if ((op === 'create') !== (before === undefined) || (op === 'delete') !== (after === undefined))
      throw new Error(op);
    if (after === undefined) delete objects[ref];
    else objects[ref] = after;
  }
  return objects;
}

t.test('under enforce, a plan that is applied makes the PBX what is wanted', async (t) => {
  fc.assert(
    fc.property(worlds, (world) => {
      const made = after(world.observed, planOf(world).changes);
      return JSON.stringify(Object.entries(made).sort()) === JSON.stringify(Object.entries(world.desired).sort());
    }),
    { numRuns: 2000 },
  );
  t.pass('no counterexample');
});

t.test('a plan after an applied plan is empty', async (t) => {
  fc.assert(
    fc.property(worlds, (world) => {
      const { changes } = planOf(world);
      const applied: Record<Ref, [string, string]> = { ...world.applied };
      for (const change of changes) applied[change.ref] = [change.after ?? '', change.owner?.id ?? ''];
      const next = planOf({ desired: world.desired, observed: after(world.observed, changes), applied });
      return next.changes.length === 0 && next.drift.length === 0;
    }),
    { numRuns: 2000 },
  );
  t.pass('no counterexample');
});

t.test('under report, nothing that somebody else put there is touched, and all of it is said', async (t) => {
  fc.assert(
    fc.property(worlds, ({ desired, observed }) => {
      const { changes, drift } = planOf({ desired, observed, more: { policy: 'report' } });
      const foreign = Object.keys(observed).filter((ref) => observed[ref] !== desired[ref]);
      return changes.every(({ op }) => op === 'create') && drift.length === foreign.length;
    }),
  );
  t.pass('no counterexample');
});

t.test('equal plans have equal ids, in whatever order they were made', async (t) => {
  const world = { desired: { 'aor/1': 'a', 'aor/2': 'b' }, observed: { 'aor/3': 'c' } };
  const { id } = planOf(world);
  t.match(id, /^[0-9a-f]{16}$/);
  t.equal(planOf({ desired: { 'aor/2': 'b', 'aor/1': 'a' }, observed: { 'aor/3': 'c' } }).id, id);
  t.not(planOf({ ...world, desired: { 'aor/1': 'a', 'aor/2': 'B' } }).id, id, 'another value');
  t.not(planOf({ ...world, desired: { 'aor/1': 'a' } }).id, id, 'a change less');
  t.not(planOf({ ...world, observed: { 'aor/4': 'c' } }).id, id, 'another object');
  t.not(planOf({ desired: { 'aor/1': 'a', 'aor/2': 'b', 'aor/3': '' }, observed: { 'aor/3': 'c' } }).id, id);
});

t.test('what is shown is what is approved: nobody changes a plan afterwards', async (t) => {
  const made = planOf({ desired: { 'aor/1': 'a' }, observed: { 'aor/3': 'c' } });
  t.ok(Object.isFrozen(made));
  t.ok(Object.isFrozen(made.changes), 'the changes');
  t.ok(Object.isFrozen(made.drift), 'the drift');
});

t.test('objects that the plan was not asked to look at are left alone', async (t) => {
  t.same(planOf({ desired: { 'aor/1': 'a' }, observed: { 'aor/3': 'c' }, more: { refs: [] } }).changes, []);
});

t.test(
  'a PIN that cannot be adopted is told as lost when ours is written over it, not while it is only reported',
  async (t) => {
    const ref = 'mailbox/1@c';
    const known: Applied = {
      owner: owner(ref),
      fingerprint: print('4711,Ann'),
      pinFingerprint: print('4711'),
      settled: true,
    };
    const world = { desired: { [ref]: '4711,Ann' }, observed: { [ref]: '12*4,Ann' } };
    const made = (more: Partial<PlanInput>) =>
      planOf({ ...world, more: { applied: new Map([[ref, known]]), ...more } });
    const enforced = made({});
    t.match(enforced.changes, [{ op: 'update', ref, after: '4711,Ann' }]);
    t.same(enforced.adoptions, [{ ref, owner: owner(ref), pin: undefined, loser: 'phone' }]);
    const reported = made({ policy: 'report' });
    t.same([reported.changes, reported.adoptions], [[], []]);
    t.match(reported.drift, [{ ref, action: 'reported' }]);
  },
);
