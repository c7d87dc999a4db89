import type { Tx } from './database.ts';
import { execute, queryJson, type SqlValue } from './sql.ts';

type Row = Record<string, SqlValue>;

/** An extension with all that goes when it is deleted, as the tables have it: times in milliseconds, secrets sealed. */
export interface ExtensionRows {
  extension: Row & { id: string; companyId: string; number: string; userId: string | null; siteId: string | null };
  accounts: Row[];
  mailbox: Row | null;
  seen: Row | null;
}

const COLUMNS = {
  Extension: [
    ...['id', 'companyId', 'number', 'displayName', 'callerIdName', 'userId', 'siteId', 'ringSeconds', 'forwardAlways'],
    ...['forwardBusy', 'forwardNoAnswer', 'doNotDisturb', 'classOfService', 'pickupGroup', 'enabled', 'suspended'],
    ...['suspendedForward', 'version', 'createdAt', 'updatedAt'],
  ],
  SipAccount: [
    ...['id', 'extensionId', 'ordinal', 'label', 'kind', 'codecs', 'maxContacts', 'secretSealed', 'rotatedAt'],
    'createdAt',
  ],
  Mailbox: [
    ...['id', 'extensionId', 'box', 'pinSealed', 'pinSource', 'pinChangedAt', 'email', 'attach', 'deleteAfterMail'],
    ...['timezone', 'enabled', 'version', 'createdAt', 'updatedAt'],
  ],
  ExtensionSeen: ['extensionId', 'lastCallAt', 'lastRegisteredAt'],
} as const;
type Table = keyof typeof COLUMNS;

function rowOf(table: Table, alias: string): string {
  return `json_object(${COLUMNS[table].map((name) => `'${name}', ${alias}."${name}"`).join(', ')})`;
}

export function extensionRows(tx: Tx, ids: readonly string[]): Promise<ExtensionRows[]> {
  const one = (table: Table) => `(SELECT ${rowOf(table, 'x')} FROM "${table}" x WHERE x."extensionId" = e.id)`;
  return queryJson<ExtensionRows[]>(
    tx,
    `SELECT json_group_array(json_object('extension', ${rowOf('Extension', 'e')},
       'accounts', (SELECT json_group_array(${rowOf('SipAccount', 'x')}) FROM "SipAccount" x WHERE x."extensionId" = e.id),
       'mailbox', ${one('Mailbox')}, 'seen', ${one('ExtensionSeen')})) AS json
     FROM json_each(?1) j CROSS JOIN "Extension" e ON e.id = j.value`,
    JSON.stringify(ids),
  );
}

/** Writes rows as they stood, the extensions one version on. */
export async function insertExtensionRows(tx: Tx, rows: readonly ExtensionRows[]): Promise<void> {
  const now = Date.now();
  await insert(
    tx,
    'Extension',
    rows.map(({ extension }) => ({ ...extension, version: Number(extension.version) + 1, updatedAt: now })),
  );
  await insert(
    tx,
    'SipAccount',
    rows.flatMap(({ accounts }) => accounts),
  );
  const present = (list: readonly (Row | null)[]) => list.filter((row) => row !== null);
  await insert(tx, 'Mailbox', present(rows.map(({ mailbox }) => mailbox)));
  await insert(tx, 'ExtensionSeen', present(rows.map(({ seen }) => seen)));
}

async function insert(tx: Tx, table: Table, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = COLUMNS[table];
  await execute(
    tx,
    `INSERT INTO "${table}" (${columns.map((name) => `"${name}"`).join(', ')})
     SELECT ${columns.map((name) => `value->>'$.${name}'`).join(', ')} FROM json_each(?1)`,
    JSON.stringify(rows),
  );
}

/** Those of these ids that a table has. */
export async function idsAmong(
  tx: Tx,
  table: 'User' | 'Site' | 'Extension',
  ids: readonly (string | null)[],
): Promise<Set<string>> {
  const found = await queryJson<string[]>(
    tx,
    `SELECT json_group_array(t.id) AS json FROM (SELECT DISTINCT value FROM json_each(?1)) j
     CROSS JOIN "${table}" t ON t.id = j.value`,
    JSON.stringify(ids),
  );
  return new Set(found);
}
