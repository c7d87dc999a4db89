import { boxHolder } from './boxes.ts';
import type { Reader } from './database.ts';
import { queryJson } from './sql.ts';

/** An extension as the live view names it. */
export interface OwnerRow {
  companyId: string;
  extensionId: string;
  /** Of the extension. */
  number: string;
  displayName: string;
  siteId: string | null;
  userId: string | null;
  /** Groups, teams and labels of the user. */
  teamIds: string[];
}

/** What a SIP account's endpoint id is made of (endpointId of the domain). */
export type EndpointParts = readonly [name: string, prefix: string, number: string, ordinal: number];

const OWNER = `json_object('companyId', e."companyId", 'extensionId', e.id, 'number', e."number",
  'displayName', e."displayName", 'siteId', e."siteId", 'userId', e."userId", 'teamIds',
  (SELECT json_group_array(m."groupId") FROM "UserGroupMember" m WHERE m."userId" = e."userId"))`;

type Found = [name: string, owner: OwnerRow][];

/** Owners of SIP accounts of a PBX, by name; those that nobody has are left out. CROSS JOIN keeps the order of the indexes. */
export async function endpointOwners(
  reader: Reader,
  pbxId: string,
  names: readonly EndpointParts[],
): Promise<Map<string, OwnerRow>> {
  const found = await queryJson<Found>(
    reader,
    `SELECT json_group_array(json_array(j.value->>0, ${OWNER})) FROM json_each(?2) j
     CROSS JOIN "Company" c ON c."pbxId" = ?1 AND c."endpointPrefix" = j.value->>1
     CROSS JOIN "Extension" e ON e."companyId" = c.id AND e."number" = j.value->>2
     CROSS JOIN "SipAccount" a ON a."extensionId" = e.id AND a."ordinal" = j.value->>3`,
    pbxId,
    JSON.stringify(names),
  );
  return new Map(found);
}

/** Owners of mailboxes of a PBX, by `box@context`. */
export async function mailboxOwners(
  reader: Reader,
  pbxId: string,
  names: readonly (readonly [name: string, slug: string, box: string])[],
): Promise<Map<string, OwnerRow>> {
  const found = await queryJson<Found>(
    reader,
    `SELECT json_group_array(json_array(j.value->>0, ${OWNER})) FROM json_each(?2) j
     CROSS JOIN "Company" c ON c."slug" = j.value->>1 AND c."pbxId" = ?1
     CROSS JOIN "Mailbox" m ON m.id = ${boxHolder('c.id', 'j.value->>2')}
     CROSS JOIN "Extension" e ON e.id = m."extensionId"`,
    pbxId,
    JSON.stringify(names),
  );
  return new Map(found);
}

/** All mailboxes of a PBX: slug of the company, number of the mailbox. */
export function mailboxesOfPbx(reader: Reader, pbxId: string): Promise<[slug: string, box: string][]> {
  return queryJson<[string, string][]>(
    reader,
    `SELECT json_group_array(json_array(c."slug", coalesce(m."box", e."number"))) FROM "Company" c
     CROSS JOIN "Extension" e ON e."companyId" = c.id CROSS JOIN "Mailbox" m ON m."extensionId" = e.id
     WHERE c."pbxId" = ?1 AND m."enabled"`,
    pbxId,
  );
}

/** Ids of companies of a PBX by slug. */
export async function companiesBySlug(
  reader: Reader,
  pbxId: string,
  slugs: readonly string[],
): Promise<Map<string, string>> {
  const found = await queryJson<[string, string][]>(
    reader,
    `SELECT json_group_array(json_array(c."slug", c.id)) FROM json_each(?2) j
     CROSS JOIN "Company" c ON c."slug" = j.value AND c."pbxId" = ?1`,
    pbxId,
    JSON.stringify(slugs),
  );
  return new Map(found);
}

export interface NumberRow {
  companyId: string;
  /** null: it is assigned to nobody. */
  extensionId: string | null;
}

/** Phone numbers of ours, by E.164 with the plus. */
export async function numberOwners(reader: Reader, numbers: readonly string[]): Promise<Map<string, NumberRow>> {
  const found = await queryJson<[string, NumberRow][]>(
    reader,
    `SELECT json_group_array(json_array(n."e164", json_object('companyId', n."companyId", 'extensionId', n."extensionId")))
     FROM json_each(?1) j CROSS JOIN "PhoneNumber" n ON n."e164" = j.value`,
    JSON.stringify(numbers),
  );
  return new Map(found);
}
