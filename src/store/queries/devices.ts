import { namedFacet } from './facets.ts';
import { byIndex } from './of-person.ts';
import { type ListSpec, oneOfOrNone, SET } from './page.ts';
import { bool, columns, iso, json, many, object, one } from './sql.ts';

/** The furthest step that a phone was seen to take. */
export const DEVICE_PROGRESS = `CASE WHEN n."registeredAt" IS NOT NULL THEN 'registered'
  WHEN n."fetchedRevision" IS NOT NULL THEN 'fetched' WHEN n."stage1At" IS NOT NULL THEN 'stage1_fetched'
  ELSE 'never_seen' END`;

const ENDPOINT = `c."endpointPrefix" || e."number" || iif(a."ordinal" > 1, '-' || a."ordinal", '')`;
const LINES = `FROM "DeviceLine" l JOIN "SipAccount" a ON a.id = l."accountId" JOIN "Extension" e ON e.id = a."extensionId"
  WHERE l."deviceId" = d.id`;
const NUMBERS = `(SELECT group_concat(e."number", ' ' ORDER BY l."ordinal") ${LINES})`;
/** As people write it. */
const WITH_COLONS = `(substr(d."mac",1,2) || ':' || substr(d."mac",3,2) || ':' || substr(d."mac",5,2) || ':' ||
  substr(d."mac",7,2) || ':' || substr(d."mac",9,2) || ':' || substr(d."mac",11,2))`;
const SITE = `(SELECT s."name" FROM "Site" s WHERE s.id = d."siteId")`;
const USER = `(SELECT u."firstName" || ' ' || u."lastName" FROM "User" u WHERE u.id = d."userId")`;
const BEHIND = 'coalesce(n."fetchedRevision", 0) < coalesce(n."wantedRevision", 0)';
const text = (expression: string) => `coalesce(${expression}, '') COLLATE NOCASE`;

/** Desk phones: what is wanted of them and what they were seen to do. */
export const DEVICES: ListSpec = {
  item: object({
    ...columns('d', 'id', 'companyId', 'mac', 'vendor', 'model', 'label', 'state'),
    site: one(columns('s', 'id', 'name'), 'FROM "Site" s WHERE s.id = d."siteId"'),
    user: one(
      { ...columns('u', 'id', 'username'), name: `u."firstName" || ' ' || u."lastName"` },
      'FROM "User" u WHERE u.id = d."userId"',
    ),
    keyLayout: one(columns('y', 'id', 'name'), 'FROM "KeyLayout" y WHERE y.id = d."keyLayoutId"'),
    keys: json('d."keys"'),
    lines: many(
      {
        ordinal: 'l."ordinal"',
        label: 'l."label"',
        extension: object(columns('e', 'id', 'number', 'displayName')),
        account: 'a."ordinal"',
        endpoint: ENDPOINT,
      },
      LINES,
      'l."ordinal"',
    ),
    windowUntil: iso('d."windowUntil"'),
    hasOwnAddress: bool('d."stage1Hash" IS NOT NULL'),
    release: 'd."releaseHash"',
    progress: DEVICE_PROGRESS,
    problems: `json(coalesce(n."problems", '[]'))`,
    wantedRevision: 'coalesce(n."wantedRevision", 0)',
    fetchedRevision: 'n."fetchedRevision"',
    stage1At: iso('n."stage1At"'),
    fetchedAt: iso('n."fetchedAt"'),
    seenAt: iso('n."seenAt"'),
    registeredAt: iso('n."registeredAt"'),
    ...columns('n', 'address', 'userAgent', 'firmware', 'seenModel', 'certificate'),
    follow: `json(iif(n."followState" IS NULL, NULL, ${object({
      state: 'n."followState"',
      kind: 'n."followKind"',
      revision: 'n."followRevision"',
      reason: 'n."followReason"',
      attempts: 'n."followAttempts"',
      at: iso('n."followAt"'),
    })}))`,
    version: 'd."version"',
    createdAt: iso('d."createdAt"'),
    updatedAt: iso('d."updatedAt"'),
  }),
  from: 'FROM "Device" d JOIN "Company" c ON c.id = d."companyId" LEFT JOIN "DeviceSeen" n ON n."deviceId" = d.id',
  id: 'd.id',
  sorts: {
    mac: 'd."mac"',
    label: text('d."label"'),
    vendor: 'd."vendor"',
    model: text('d."model"'),
    site: text(SITE),
    user: text(USER),
    state: 'd."state"',
    progress: DEVICE_PROGRESS,
    firmware: `coalesce(n."firmware", '')`,
    fetchedAt: 'coalesce(n."fetchedAt", 0)',
    seenAt: 'coalesce(n."seenAt", 0)',
    createdAt: 'd."createdAt"',
    updatedAt: 'd."updatedAt"',
  },
  filters: {
    companyId: 'd."companyId" = ?',
    siteId: byIndex('Device', 'siteId', 'd.id'),
    userId: byIndex('Device', 'userId', 'd.id'),
    keyLayoutId: byIndex('Device', 'keyLayoutId', 'd.id'),
    mac: `d."mac" IN ${SET}`,
    vendor: `d."vendor" IN ${SET}`,
    model: oneOfOrNone('d."model"'),
    state: `d."state" IN ${SET}`,
    progress: `${DEVICE_PROGRESS} IN ${SET}`,
    followState: oneOfOrNone('n."followState"'),
    firmware: oneOfOrNone('n."firmware"'),
    extension: `EXISTS (SELECT 1 ${LINES} AND e."number" IN ${SET})`,
    hasProblems: '(n."problems" IS NOT NULL) = ?',
    isBehind: `(${BEHIND}) = ?`,
    hasWindow: `(coalesce(d."windowUntil", 0) > unixepoch('subsec') * 1000) = ?`,
    seenBefore: 'coalesce(n."seenAt", 0) < ?',
    seenAfter: 'n."seenAt" >= ?',
  },
  facets: {
    companyId: namedFacet('d."companyId"', 'Company'),
    siteId: namedFacet('d."siteId"', 'Site'),
    vendor: { value: 'd."vendor"' },
    model: { value: 'd."model"' },
    state: { value: 'd."state"' },
    progress: { value: DEVICE_PROGRESS },
    followState: { value: 'n."followState"' },
    firmware: { value: 'n."firmware"' },
  },
  search: ['d."mac"', WITH_COLONS, `coalesce(d."label", '')`, `coalesce(${NUMBERS}, '')`, `coalesce(${USER}, '')`],
};
