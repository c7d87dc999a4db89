import type {
  DeviceValues,
  GroupValues,
  MailboxRowValues,
  MembershipValues,
  NumberValues,
} from '../../domain/import-values.ts';
import { parseE164 } from '../../domain/phone-number.ts';
import { foldUsername } from '../../domain/user.ts';
import type { TableWriter } from '../../store/table-writer.ts';
import { numberKey } from '../number-key.ts';
import { optionsOf } from '../options.ts';
import type { Draft } from '../row.ts';
import { plainTable } from './plain.ts';
import { SHAPES } from './shapes.ts';

/** Keeps apart what stands in one key. */
const SEPARATOR = '\n';

export function groupsTable(writer: TableWriter<GroupValues>) {
  return plainTable<GroupValues>({
    shape: SHAPES.groups,
    writer,
    values: valuesOf<GroupValues>,
    nameOf: ({ kind, name }) => `${kind}:${name}`,
    keysOf: ({ kind, name }) => [{ column: 'name', text: `the ${kind} ${name}`, key: [kind, name].join(SEPARATOR) }],
  });
}

export function membershipsTable(writer: TableWriter<MembershipValues>) {
  return plainTable<MembershipValues>({
    shape: SHAPES.memberships,
    writer,
    values: valuesOf<MembershipValues>,
    nameOf: ({ kind, group, username }) => `${username} in ${kind}:${group}`,
    keysOf: ({ kind, group, username }) => [
      {
        column: 'username',
        text: `${username} in the ${kind} ${group}`,
        key: [kind, group, foldUsername(username)].join(SEPARATOR),
      },
    ],
  });
}

export function numbersTable(writer: TableWriter<NumberValues>) {
  return plainTable<NumberValues>({
    shape: SHAPES.numbers,
    writer,
    values(draft, { country }) {
      const given = valuesOf<NumberValues>(draft);
      if (given === undefined) return undefined;
      const e164 = parseE164(given.e164, country);
      if (e164 !== undefined) return { ...given, e164 };
      const message = `must be a phone number in E.164 such as +4930123456 or one of the company's country (${country})`;
      draft.errors.push({ column: 'phone_number', code: 'E164_INVALID', message });
      return undefined;
    },
    nameOf: ({ e164 }) => e164,
    keysOf: ({ e164 }) => [{ column: 'phone_number', text: e164, key: Number(e164.slice(1)) }],
  });
}

export function devicesTable(writer: TableWriter<DeviceValues>) {
  return plainTable<DeviceValues>({
    shape: SHAPES.devices,
    writer,
    values: valuesOf<DeviceValues>,
    nameOf: ({ mac }) => mac,
    keysOf: ({ mac }) => [{ column: 'mac', text: mac, key: mac }],
  });
}

export function mailboxesTable(writer: TableWriter<MailboxRowValues>) {
  return plainTable<MailboxRowValues>({
    shape: SHAPES.mailboxes,
    writer,
    values({ extras, input, errors }) {
      if (errors.length > 0) return undefined;
      return {
        extension: extras.number as string,
        mailbox: (input.mailbox ?? {}) as MailboxRowValues['mailbox'],
      };
    },
    nameOf: ({ extension }) => extension,
    keysOf: ({ extension }) => [{ column: 'extension', text: extension, key: numberKey(extension) }],
    hasCredentials: (job) => job.created > 0 && !optionsOf(job).columns.includes('mailbox_pin'),
  });
}

function valuesOf<V>({ fields, errors }: Draft): V | undefined {
  return errors.length > 0 ? undefined : (fields as V);
}
