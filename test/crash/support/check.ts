import type { DatabaseDoor, PbxDoor, Shown } from './doors.ts';
import { expectedOnPbx } from './expected.ts';
import type { Extension, Slot } from './model.ts';

export const DIMENSIONS = ['LOST', 'GHOST', 'DUP', 'TORN', 'DRIFT'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export interface Verdict extends Record<Dimension, number> {
  details: string[];
}

export interface Evidence {
  slots: readonly Slot[];
  refused: ReadonlySet<string>;
  changedAnswers: readonly string[];
  api: ReadonlyMap<string, Shown>;
  database: DatabaseDoor;
  pbx: PbxDoor;
  slug: string;
}

/** Compares what clients were told with what three doors show. Pure; shares no code with the product. */
export function check(evidence: Evidence): Verdict {
  const verdict: Verdict = { LOST: 0, GHOST: 0, DUP: 0, TORN: 0, DRIFT: 0, details: [] };
  const count = (dimension: Dimension, detail: string) => {
    verdict[dimension]++;
    verdict.details.push(`${dimension}: ${detail}`);
  };
  const { slots, refused, database, api, pbx } = evidence;

  for (const text of evidence.changedAnswers) count('DUP', `a repeated request was answered otherwise: ${text}`);
  for (const text of [...database.doubled, ...pbx.doubled]) count('DUP', text);
  for (const text of database.torn) count('TORN', text);
  if (database.integrity !== 'ok') count('TORN', `integrity_check: ${database.integrity}`);
  if (database.outbox !== 0) count('DRIFT', `${database.outbox} marks are left`);

  const numbers = new Set(slots.map(({ number }) => number));
  for (const number of database.extensions.keys()) {
    if (!numbers.has(number)) count('GHOST', `extension ${number} was never asked for`);
  }
  for (const slot of slots) {
    const seen = database.extensions.get(slot.number);
    compareSlot(slot, seen, refused, count);
    compareDoors(slot.number, seen, api.get(slot.number), count);
  }
  countActivity(database, slots, count);
  comparePbx(evidence, count);
  return verdict;
}

type Count = (dimension: Dimension, detail: string) => void;

function compareSlot(slot: Slot, seen: Shown | undefined, refused: ReadonlySet<string>, count: Count): void {
  const { number, states } = slot;
  if (seen === undefined) {
    if (!states.includes(undefined)) count('LOST', `extension ${number} is gone`);
    return;
  }
  const possible = states.filter((state) => state !== undefined);
  if (possible.length === 0) count('GHOST', `extension ${number} should not exist`);
  if (possible.length === 0 || possible.some((state) => isAs(state, seen))) return;
  const wanted = possible.map((state) => `${state.displayName}/${state.ringSeconds}`).join(' or ');
  if (refused.has(seen.displayName)) count('GHOST', `extension ${number} shows a refused change (${seen.displayName})`);
  else if (possible.every((state) => !namesAs(state, seen))) {
    count('LOST', `extension ${number} is ${seen.displayName}/${seen.ringSeconds}, not ${wanted}`);
  }
  compareAccounts(possible[0] as Extension, seen, refused, count);
  if (possible.every((state) => (state.pin !== null) !== seen.hasMailbox)) {
    count(seen.hasMailbox ? 'GHOST' : 'LOST', `mailbox of ${number}`);
  }
}

function namesAs(state: Extension, seen: Shown): boolean {
  return state.displayName === seen.displayName && state.ringSeconds === seen.ringSeconds;
}

function isAs(state: Extension, seen: Shown): boolean {
  if ((state.id !== '' && state.id !== seen.id) || !namesAs(state, seen) || (state.pin !== null) !== seen.hasMailbox)
    return false;
  if (seen.accounts.length !== state.accounts.size) return false;
  return seen.accounts.every(({ ordinal, label }) => state.accounts.get(ordinal)?.label === label);
}

function compareAccounts(state: Extension, seen: Shown, refused: ReadonlySet<string>, count: Count): void {
  const labels = seen.accounts.map(({ label }) => label).filter((label) => label !== null);
  const wanted = new Set([...state.accounts.values()].map(({ label }) => label).filter((label) => label !== null));
  for (const label of new Set(labels)) {
    const times = labels.filter((one) => one === label).length;
    if (times > 1) count('DUP', `account ${label} ${times} times at ${state.number}`);
    if (!wanted.has(label))
      count(refused.has(label) ? 'GHOST' : 'LOST', `account ${label} at ${state.number} is too many`);
  }
  for (const label of wanted) if (!labels.includes(label)) count('LOST', `account ${label} of ${state.number}`);
}

function compareDoors(number: string, inDatabase: Shown | undefined, inApi: Shown | undefined, count: Count): void {
  if (JSON.stringify(inDatabase) !== JSON.stringify(inApi)) {
    count('DRIFT', `API and database disagree on ${number}: ${JSON.stringify(inApi)} ${JSON.stringify(inDatabase)}`);
  }
}

/** An effect that was doubled and overwritten since still stands in the activity log. */
function countActivity(database: DatabaseDoor, slots: readonly Slot[], count: Count): void {
  for (const [name, times] of database.activity) {
    if (/^extension\.(created|deleted) /.test(name) && times > 1) count('DUP', `${name} is logged ${times} times`);
  }
  const of = (action: string) => [...database.activity.keys()].filter((name) => name.startsWith(`${action} `)).length;
  const told = (field: 'created' | 'deleted') => slots.reduce((sum, slot) => sum + slot[field], 0);
  for (const [action, field] of [
    ['extension.created', 'created'],
    ['extension.deleted', 'deleted'],
  ] as const) {
    const difference = of(action) - told(field);
    if (difference > 0) count('DUP', `${difference} more ${action} than were acknowledged`);
    if (difference < 0) count('LOST', `${-difference} fewer ${action} than were acknowledged`);
  }
}

function comparePbx({ slots, database, pbx, slug }: Evidence, count: Count): void {
  const expected = new Set<string>([`company/${slug}`]);
  for (const slot of slots) {
    const row = database.extensions.get(slot.number);
    if (row === undefined) continue;
    const state = slot.states.length === 1 ? slot.states[0] : undefined;
    const objects = expectedOnPbx(slug, row, state);
    const missing: string[] = [];
    for (const { ref, matches } of objects) {
      expected.add(ref);
      const value = ref.startsWith('mailbox/') ? pbx.mailboxes.get(ref.slice(8)) : pbx.astDb.get(ref);
      if (value === undefined) missing.push(ref);
      else if (!matches(value)) count('DRIFT', `${ref} is ${value}`);
      if (ref.startsWith('mailbox/') && value !== undefined && !pbx.live.has(ref.slice(8))) {
        count('DRIFT', `${ref} is in the file but not loaded`);
      }
    }
    if (missing.length > 0 && missing.length < objects.length) {
      count('TORN', `of ${slot.number} is missing on the PBX: ${missing.join(' ')}`);
    } else if (missing.length > 0) count('DRIFT', `${slot.number} is not on the PBX`);
  }
  const present = [...pbx.astDb.keys(), ...[...pbx.mailboxes.keys()].map((id) => `mailbox/${id}`)];
  for (const ref of present) if (!expected.has(ref)) count('DRIFT', `${ref} is on the PBX and nowhere else`);
  for (const id of pbx.live) if (!expected.has(`mailbox/${id}`)) count('DRIFT', `mailbox ${id} is loaded and gone`);
}

export function isClean(verdict: Verdict): boolean {
  return DIMENSIONS.every((dimension) => verdict[dimension] === 0);
}

export function verdictText(verdict: Verdict): string {
  return DIMENSIONS.map((dimension) => `${dimension}=${verdict[dimension]}`).join(' ');
}
