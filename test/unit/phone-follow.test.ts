import t from 'tap';
import { nextStep, type Seen } from '../../src/phones/follow/next-step.ts';
import { createPacer } from '../../src/phones/follow/pacer.ts';
import type { FollowRow } from '../../src/store/phones/follow.ts';

const LIMITS = { fetchSeconds: 90, registerSeconds: 180 };
const NOW = 1_800_000_000_000;
const ROW: FollowRow = {
  deviceId: 'd',
  companyId: 'c',
  pbxId: 'p',
  vendor: 'yealink',
  deviceState: 'active',
  problems: null,
  wantedRevision: 2,
  wantedAt: NOW - 5000,
  fetchedRevision: 1,
  fetchedAt: NOW - 86_400_000,
  state: 'queued',
  kind: 'resync',
  revision: 2,
  attempts: 0,
  at: NOW,
  lines: [{ accountId: 'a', endpoint: '1001', next: false }],
};
const contact = { uri: 'sip:1001@10.0.0.1', expiresAt: 5 };
const seen = (more: { contacts?: [string, (typeof contact)[]][]; busy?: string[] } = {}): Seen => ({
  presence: { contacts: new Map(more.contacts ?? [['1001', [contact]]]), busy: new Set(more.busy ?? []) },
  baseline: undefined,
  now: NOW,
});
const step = (row: Partial<FollowRow>, event: string | null | undefined = 'check-sync', at = seen()) =>
  nextStep({ ...ROW, ...row }, event, at, LIMITS);

t.test('a phone that is there is told', async (t) => {
  t.same(step({}), { do: 'notify', endpoint: '1001', event: 'check-sync' });
});

t.test('why a phone is not told is said in words', async (t) => {
  const failed: [Partial<FollowRow>, string | null | undefined, RegExp][] = [
    [{ deviceState: 'suspended' }, 'x', /suspended/],
    [{ problems: '[{"path":"model","code":"X","message":"not known"}]' }, 'x', /cannot be made: model: not known/],
    [{ lines: [] }, 'x', /no line/],
    [{ kind: 'reboot' }, null, /cannot be told to reboot/],
  ];
  for (const [row, event, reason] of failed) {
    t.match(step(row, event), { do: 'write', step: { state: 'failed', reason, at: null } });
  }
  t.match(nextStep(ROW, undefined, seen(), LIMITS), { step: { state: 'failed', reason: /nothing is known of/ } });
});

t.test('a phone in a call is put off by any of its lines', async (t) => {
  const lines = [...ROW.lines, { accountId: 'b', endpoint: '1002', next: false }];
  t.match(step({ lines }, 'x', seen({ busy: ['1002'] })), { step: { state: 'postponed', at: NOW + 5000 } });
});

t.test('a phone that is away is looked for less and less often', async (t) => {
  const away = seen({ contacts: [] });
  const wait = (wantedAt: number) => {
    const next = step({ wantedAt }, 'x', away);
    return next.do === 'write' ? (next.step.at ?? 0) - NOW : 0;
  };
  t.same([NOW - 1000, NOW - 61_000, NOW - 601_000].map(wait), [10_000, 60_000, 600_000]);
});

t.test('a silent phone is told three times', async (t) => {
  t.match(step({ state: 'sent', attempts: 1 }), { step: { state: 'queued', reason: /told once/, at: NOW } });
  t.match(step({ state: 'sent', attempts: 3 }), { step: { state: 'timeout', reason: /told 3 times/, at: null } });
  const fetched = step({ state: 'sent', attempts: 3, fetchedRevision: 2, fetchedAt: NOW - 1000 });
  t.match(fetched, { step: { state: 'fetched' } }, 'it fetched while nobody heard');
});

t.test('after a fetch the phone must be registered, anew where that proves something', async (t) => {
  const fetched = { state: 'fetched', fetchedRevision: 2, fetchedAt: NOW - 1000 } as const;
  t.match(step(fetched), { step: { state: 'registered', registeredAt: NOW } });
  t.match(step(fetched, 'x', seen({ contacts: [] })), { step: { state: 'fetched', at: NOW + 2000 } });
  const lines = [{ accountId: 'a', endpoint: '1001', next: true }];
  const baseline = new Map([['1001', ['5 sip:1001@10.0.0.1']]]);
  t.match(step({ ...fetched, lines }, 'x', { ...seen(), baseline }), { step: { state: 'fetched' } }, 'of before');
  t.match(step({ ...fetched, lines }, 'x', seen()), { step: { state: 'fetched' } }, 'from when is not known');
  const anew = { ...seen({ contacts: [['1001', [{ ...contact, expiresAt: 6 }]]] }), baseline };
  t.match(step({ ...fetched, lines }, 'x', anew), { step: { state: 'registered' } });
  const busy = { ...anew, presence: { ...anew.presence, busy: new Set(['1001']) } };
  t.match(
    step({ ...fetched, lines }, 'x', busy),
    { step: { state: 'fetched' } },
    'a secret waits for the end of a call',
  );
  const late = { ...fetched, fetchedAt: NOW - 181_000 };
  t.match(step(late, 'x', seen({ contacts: [] })), { step: { state: 'timeout', reason: /did not register.*1001/ } });
});

t.test('phones of one PBX are told so many a second, each in its turn', async (t) => {
  let now = 1000;
  const pacer = createPacer(5, () => now);
  t.equal(pacer.take('p', 'a'), undefined);
  t.same([pacer.take('p', 'b'), pacer.take('p', 'c'), pacer.take('p', 'b')], [1200, 1400, 1200]);
  t.equal(pacer.take('other', 'd'), undefined, 'another PBX has its own');
  now = 1200;
  t.same([pacer.take('p', 'b'), pacer.take('p', 'c'), pacer.take('p', 'e')], [undefined, 1400, 1600]);
  now = 9000;
  t.same([pacer.take('p', 'c'), pacer.take('p', 'e'), pacer.take('p', 'f')], [undefined, undefined, undefined]);
});
