import { flagFacet, namedFacet } from './facets.ts';
import { byIndex, personFilters } from './of-person.ts';
import { type Facet, oneOfOrNone, SET } from './page.ts';
import { LINE_SYNC_STATE, SYNC_STATE } from './sql.ts';

const text = (expression: string) => `coalesce(${expression}, '') COLLATE NOCASE`;
const HAS_MAILBOX = 'EXISTS (SELECT 1 FROM "Mailbox" m WHERE m."extensionId" = e.id)';
const SITE = text('(SELECT s."name" FROM "Site" s WHERE s.id = e."siteId")');
const USER = text(`(SELECT u."firstName" || ' ' || u."lastName" FROM "User" u WHERE u.id = e."userId")`);

/** By what extensions can be chosen; `groupId`, `roleId` and the like are those of their users. */
export const EXTENSION_FILTERS: Record<string, string> = {
  companyId: 'e."companyId" = ?',
  number: `e."number" IN ${SET}`,
  numberFrom: 'CAST(e."number" AS INTEGER) >= CAST(? AS INTEGER)',
  numberTo: 'CAST(e."number" AS INTEGER) <= CAST(? AS INTEGER)',
  userId: byIndex('Extension', 'userId', 'e.id'),
  hasUser: '(e."userId" IS NOT NULL) = ?',
  siteId: byIndex('Extension', 'siteId', 'e.id'),
  enabled: 'e."enabled" = ?',
  suspended: 'e."suspended" = ?',
  doNotDisturb: 'e."doNotDisturb" = ?',
  classOfService: `e."classOfService" IN ${SET}`,
  pickupGroup: oneOfOrNone('e."pickupGroup"'),
  hasMailbox: `${HAS_MAILBOX} = ?`,
  accountKind: `EXISTS (SELECT 1 FROM "SipAccount" a WHERE a."extensionId" = e.id AND a."kind" IN ${SET})`,
  sync: `${LINE_SYNC_STATE} IN ${SET}`,
  ...personFilters('e."userId"'),
  userState: `e."userId" IN (SELECT u.id FROM "User" u WHERE u."state" IN ${SET})`,
  createdBefore: 'e."createdAt" < ?',
  createdAfter: 'e."createdAt" >= ?',
};

export const EXTENSION_SORTS: Record<string, string> = {
  number: 'e."number"',
  displayName: 'e."displayName" COLLATE NOCASE',
  callerIdName: text('e."callerIdName"'),
  user: USER,
  site: SITE,
  ringSeconds: 'e."ringSeconds"',
  classOfService: 'e."classOfService"',
  pickupGroup: text('e."pickupGroup"'),
  enabled: 'e."enabled"',
  suspended: 'e."suspended"',
  doNotDisturb: 'e."doNotDisturb"',
  sync: LINE_SYNC_STATE,
  createdAt: 'e."createdAt"',
  updatedAt: 'e."updatedAt"',
};

const COMPANY_AND_SITE: Record<string, Facet> = {
  companyId: namedFacet('e."companyId"', 'Company'),
  siteId: namedFacet('e."siteId"', 'Site'),
};

export const EXTENSION_FACETS: Record<string, Facet> = {
  ...COMPANY_AND_SITE,
  classOfService: { value: 'e."classOfService"' },
  pickupGroup: { value: 'e."pickupGroup"' },
  enabled: flagFacet('e."enabled"'),
  suspended: flagFacet('e."suspended"'),
  doNotDisturb: flagFacet('e."doNotDisturb"'),
  hasUser: flagFacet('e."userId" IS NOT NULL'),
  hasMailbox: flagFacet(HAS_MAILBOX),
  accountKind: {
    join: 'JOIN (SELECT DISTINCT a."extensionId", a."kind" FROM "SipAccount" a) fa ON fa."extensionId" = e.id',
    value: 'fa."kind"',
  },
  sync: { value: LINE_SYNC_STATE },
};

export const MAILBOX_FILTERS: Record<string, string> = {
  companyId: 'e."companyId" = ?',
  extension: `e."number" IN ${SET}`,
  userId: byIndex('Extension', 'userId', 'e.id'),
  siteId: byIndex('Extension', 'siteId', 'e.id'),
  enabled: 'm."enabled" = ?',
  hasEmail: '(m."email" IS NOT NULL) = ?',
  pinSource: `m."pinSource" IN ${SET}`,
  pinChangedBefore: 'm."pinChangedAt" < ?',
  pinChangedAfter: 'm."pinChangedAt" >= ?',
  sync: `${LINE_SYNC_STATE} IN ${SET}`,
};

export const MAILBOX_SORTS: Record<string, string> = {
  extension: 'e."number"',
  displayName: 'e."displayName" COLLATE NOCASE',
  email: text('m."email"'),
  enabled: 'm."enabled"',
  pinSource: 'm."pinSource"',
  pinChangedAt: 'm."pinChangedAt"',
  timezone: text('m."timezone"'),
};

export const MAILBOX_FACETS: Record<string, Facet> = {
  ...COMPANY_AND_SITE,
  enabled: flagFacet('m."enabled"'),
  pinSource: { value: 'm."pinSource"' },
  sync: { value: LINE_SYNC_STATE },
};

/** Greater than everything that begins with `w.v`: the last code point there is. */
const BEGINS = `n.id IN (WITH w(v) AS (SELECT ?) SELECT x."id" FROM w CROSS JOIN "PhoneNumber" x
  ON x."e164" >= w.v AND x."e164" < w.v || char(1114111))`;

export const NUMBER_FILTERS: Record<string, string> = {
  companyId: 'n."companyId" = ?',
  state: `n."state" IN ${SET}`,
  extensionId: byIndex('PhoneNumber', 'extensionId', 'n.id'),
  prefix: BEGINS,
  hasNote: '(n."note" IS NOT NULL) = ?',
  sync: `${SYNC_STATE} IN ${SET}`,
};

export const NUMBER_SORTS: Record<string, string> = {
  e164: 'n."e164"',
  state: 'n."state"',
  extension: `coalesce((SELECT e."number" FROM "Extension" e WHERE e.id = n."extensionId"), '')`,
  note: text('n."note"'),
  quarantinedUntil: 'coalesce(n."quarantinedUntil", 0)',
  sync: SYNC_STATE,
  createdAt: 'n."createdAt"',
  updatedAt: 'n."updatedAt"',
};

export const NUMBER_FACETS: Record<string, Facet> = {
  companyId: namedFacet('n."companyId"', 'Company'),
  state: { value: 'n."state"' },
  sync: { value: SYNC_STATE },
};
