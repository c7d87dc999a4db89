import { endpointId } from '../domain/sip-account.ts';
import type { Database } from './database.ts';
import { queryJson } from './sql.ts';

/** What a phone and its owner need of an extension that a job made, or gave new secrets or another number. */
export interface Credential {
  line: number;
  extension: string;
  displayName: string;
  user: string | null;
  /** Ordinal of the SIP account. */
  account: number;
  /** The name under which the account registers. */
  username: string;
  /** The one before, when the job gave the extension another number. */
  formerUsername: string | undefined;
  /** undefined when the job did not make it, or it was rotated since: whoever rotated it wanted it known by nobody else. */
  secret: string | undefined;
  /** Only a PIN that the job made and nobody changed since. */
  pin: string | undefined;
}

type Packed = [
  line: number,
  extension: string | null,
  displayName: string,
  user: string | null,
  prefix: string,
  isPinOurs: number,
  former: string | null,
  accountId: string | null,
  ordinal: number | null,
  secretSealed: string | null,
  mailboxId: string | null,
  pinSealed: string | null,
];

/** What a job's row remembers (`before`) says whose secrets it made: of an extension that is new, those of the first account. */
const CREATED = `r."result" = 'created'`;
const IS_ROTATED = `a.id IN (SELECT value FROM json_each(r."before", '$.rotated'))`;
const ACCOUNTS = `CASE WHEN r."before"->'rotated' IS NOT NULL THEN ${IS_ROTATED}
  WHEN r."before"->'former' IS NOT NULL THEN 1 ELSE a."ordinal" = 1 END`;

/**
 * Credentials of a page of rows of a job, in their order, opened one by one: 100,000 secrets never stand in memory. What
 * was rotated or changed after `until` is left out. `next` is undefined after the last page.
 */
export async function credentialPage(
  db: Database,
  jobId: string,
  query: { after: number; limit: number; until: number },
): Promise<{ items: Credential[]; next: number | undefined }> {
  const rows = await queryJson<Packed[]>(
    db.read,
    `SELECT json_group_array(json_array(r."line", e."number", e."displayName",
       (SELECT "username" FROM "User" WHERE id = e."userId"), c."endpointPrefix",
       coalesce(r."before"->>'generatedPin', 0), r."before"->>'former', a.id, a."ordinal",
       iif(a."rotatedAt" <= ?4 AND (${CREATED} OR ${IS_ROTATED}), a."secretSealed", NULL),
       m.id, m."pinSealed") ORDER BY r."line", a."ordinal") AS json
     FROM (SELECT * FROM "JobRow" WHERE "jobId" = ?1 AND "line" > ?2
       AND (+"result" = 'created' OR (+"result" = 'updated' AND ("before"->>'generatedPin'
         OR "before"->'rotated' IS NOT NULL OR "before"->'former' IS NOT NULL))) ORDER BY "line" LIMIT ?3) r
     LEFT JOIN "Extension" e ON e.id = r."objectId" LEFT JOIN "Company" c ON c.id = e."companyId"
     LEFT JOIN "SipAccount" a ON a."extensionId" = e.id AND ${ACCOUNTS}
     LEFT JOIN "Mailbox" m ON m."extensionId" = e.id AND m."pinSource" IN ('import', 'job') AND m."pinChangedAt" <= ?4`,
    jobId,
    query.after,
    query.limit,
    query.until,
  );
  return {
    items: rows.flatMap((row) => open(db, row)),
    next: rows.length < query.limit ? undefined : rows.at(-1)?.[0],
  };
}

/** Nothing for an extension that was deleted since. */
function open(db: Database, packed: Packed): Credential[] {
  const [line, extension, displayName, user, prefix, isPinOurs, former] = packed;
  const [accountId, ordinal, secret, mailboxId, pin] = packed.slice(7) as [
    ...[accountId: string | null, ordinal: number | null, secret: string | null],
    ...[mailboxId: string | null, pin: string | null],
  ];
  if (extension === null) return [];
  const account = ordinal ?? 1;
  return [
    {
      ...{ line, extension, displayName, user, account },
      username: endpointId(prefix, extension, account),
      formerUsername: former === null ? undefined : endpointId(prefix, former, account),
      secret: secret === null ? undefined : db.seal.open(secret, `SipAccount:${accountId}`),
      pin: isPinOurs === 1 && pin !== null ? db.seal.open(pin, `Mailbox:${mailboxId}`) : undefined,
    },
  ];
}
