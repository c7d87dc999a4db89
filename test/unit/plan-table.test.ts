import t from 'tap';
import type { Applied, Desired, Observed, Plan, PlanInput } from '../../src/plan/plan.ts';
import { plan } from '../../src/plan/plan.ts';

const REF = 'aor/1001';
const ANN = { type: 'extension', id: 'ann' } as const;
/** Values are their own fingerprints here: the plan only compares them. */
const same = (value: string) => value;

interface Row {
  /** What is wanted, seen, and was applied last ("" for a tombstone). */
  d?: string;
  o?: string;
  a?: string;
  settled?: boolean;
  policy?: PlanInput['policy'];
}

function planOf(row: Row, more: Partial<PlanInput> = {}): Plan {
  const { d, o, a, settled = true, policy = 'enforce' } = row;
  const applied: Applied = { owner: ANN, fingerprint: a ?? '', pinFingerprint: null, settled };
  return plan({
    refs: [REF],
    desired: new Map<string, Desired>(d === undefined ? [] : [[REF, { owner: ANN, value: d }]]),
    observed: new Map<string, Observed>(o === undefined ? [] : [[REF, { fingerprint: o, value: o }]]),
    applied: new Map(a === undefined ? [] : [[REF, applied]]),
    foreignEndpoints: new Set(),
    policy,
    pinConflict: 'phone',
    deletedOwners: new Set(['extension:ann']),
    cap: { share: 0.1, floor: 10, owned: 100 },
    fingerprint: same,
    ...more,
  });
}

/** `update wanted`, and `changed enforced` for its drift. */
function shown({ changes, drift }: Plan): string {
  const change = changes.map(({ op, cause }) => `${op} ${cause}`).join();
  const found = drift.map(({ kind, action }) => `${kind} ${action}`).join();
  return [change, found].filter((part) => part !== '').join(', ') || 'nothing';
}

const TABLE: [sentence: string, row: Row, outcome: string][] = [
  ['as wanted and as applied', { d: 'x', o: 'x', a: 'x' }, 'nothing'],
  ['as wanted though applied was something else', { d: 'x', o: 'x', a: 'y' }, 'nothing'],
  ['as wanted though never applied', { d: 'x', o: 'x' }, 'nothing'],
  ['as wanted though deleted by us once', { d: 'x', o: 'x', a: '' }, 'nothing'],
  ['wanted nowhere and seen nowhere', { a: 'x' }, 'nothing'],
  ['new', { d: 'x' }, 'create wanted'],
  ['new where we once deleted', { d: 'x', a: '' }, 'create wanted'],
  ['changed by us', { d: 'x', o: 'y', a: 'y' }, 'update wanted'],
  ['no longer wanted', { o: 'x', a: 'x' }, 'delete wanted'],
  ['lost by the PBX before it was saved', { d: 'x', a: 'x', settled: false }, 'create wanted'],
  [
    'an update un-saved by a crash of the PBX',
    { d: 'x', o: 'y', a: 'x', settled: false },
    'update drift, changed enforced',
  ],
  [
    'an update un-saved by a crash of the PBX is repaired under every policy',
    { d: 'x', o: 'y', a: 'x', settled: false, policy: 'report' },
    'update drift, changed enforced',
  ],
  ['a delete un-saved by a crash of the PBX', { o: 'x', a: '', settled: false }, 'delete wanted'],
  [
    'a delete un-saved by a crash of the PBX is repeated under every policy',
    { o: 'x', a: '', settled: false, policy: 'report' },
    'delete wanted',
  ],
  ['deleted by hand', { d: 'x', a: 'x' }, 'create drift, missing enforced'],
  ['deleted by hand, policy report', { d: 'x', a: 'x', policy: 'report' }, 'missing reported'],
  ['deleted by hand, policy adopt', { d: 'x', a: 'x', policy: 'adopt' }, 'missing reported'],
  ['deleted by hand and changed by us', { d: 'z', a: 'x', policy: 'report' }, 'create drift, missing enforced'],
  ['changed by hand', { d: 'x', o: 'y', a: 'x' }, 'update drift, changed enforced'],
  ['changed by hand, policy report', { d: 'x', o: 'y', a: 'x', policy: 'report' }, 'changed reported'],
  ['changed by hand, policy adopt', { d: 'x', o: 'y', a: 'x', policy: 'adopt' }, 'changed reported'],
  ['changed on both sides', { d: 'x', o: 'y', a: 'z' }, 'update drift, changed enforced'],
  [
    'changed on both sides, policy report',
    { d: 'x', o: 'y', a: 'z', policy: 'report' },
    'update drift, changed enforced',
  ],
  ['changed by hand and deleted by us', { o: 'y', a: 'x', policy: 'report' }, 'delete drift, changed enforced'],
  ['put there by somebody else', { o: 'x' }, 'delete drift, unexpected enforced'],
  ['put there by somebody else, policy report', { o: 'x', policy: 'report' }, 'unexpected reported'],
  ['put back after our delete was saved', { o: 'x', a: '' }, 'delete drift, unexpected enforced'],
  ['put back after our delete was saved, policy report', { o: 'x', a: '', policy: 'report' }, 'unexpected reported'],
  ['put where we want ours', { d: 'x', o: 'y' }, 'update drift, changed enforced'],
  ['put where we want ours, policy report', { d: 'x', o: 'y', policy: 'report' }, 'changed reported'],
];
for (const [sentence, row, outcome] of TABLE) {
  t.test(`${sentence}: ${outcome}`, async (t) => t.equal(shown(planOf(row)), outcome));
}

t.test('a change says what it replaces and by what', async (t) => {
  t.strictSame(planOf({ d: 'x', o: 'y', a: 'y' }).changes, [
    { op: 'update', ref: REF, owner: ANN, before: 'y', after: 'x', cause: 'wanted' },
  ]);
  t.strictSame(planOf({ o: 'y', a: 'y' }).changes, [
    { op: 'delete', ref: REF, owner: ANN, before: 'y', after: undefined, cause: 'wanted' },
  ]);
  t.strictSame(planOf({ o: 'y' }).drift, [
    { ref: REF, kind: 'unexpected', owner: undefined, expected: undefined, observed: 'y', action: 'enforced' },
  ]);
});

t.test('an endpoint that the operator has himself is refused, whatever of it we would write', async (t) => {
  const foreign = { foreignEndpoints: new Set(['1001']) };
  for (const kind of ['endpoint', 'auth', 'aor']) {
    const ref = `${kind}/1001`;
    const shadowing = planOf({}, { ...foreign, refs: [ref], desired: new Map([[ref, { owner: ANN, value: 'x' }]]) });
    t.same(shadowing.changes, []);
    t.match(shadowing.refusals, [{ ref, owner: ANN, code: 'ENDPOINT_TAKEN_ON_PBX', reason: /1001.*pjsip\.conf/ }]);
  }
  const others = ['extension/acme/1001', 'mailbox/1001@lk-acme-01', 'number/1001'];
  const free = planOf(
    {},
    { ...foreign, refs: others, desired: new Map(others.map((ref) => [ref, { owner: ANN, value: 'x' }])) },
  );
  t.same(free.refusals, []);
  t.equal(free.changes.length, 3);
  t.equal(planOf({ o: 'x', a: 'x' }, foreign).changes[0]?.op, 'delete', 'ours is taken away when nobody wants it');
});

t.test('an endpoint that is being adopted is written beside the one that the operator has himself', async (t) => {
  const desired = new Map(
    ['endpoint', 'auth', 'aor'].map((kind) => [`${kind}/1001`, { owner: ANN, value: 'x', isBeside: true as const }]),
  );
  const beside = planOf({}, { foreignEndpoints: new Set(['1001']), refs: desired.keys(), desired });
  t.same(beside.refusals, []);
  t.same(
    beside.changes.map(({ op, ref }) => `${op} ${ref}`),
    ['create auth/1001', 'create aor/1001', 'create endpoint/1001'],
  );
});
