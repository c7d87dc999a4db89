import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import type { TestAsterisk } from '../../support/asterisk.ts';
import type { Api, Json } from './api.ts';

/** One extension as a door shows it. */
export interface Shown {
  id: string;
  number: string;
  displayName: string;
  ringSeconds: number;
  hasMailbox: boolean;
  accounts: { ordinal: number; label: string | null }[];
}

export interface DatabaseDoor {
  extensions: Map<string, Shown>;
  /** Doubled or torn rows, in words. */
  doubled: string[];
  torn: string[];
  outbox: number;
  integrity: string;
  /** Activity events `<action> <objectId>`. */
  activity: Map<string, number>;
}

export interface PbxDoor {
  /** AstDB below `linekeeper/`, by `kind/key`. */
  astDb: Map<string, string>;
  /** Lines of our voicemail files by `number@context`. */
  mailboxes: Map<string, string>;
  /** Mailboxes that app_voicemail has loaded. */
  live: Set<string>;
  doubled: string[];
}

export async function readApi(api: Api, companyId: string): Promise<Map<string, Shown>> {
  const items = await api.all(`/extensions?companyId=${companyId}`);
  return new Map(items.map((item) => [item.number, shownOf(item)]));
}

function shownOf(item: Json): Shown {
  const accounts = item.accounts.map(({ ordinal, label }: Json) => ({ ordinal, label }));
  const { id, number, displayName, ringSeconds, mailbox } = item;
  return { id, number, displayName, ringSeconds, hasMailbox: mailbox !== null, accounts };
}

/** The file itself, opened read-only past the daemon. */
export function readDatabase(file: string, companyId: string): DatabaseDoor {
  const db = new BetterSqlite3(file, { readonly: true, timeout: 5000 });
  try {
    const all = (sql: string, ...values: unknown[]) => db.prepare(sql).all(...values) as Json[];
    const rows = all('SELECT * FROM "Extension" WHERE "companyId" = ?', companyId);
    const accounts = new Map<string, Json[]>();
    for (const account of all('SELECT * FROM "SipAccount" ORDER BY "ordinal"')) {
      accounts.set(account.extensionId, [...(accounts.get(account.extensionId) ?? []), account]);
    }
    const mailboxes = new Set(all('SELECT "extensionId" FROM "Mailbox"').map((row) => row.extensionId));
    const extensions = new Map<string, Shown>();
    const doubled: string[] = [];
    const torn: string[] = [];
    for (const row of rows) {
      if (extensions.has(row.number)) doubled.push(`extension ${row.number} twice in the database`);
      const own = accounts.get(row.id) ?? [];
      if (own.length === 0) torn.push(`extension ${row.number} has no account`);
      extensions.set(row.number, {
        id: row.id,
        number: row.number,
        displayName: row.displayName,
        ringSeconds: row.ringSeconds,
        hasMailbox: mailboxes.has(row.id),
        accounts: own.map(({ ordinal, label }) => ({ ordinal, label })),
      });
    }
    for (const broken of db.pragma('foreign_key_check') as Json[]) torn.push(`broken reference in ${broken.table}`);
    const activity = all('SELECT "action" || \' \' || "objectId" AS name, count(*) AS n FROM "AuditEvent" GROUP BY 1');
    return {
      extensions,
      doubled,
      torn,
      outbox: all('SELECT count(*) AS n FROM "Outbox"')[0]?.n,
      integrity: db.pragma('integrity_check', { simple: true }) as string,
      activity: new Map(activity.map(({ name, n }) => [name, n])),
    };
  } finally {
    db.close();
  }
}

/** What the outbox says of changes that failed. */
export function failedMarks(file: string): Json[] {
  const db = new BetterSqlite3(file, { readonly: true, timeout: 5000 });
  try {
    return db.prepare('SELECT * FROM "Outbox" WHERE "errorCode" IS NOT NULL').all() as Json[];
  } finally {
    db.close();
  }
}

/** Asterisk through a login and a parser that are not the product's, and its files as they lie on the disk. */
export async function readPbx(asterisk: TestAsterisk): Promise<PbxDoor> {
  const raw = await asterisk.raw();
  try {
    const astDb = new Map<string, string>();
    for (const [key, value] of await raw.dbTree('linekeeper')) {
      if (key.startsWith('/linekeeper/')) astDb.set(key.slice('/linekeeper/'.length), value);
    }
    const users = await raw.action({ Action: 'VoicemailUsersList' });
    const live = new Set<string>();
    for (const { Event, VMContext, VoiceMailbox } of users) {
      if (Event === 'VoicemailUserEntry' && VMContext?.startsWith('lk-')) live.add(`${VoiceMailbox}@${VMContext}`);
    }
    return { astDb, live, ...readVoicemailFiles(asterisk.configDir) };
  } finally {
    raw.close();
  }
}

function readVoicemailFiles(folder: string): Pick<PbxDoor, 'mailboxes' | 'doubled'> {
  const mailboxes = new Map<string, string>();
  const doubled: string[] = [];
  for (const name of readdirSync(folder).filter((one) => /^linekeeper-voicemail-\d+\.conf$/.test(one))) {
    let context = '';
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
      context = /^\[([^\]]+)\]/.exec(line)?.[1] ?? context;
      const [, number, value] = /^(\d+)\s*=>?\s*(.*)$/.exec(line) ?? [];
      if (number === undefined || value === undefined) continue;
      const id = `${number}@${context}`;
      if (mailboxes.has(id)) doubled.push(`mailbox ${id} twice in the files`);
      mailboxes.set(id, value.trim());
    }
  }
  return { mailboxes, doubled };
}
