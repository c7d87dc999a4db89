import { flagFacet, namedFacet } from './facets.ts';
import { personFilters, WITH_EXTENSION, WITH_SYNC } from './of-person.ts';
import { type Facet, oneOfOrNone, SET } from './page.ts';

const HAS_SECOND_FACTOR = '(u."totpSealed" IS NOT NULL OR u."codeByContact")';
const HAS_EXTENSION = 'EXISTS (SELECT 1 FROM "Extension" e WHERE e."userId" = u.id)';

/** By what users can be chosen: for lists, and for all that takes the same filters. */
export const USER_FILTERS: Record<string, string> = {
  companyId: 'u."companyId" = ?',
  siteId: oneOfOrNone('u."siteId"'),
  username: 'u."username" = ? COLLATE NOCASE',
  state: `u."state" IN ${SET}`,
  userType: oneOfOrNone('u."userType"'),
  language: `u."language" IN ${SET}`,
  timezone: oneOfOrNone('u."timezone"'),
  ...personFilters('u.id'),
  extension: `u.id IN ${WITH_EXTENSION}`,
  hasExtension: `${HAS_EXTENSION} = ?`,
  sync: `u.id IN ${WITH_SYNC}`,
  lastLoginBefore: 'u."lastLoginAt" < ?',
  lastLoginAfter: 'u."lastLoginAt" >= ?',
  neverLoggedIn: '(u."lastLoginAt" IS NULL) = ?',
  createdBefore: 'u."createdAt" < ?',
  createdAfter: 'u."createdAt" >= ?',
  hasSecondFactor: `${HAS_SECOND_FACTOR} = ?`,
  mustChangePassword: 'u."mustChangePassword" = ?',
  hasPassword: '(u."passwordHash" IS NOT NULL) = ?',
  externalId: `u.id IN (SELECT x."userId" FROM "ExternalId" x WHERE x."value" IN ${SET})`,
};

const text = (expression: string) => `coalesce(${expression}, '') COLLATE NOCASE`;

export const USER_SORTS: Record<string, string> = {
  username: 'u."username" COLLATE NOCASE',
  firstName: 'u."firstName" COLLATE NOCASE',
  lastName: 'u."lastName" COLLATE NOCASE',
  email: text('u."email"'),
  title: text('u."title"'),
  state: 'u."state"',
  site: text('(SELECT s."name" FROM "Site" s WHERE s.id = u."siteId")'),
  userType: text('u."userType"'),
  language: 'u."language"',
  timezone: text('u."timezone"'),
  extension: text('(SELECT min(e."number") FROM "Extension" e WHERE e."userId" = u.id)'),
  createdAt: 'u."createdAt"',
  updatedAt: 'u."updatedAt"',
  lastLoginAt: 'coalesce(u."lastLoginAt", 0)',
};

/** Memberships of the own company, one row each. */
function membershipFacet(kind: string): Facet {
  return {
    // From the user on: SQLite would look through all groups of the company for each.
    join: `CROSS JOIN "UserGroupMember" fm ON fm."userId" = u.id CROSS JOIN "UserGroup" fg ON fg.id = fm."groupId"
      AND fg."companyId" = u."companyId" AND ${kind}`,
    ...namedFacet('fg.id', 'UserGroup'),
  };
}

export const USER_FACETS: Record<string, Facet> = {
  companyId: namedFacet('u."companyId"', 'Company'),
  siteId: namedFacet('u."siteId"', 'Site'),
  state: { value: 'u."state"' },
  userType: { value: 'u."userType"' },
  language: { value: 'u."language"' },
  timezone: { value: 'u."timezone"' },
  roleId: {
    join: `CROSS JOIN "UserRole" fu ON fu."userId" = u.id CROSS JOIN "Role" fr ON fr.id = fu."roleId" AND fr."companyId" = u."companyId"`,
    ...namedFacet('fr.id', 'Role'),
  },
  groupId: membershipFacet(`fg."kind" = 'group'`),
  teamId: membershipFacet(`fg."kind" = 'team'`),
  labelId: membershipFacet(`fg."kind" NOT IN ('group', 'team')`),
  hasExtension: flagFacet(HAS_EXTENSION),
  hasSecondFactor: flagFacet(HAS_SECOND_FACTOR),
  mustChangePassword: flagFacet('u."mustChangePassword"'),
  hasPassword: flagFacet('u."passwordHash" IS NOT NULL'),
};
