import type { BatchContext, ExtensionRow, MailboxSnapshot } from '../domain/extension-row.ts';
import { pinWeakness } from '../domain/mailbox.ts';
import type { MailboxValues } from '../store/extension-writes.ts';
import { phonePinPurpose } from '../store/user-rows.ts';
import type { BatchWorld } from './batch-world.ts';
import type { RowErrors } from './decide-row.ts';

export interface MailboxDecision {
  values: MailboxValues | undefined;
  deleted: boolean;
  /** Before and after of what changed, for the activity log; empty: nothing. */
  changed: Record<string, unknown>;
  /** A PIN that we made up; shown once. */
  generatedPin: string | undefined;
}

const NOTHING: MailboxDecision = { values: undefined, deleted: false, changed: {}, generatedPin: undefined };

export function decideMailbox(x: {
  world: BatchWorld;
  context: BatchContext;
  row: ExtensionRow;
  number: string;
  extensionId: string;
  /** Whose extension it is after the row. */
  userId: string | null;
  existing: MailboxSnapshot | null;
  errors: RowErrors;
}): MailboxDecision {
  const { existing, number, context } = x;
  const { seal } = x.world.chance;
  const given = x.row.input.mailbox;
  if (given === undefined) return NOTHING;
  if (given === null)
    return existing === null ? NOTHING : { ...NOTHING, deleted: true, changed: { hasMailbox: [true, false] } };

  const weakness = given.pin === undefined || context.allowWeakPins ? undefined : pinWeakness(given.pin, number);
  if (weakness !== undefined)
    x.errors.add('PIN_WEAK', 'mailbox.pin', `the PIN ${weakness}; choose another or force it`);

  const id = existing?.id ?? x.world.chance.id();
  const purpose = `Mailbox:${id}`;
  const oldPin = existing === null ? undefined : seal.open(existing.pinSealed, purpose);
  const known = given.pin ?? oldPin ?? phonePin(x.world, context, x.userId, number);
  const generatedPin = known === undefined ? x.world.chance.pin(number) : undefined;
  const pin = known ?? generatedPin ?? '';
  const values: MailboxValues = {
    id,
    box: existing?.box ?? null,
    extensionId: x.extensionId,
    pinSealed: existing !== null && pin === oldPin ? existing.pinSealed : seal.seal(pin, purpose),
    pinSource: context.source,
    email: given.email === undefined ? (existing?.email ?? null) : given.email,
    attach: given.attach ?? existing?.attach ?? true,
    deleteAfterMail: given.deleteAfterMail ?? existing?.deleteAfterMail ?? false,
    timezone: given.timezone === undefined ? (existing?.timezone ?? null) : given.timezone,
    enabled: given.enabled ?? existing?.enabled ?? true,
  };
  const changed = changedFields(existing, values);
  return Object.keys(changed).length > 0 ? { values, deleted: false, changed, generatedPin } : NOTHING;
}

const FIELDS = ['email', 'attach', 'deleteAfterMail', 'timezone', 'enabled'] as const;

function changedFields(existing: MailboxSnapshot | null, values: MailboxValues): Record<string, unknown> {
  if (existing === null) return { hasMailbox: [false, true] };
  const fields = FIELDS.filter((field) => existing[field] !== values[field]);
  const changed = fields.map((field): [string, unknown] => [field, [existing[field], values[field]]]);
  if (values.pinSealed !== existing.pinSealed) changed.push(['pin', ['****', '****']]);
  return changed.length === 0 ? {} : { mailbox: Object.fromEntries(changed) };
}

/** The telephone PIN of the owner, unless it is weak for this very extension. */
function phonePin(
  { phonePins, chance }: BatchWorld,
  { allowWeakPins }: BatchContext,
  userId: string | null,
  number: string,
): string | undefined {
  const sealed = userId === null ? undefined : phonePins.get(userId);
  if (userId === null || sealed === undefined) return undefined;
  const pin = chance.seal.open(sealed, phonePinPurpose(userId));
  return allowWeakPins || pinWeakness(pin, number) === undefined ? pin : undefined;
}
