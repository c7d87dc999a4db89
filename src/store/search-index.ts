import type { SqliteHandle } from './handles.ts';

/** The text as it is indexed (`plainText`, which our connections know as a function); ASCII the index folds itself. */
function plain(expression: string): string {
  return `iif(${expression} GLOB '*[^ -~]*', plain_text(${expression}), ${expression})`;
}

const name = (row: string) => plain(`(${row}."firstName" || ' ' || ${row}."lastName")`);

/** The digits of a number from each of them on, so that any part of it is the beginning of a word. */
const ENDS = Array.from({ length: 13 }, (_, i) => `nullif(substr(r."e164", ${i + 3}), '')`).join(', ');

/** Tables that lists search, and the words of a row `r` by the column of its index. */
export const INDEXED = {
  User: {
    name: name('r'),
    username: plain('r."username"'),
    email: 'r."email"',
    title: plain('r."title"'),
    extensions: `(SELECT group_concat(x."number", ' ') FROM "Extension" x WHERE x."userId" = r."id")`,
    externalIds: `(SELECT group_concat(${plain('x."value"')}, ' ') FROM "ExternalId" x WHERE x."userId" = r."id")`,
  },
  Extension: {
    number: 'r."number"',
    name: plain('r."displayName"'),
    callerId: plain('r."callerIdName"'),
    person: `(SELECT ${plain('x."username"')} || ' ' || ${name('x')} FROM "User" x WHERE x."id" = r."userId")`,
    mailbox: '(SELECT x."email" FROM "Mailbox" x WHERE x."extensionId" = r."id")',
  },
  PhoneNumber: {
    number: `concat_ws(' ', r."e164", ${ENDS})`,
    note: plain('r."note"'),
    extension: `(SELECT x."number" || ' ' || ${plain('x."displayName"')} FROM "Extension" x WHERE x."id" = r."extensionId")`,
  },
  Company: { name: plain('r."name"'), slug: 'r."slug"' },
  Site: { name: plain('r."name"') },
  Role: { name: plain('r."name"') },
  UserGroup: { name: plain('r."name"'), description: plain('r."description"') },
  Invitation: { email: 'r."email"' },
  DeletedUser: { name: name('r'), username: plain('r."username"') },
} as const;

export type Indexed = keyof typeof INDEXED;

const PENDING = 'SELECT DISTINCT "kind" FROM "SearchPending"';

/** What was noted of one kind goes into its index, in order of its numbers: FTS5 writes one segment then. */
function statementsOf(kind: Indexed): string[] {
  const noted = `(SELECT DISTINCT "objectId" AS "id" FROM "SearchPending" WHERE "kind" = '${kind}')`;
  const entries = `${noted} p CROSS JOIN "SearchEntry" e ON e."objectId" = p."id" AND e."kind" = '${kind}'`;
  const columns = Object.keys(INDEXED[kind]).map((column) => `"${column}"`);
  return [
    `DELETE FROM "${kind}Search" WHERE rowid IN (SELECT e."id" FROM ${entries})`,
    `DELETE FROM "SearchEntry" WHERE "id" IN (SELECT e."id" FROM ${entries}
       WHERE NOT EXISTS (SELECT 1 FROM "${kind}" r WHERE r."id" = p."id"))`,
    `INSERT INTO "SearchEntry" ("kind", "objectId") SELECT '${kind}', r."id" FROM ${noted} p CROSS JOIN "${kind}" r ON r."id" = p."id"
       WHERE true ON CONFLICT DO NOTHING`,
    `INSERT INTO "${kind}Search" (rowid, ${columns.join(', ')}) SELECT e."id", ${Object.values(INDEXED[kind]).join(', ')}
       FROM ${entries} CROSS JOIN "${kind}" r ON r."id" = p."id" ORDER BY e."id"`,
  ];
}

const STATEMENTS = new Map<string, string[]>(
  (Object.keys(INDEXED) as Indexed[]).map((kind) => [kind, statementsOf(kind)]),
);

/** Brings the search index up to the rows that triggers have noted. To be called at the end of a transaction. */
export function indexNoted(writer: SqliteHandle): void {
  const kinds = writer.prepare(PENDING).pluck().all() as string[];
  if (kinds.length === 0) return;
  for (const kind of kinds) for (const sql of STATEMENTS.get(kind) ?? []) writer.prepare(sql).run();
  writer.prepare('DELETE FROM "SearchPending"').run();
}
