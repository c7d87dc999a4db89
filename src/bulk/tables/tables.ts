import type {
  DeviceValues,
  GroupValues,
  MailboxRowValues,
  MembershipValues,
  NumberValues,
  PersonValues,
} from '../../domain/import-values.ts';
import type { TableWriter } from '../../store/table-writer.ts';
import type { RowWriter } from '../ports.ts';
import { extensionsTable } from './extensions.ts';
import { devicesTable, groupsTable, mailboxesTable, membershipsTable, numbersTable } from './plain-tables.ts';
import type { ImportTableName } from './shape.ts';
import type { ImportTable } from './table.ts';
import { usersTable } from './users.ts';

/** Who writes what imports read; handed in by the composition root. */
export interface TableWriters {
  extensions: RowWriter;
  people: TableWriter<PersonValues>;
  groups: TableWriter<GroupValues>;
  memberships: TableWriter<MembershipValues>;
  numbers: TableWriter<NumberValues>;
  mailboxes: TableWriter<MailboxRowValues>;
  devices: TableWriter<DeviceValues>;
}

export function createTables(writers: TableWriters): Readonly<Record<ImportTableName, ImportTable>> {
  return {
    extensions: untyped(extensionsTable(writers.extensions)),
    users: untyped(usersTable(writers.people, writers.extensions)),
    groups: untyped(groupsTable(writers.groups)),
    memberships: untyped(membershipsTable(writers.memberships)),
    numbers: untyped(numbersTable(writers.numbers)),
    mailboxes: untyped(mailboxesTable(writers.mailboxes)),
    devices: untyped(devicesTable(writers.devices)),
  };
}

/** The rows of a table are written by the same table that made them. */
function untyped<R>(table: ImportTable<R>): ImportTable {
  return table as unknown as ImportTable;
}
