import { change, type Extension, type Op, type Slot, withAccount } from './model.ts';
import type { Random } from './random.ts';

interface Shown {
  id: string;
  ordinal?: number;
  accounts?: { ordinal: number; label: string | null }[];
  credentials?: { secret?: string };
}

/** The next request for a slot. Its answer depends on nobody else: each slot has one worker. */
export function nextOp(random: Random, slot: Slot, companyId: string, key: string): Op {
  const state = slot.states[0];
  const marker = `n-${key}`;
  if (random.chance(0.15)) return refusedOp(random, slot, companyId, key, marker);
  if (state === undefined) return createOp(random, slot, companyId, key, marker);
  const dice = random.next();
  const path = `/extensions/${state.id}`;
  if (dice < 0.12) {
    return { kind: 'delete', method: 'DELETE', path, key, marker, apply: () => undefined };
  }
  if (dice < 0.3 && state.accounts.size < 5) {
    return {
      kind: 'account',
      method: 'POST',
      path: `${path}/accounts`,
      body: { label: marker },
      key,
      marker,
      apply: (from, answer) => {
        const { ordinal = 0, credentials } = answer as unknown as Shown;
        return withAccount(from, ordinal, credentials?.secret, marker);
      },
    };
  }
  if (dice < 0.42) {
    const ordinal = random.pick([...state.accounts.keys()]);
    const label = state.accounts.get(ordinal)?.label ?? null;
    return {
      kind: 'rotate',
      method: 'POST',
      path: `${path}/accounts/${ordinal}/rotate`,
      key,
      marker,
      apply: (from, answer) => withAccount(from, ordinal, (answer as unknown as Shown).credentials?.secret, label),
    };
  }
  if (dice < 0.55) {
    const pin = pinOf(random);
    const body = { mailbox: { pin } };
    return { kind: 'pin', method: 'PATCH', path, body, key, marker, apply: (from) => change(from, { pin }) };
  }
  const fields = { displayName: marker, ringSeconds: 10 + random.below(50) };
  return { kind: 'patch', method: 'PATCH', path, body: fields, key, marker, apply: (from) => change(from, fields) };
}

function createOp(random: Random, slot: Slot, companyId: string, key: string, marker: string): Op {
  const pin = random.chance(0.5) ? pinOf(random) : null;
  const ringSeconds = 10 + random.below(50);
  const { number } = slot;
  return {
    kind: 'create',
    method: 'POST',
    path: '/extensions',
    body: { companyId, number, displayName: marker, ringSeconds, ...(pin === null ? {} : { mailbox: { pin } }) },
    key,
    marker,
    apply: (_, answer): Extension => {
      const { id, credentials } = answer as unknown as Shown;
      const accounts = new Map([[1, { secret: credentials?.secret, label: null }]]);
      return { id, number, displayName: marker, ringSeconds, pin, accounts };
    },
  };
}

/** A request that must be refused, most of them only inside the transaction that would have done it. */
function refusedOp(random: Random, slot: Slot, companyId: string, key: string, marker: string): Op {
  const state = slot.states[0];
  const op = { kind: 'refused', key, marker, apply: (from: Extension | undefined) => from } as const;
  if (state === undefined || random.chance(0.3)) {
    const number = state === undefined ? '99999' : slot.number;
    return { ...op, method: 'POST', path: '/extensions', body: { companyId, number, displayName: marker } };
  }
  const path = `/extensions/${state.id}`;
  if (random.chance(0.5)) {
    return { ...op, method: 'PATCH', path, body: { displayName: marker, mailbox: { pin: '1111' } } };
  }
  return { ...op, method: 'PATCH', path, body: { displayName: marker }, headers: { 'if-match': '"0"' } };
}

/** Never one that counts as weak: the extensions here start with 1 and have four digits. */
function pinOf(random: Random): string {
  return `7${['052', '391', '648', '836', '905'][random.below(5)]}${random.pick(['62', '94', '38', '50'])}`;
}
