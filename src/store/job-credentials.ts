import { endpointId } from '../domain/sip-account.ts';
import type { Database } from './database.ts';
import { queryJson } from './sql.ts';

/** What a phone and its owner need of an extension that a job made. */
export interface Credential {
  line: number;
  extension: string;
  displayName: string;
  user: string | null;
  /** The name under which the first SIP account registers. */
  username: string;
  /** undefined when it was rotated since: whoever rotated it wanted it known by nobody else. */
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
  isCreated: number,
  isPinOurs: number,
  accountId: string | null,
  secretSealed: string | null,
  mailboxId: string | null,
  pinSealed: string | null,
];

/**
 * A page of the credentials of a job, in the order of its file, opened one by one: 100,000 secrets never stand in
 * memory. What was rotated or changed after `until` is left out. `next` is undefined after the last page.
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
       CASE r."kind" WHEN 'users' THEN r."before"->>'$.extension.result' = 'created' WHEN 'mailboxes' THEN 0
         ELSE r."result" = 'created' END,
       coalesce(r."before"->>'generatedPin', 0), a.id, a."secretSealed", m.id, m."pinSealed") ORDER BY r."line") AS json
     FROM (SELECT w.*, j."kind" FROM "JobRow" w JOIN "Job" j ON j.id = w."jobId" WHERE w."jobId" = ?1 AND w."line" > ?2
       AND (+w."result" = 'created' OR (+w."result" = 'updated'
         AND (w."before"->>'generatedPin' OR w."before"->>'$.extension.result' = 'created'))) ORDER BY w."line" LIMIT ?3) r
     LEFT JOIN "Extension" e ON e.id = coalesce(r."before"->>'$.extension.id', r."objectId") LEFT JOIN "Company" c ON c.id = e."companyId"
     LEFT JOIN "SipAccount" a ON a."extensionId" = e.id AND a."ordinal" = 1 AND a."rotatedAt" <= ?4
     LEFT JOIN "Mailbox" m ON m."extensionId" = e.id AND m."pinSource" = 'import' AND m."pinChangedAt" <= ?4`,
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
  const [line, extension, displayName, user, prefix, isCreated, isPinOurs, accountId, secret, mailboxId, pin] = packed;
  if (extension === null) return [];
  return [
    {
      line,
      extension,
      displayName,
      user,
      username: endpointId(prefix, extension, 1),
      secret: isCreated === 1 && secret !== null ? db.seal.open(secret, `SipAccount:${accountId}`) : undefined,
      pin: isPinOurs === 1 && pin !== null ? db.seal.open(pin, `Mailbox:${mailboxId}`) : undefined,
    },
  ];
}
