import { isInRanges, nextFree } from '../domain/company.ts';
import type { BatchContext, ExtensionRow, RowResult, WrittenUser } from '../domain/extension-row.ts';
import { endpointId } from '../domain/sip-account.ts';
import { foldUsername } from '../domain/user.ts';
import type { ErrorCode, FieldError } from '../errors.ts';
import { WAITING } from '../store/adoptions.ts';
import {
  EXTENSION_FIELDS,
  type ExistingExtension,
  type ExtensionField,
  type ExtensionValues,
  type MailboxValues,
  type NewAccount,
} from '../store/extension-writes.ts';
import type { NumberMove } from '../store/number-writes.ts';
import type { UserValues } from '../store/references.ts';
import type { BatchWorld } from './batch-world.ts';
import { decideMailbox } from './decide-mailbox.ts';
import { decideNumbers } from './decide-numbers.ts';

/** What one row writes. */
export interface RowWrites {
  values: ExtensionValues;
  isNew: boolean;
  account: NewAccount | undefined;
  mailbox: MailboxValues | undefined;
  mailboxDeleted: boolean;
  moves: NumberMove[];
  user: UserValues | undefined;
  /** Before and after of what changed, for the activity log. */
  changed: Record<string, unknown>;
}

export interface Decision {
  result: RowResult;
  writes: RowWrites | undefined;
}

/** Collects every error of a row, so that the caller sees all at once. */
export class RowErrors {
  readonly list: FieldError[] = [];
  private first: ErrorCode | undefined;

  add(code: ErrorCode, path: string, message: string): void {
    this.first ??= code;
    this.list.push({ path, code, message });
  }

  get code(): ErrorCode | undefined {
    return this.first;
  }
}

/** Decides one row: no I/O, but it notes in `world` what later rows must know. */
export function decideRow(world: BatchWorld, context: BatchContext, row: ExtensionRow): Decision {
  const errors = new RowErrors();
  const number = row.number ?? nextFree(world.company.ranges, (one) => world.taken?.has(one) === true);
  const existing = number === undefined ? undefined : world.existing.get(number);
  const failed = (): Decision => ({
    result: {
      line: row.line,
      number,
      extensionId: existing?.id,
      result: 'failed',
      code: errors.code ?? 'VALIDATION_FAILED',
      errors: errors.list,
    },
    writes: undefined,
  });

  if (number === undefined) {
    errors.add('EXTENSION_RANGE_FULL', 'number', 'no number is free in the ranges of the company');
    return failed();
  }
  if (world.written.has(number)) {
    errors.add('EXTENSION_TAKEN', 'number', `extension ${number} stands in the same request twice`);
    return failed();
  }
  if (existing !== undefined && context.strategy === 'skip') {
    const { id, version } = existing;
    return { result: { line: row.line, number, extensionId: id, result: 'skipped', version }, writes: undefined };
  }
  if (existing !== undefined && context.strategy === 'fail') {
    errors.add('EXTENSION_TAKEN', 'number', `extension ${number} exists`);
    return failed();
  }
  if (existing === undefined && context.mustExist === true) {
    errors.add('NOT_FOUND', 'number', `extension ${number} does not exist`);
    return failed();
  }
  if (existing === undefined && !isInRanges(number, world.company.ranges)) {
    const ranges = world.company.ranges.map((range) => range.join('-')).join(', ');
    errors.add(
      'EXTENSION_OUT_OF_RANGE',
      'number',
      `extension ${number} is outside the ranges of the company (${ranges})`,
    );
  }

  const id = existing?.id ?? world.chance.id();
  const user = decideUser(world, row, errors);
  const values = decideValues(world, row, { id, number, existing, userId: user?.id, errors });
  const mailbox = decideMailbox({
    world,
    context,
    row,
    number,
    extensionId: id,
    userId: values.userId,
    existing: existing?.mailbox ?? null,
    errors,
  });
  const moves = decideNumbers(world, row, { id, number }, errors);
  if (errors.code !== undefined) return failed();

  const changed: Record<string, unknown> = { ...changedFields(existing, values), ...mailbox.changed };
  if (moves.length > 0)
    changed.phoneNumbers = Object.fromEntries(moves.map(({ e164, from, to }) => [e164, [from, to]]));
  const written = user === undefined ? undefined : writtenUser(world, user);
  if (written !== undefined && written.created === undefined) changed.user = user?.username;
  if (existing !== undefined && Object.keys(changed).length === 0) {
    return {
      result: { line: row.line, number, extensionId: id, result: 'unchanged', version: existing.version },
      writes: undefined,
    };
  }
  const secret = existing === undefined ? (row.extras.account?.secret ?? world.chance.secret()) : undefined;
  const writes: RowWrites = {
    values,
    isNew: existing === undefined,
    account:
      secret === undefined
        ? undefined
        : firstAccount(world, row, { id, number, isAdopting: context.isAdopting === true }, secret),
    mailbox: mailbox.values,
    mailboxDeleted: mailbox.deleted,
    moves,
    user: written === undefined ? undefined : user,
    changed,
  };
  remember(world, writes, written);
  const common = {
    line: row.line,
    number,
    extensionId: id,
    pin: mailbox.generatedPin,
    ...(written === undefined ? {} : { user: written }),
  };
  if (existing === undefined) {
    return { result: { ...common, result: 'created', version: 1, secret: secret ?? '' }, writes };
  }
  const { accounts: _accounts, companyId: _companyId, ...before } = existing;
  return { result: { ...common, result: 'updated', version: existing.version + 1, before, changes: changed }, writes };
}

function decideValues(
  world: BatchWorld,
  row: ExtensionRow,
  x: {
    id: string;
    number: string;
    existing: ExistingExtension | undefined;
    userId: string | undefined;
    errors: RowErrors;
  },
): ExtensionValues {
  const { input, extras } = row;
  const { existing, errors } = x;
  let siteId = input.siteId;
  if (siteId != null && !world.siteIds.has(siteId))
    errors.add('REFERENCE_INVALID', 'siteId', 'no such site in the company');
  if (extras.siteName !== undefined) {
    siteId = world.sitesByName.get(extras.siteName.toLowerCase());
    if (siteId === undefined)
      errors.add('REFERENCE_INVALID', 'siteName', `no site "${extras.siteName}" in the company`);
  }
  if (input.userId != null && !world.userIds.has(input.userId)) {
    errors.add('REFERENCE_INVALID', 'userId', 'no such user in the company');
  }
  const pick = <T>(given: T | undefined, present: T | undefined, fallback: T): T =>
    given !== undefined ? given : present !== undefined ? present : fallback;
  return {
    id: x.id,
    companyId: world.company.id,
    number: x.number,
    displayName: pick(input.displayName, existing?.displayName, nameOf(row) ?? x.number),
    callerIdName: pick(input.callerIdName, existing?.callerIdName, null),
    userId: pick(x.userId ?? input.userId, existing?.userId, null),
    siteId: pick(siteId, existing?.siteId, null),
    ringSeconds: pick(input.ringSeconds, existing?.ringSeconds, 25),
    forwardAlways: pick(input.forwardAlways, existing?.forwardAlways, null),
    forwardBusy: pick(input.forwardBusy, existing?.forwardBusy, null),
    forwardNoAnswer: pick(input.forwardNoAnswer, existing?.forwardNoAnswer, null),
    doNotDisturb: pick(input.doNotDisturb, existing?.doNotDisturb, false),
    classOfService: pick<string>(input.classOfService, existing?.classOfService, 'national'),
    pickupGroup: pick(input.pickupGroup, existing?.pickupGroup, null),
    enabled: pick(input.enabled, existing?.enabled, true),
  };
}

/** A row that names a user but no display name means the user's name. */
function nameOf({ extras }: ExtensionRow): string | undefined {
  const name = [extras.user?.firstName, extras.user?.lastName].filter((part) => part !== undefined).join(' ');
  return name === '' ? undefined : name.slice(0, 80);
}

function decideUser(world: BatchWorld, row: ExtensionRow, errors: RowErrors): UserValues | undefined {
  const given = row.extras.user;
  if (given === undefined) return undefined;
  const known = world.usersByName.get(foldUsername(given.username));
  if (known !== undefined && known.companyId !== world.company.id) {
    errors.add('USERNAME_TAKEN', 'user.username', `the username "${given.username}" is taken`);
    return undefined;
  }
  return {
    id: known?.id ?? world.chance.id(),
    companyId: world.company.id,
    username: given.username,
    firstName: given.firstName,
    lastName: given.lastName,
    email: given.email,
  };
}

/** undefined: the user is known and the row says nothing new of them. */
function writtenUser(world: BatchWorld, user: UserValues): WrittenUser | undefined {
  const known = world.usersByName.get(foldUsername(user.username));
  if (known === undefined) return { id: user.id, version: 1, created: true };
  const isChanged = (['firstName', 'lastName', 'email'] as const).some(
    (field) => user[field] !== undefined && user[field] !== known[field],
  );
  return isChanged ? { id: user.id, version: known.version + 1 } : undefined;
}

function firstAccount(
  world: BatchWorld,
  row: ExtensionRow,
  { id: extensionId, number, isAdopting }: { id: string; number: string; isAdopting: boolean },
  secret: string,
): NewAccount {
  const id = world.chance.id();
  const given = row.extras.account;
  return {
    id,
    extensionId,
    ordinal: 1,
    label: null,
    kind: given?.kind ?? 'desk',
    codecs: given?.codecs ?? null,
    maxContacts: given?.maxContacts ?? 1,
    adoption: isAdopting ? WAITING : null,
    secretSealed: world.chance.sealSecret(id, endpointId(world.company.endpointPrefix, number, 1), secret),
  };
}

function changedFields(existing: ExistingExtension | undefined, values: ExtensionValues): Record<string, unknown> {
  if (existing === undefined) return {};
  const fields: ExtensionField[] = EXTENSION_FIELDS.filter((field) => existing[field] !== values[field]);
  return Object.fromEntries(fields.map((field) => [field, [existing[field], values[field]]]));
}

/** Later rows of the same batch see what this one does. */
function remember(world: BatchWorld, writes: RowWrites, written: WrittenUser | undefined): void {
  const { values, user, moves } = writes;
  world.taken?.add(values.number);
  world.written.add(values.number);
  if (user !== undefined && written !== undefined) {
    const known = world.usersByName.get(foldUsername(user.username));
    world.usersByName.set(foldUsername(user.username), {
      ...user,
      firstName: user.firstName ?? known?.firstName ?? '',
      lastName: user.lastName ?? known?.lastName ?? '',
      email: user.email === undefined ? (known?.email ?? null) : user.email,
      version: written.version,
    });
  }
  for (const { id, companyId, e164, to, extensionId } of moves) {
    world.phoneNumbers.set(e164, { id, companyId, e164, state: to, extensionId });
  }
}
