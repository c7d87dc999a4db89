import { namedFacet } from './facets.ts';
import { type ListSpec, oneOfOrNone } from './page.ts';
import { matching } from './search.ts';
import { bool, columns, iso, json, many, object, one } from './sql.ts';
import { USER_FACETS, USER_FILTERS, USER_SORTS } from './user-filters.ts';

export const SITES: ListSpec = {
  item: object({
    ...columns('s', 'id', 'companyId', 'name', 'timezone'),
    counts: object({
      users: '(SELECT count(*) FROM "User" x WHERE x."siteId" = s.id)',
      extensions: '(SELECT count(*) FROM "Extension" x WHERE x."siteId" = s.id)',
    }),
    version: 's."version"',
    createdAt: iso('s."createdAt"'),
    updatedAt: iso('s."updatedAt"'),
  }),
  from: 'FROM "Site" s',
  id: 's.id',
  sorts: {
    name: 's."name" COLLATE NOCASE',
    timezone: `coalesce(s."timezone", '')`,
    createdAt: 's."createdAt"',
    updatedAt: 's."updatedAt"',
  },
  filters: {
    companyId: 's."companyId" = ?',
    name: 's."name" = ?',
    timezone: oneOfOrNone('s."timezone"'),
    hasUsers: 'EXISTS (SELECT 1 FROM "User" x WHERE x."siteId" = s.id) = ?',
  },
  facets: { companyId: namedFacet('s."companyId"', 'Company'), timezone: { value: 's."timezone"' } },
  match: matching('Site', 's.id'),
  search: [],
};

/**
 * In the user's own company only: what somebody is elsewhere is nobody's business here. CROSS JOIN: from the user to the few
 * he is in, never through all groups of the company.
 */
const OWN_GROUPS = `FROM "UserGroupMember" m CROSS JOIN "UserGroup" g ON g.id = m."groupId"
  WHERE m."userId" = u.id AND g."companyId" = u."companyId"`;
const OWN_ROLES = `FROM "UserRole" ur CROSS JOIN "Role" r ON r.id = ur."roleId"
  WHERE ur."userId" = u.id AND r."companyId" = u."companyId"`;

/** What a user and a colleague show alike. */
export const GROUPS_OF_USER = many(columns('g', 'id', 'kind', 'name'), OWN_GROUPS, 'g."kind", g."name" COLLATE NOCASE');
export const EXTENSIONS_OF_USER = many(
  columns('e', 'id', 'number', 'displayName'),
  'FROM "Extension" e WHERE e."userId" = u.id',
  'e."number"',
);
/** Changes with the picture; null: there is none. */
export const AVATAR_OF_USER = `(SELECT a."etag" FROM "Avatar" a WHERE a."userId" = u.id ORDER BY a."size" DESC LIMIT 1)`;

export const USERS: ListSpec = {
  item: object({
    ...columns('u', 'id', 'companyId', 'siteId', 'username', 'email', 'firstName', 'lastName', 'title'),
    ...columns('u', 'personalContact', 'userType', 'language', 'timezone', 'state'),
    disabled: json('u."disabled"'),
    isOperator: bool('u."isOperator"'),
    hasPassword: bool('u."passwordHash" IS NOT NULL'),
    mustChangePassword: bool('u."mustChangePassword"'),
    hasSecondFactor: bool('u."totpSealed" IS NOT NULL OR u."codeByContact"'),
    hasPhonePin: bool('u."phonePinSealed" IS NOT NULL'),
    lastLoginAt: iso('u."lastLoginAt"'),
    site: one(columns('s', 'id', 'name'), 'FROM "Site" s WHERE s.id = u."siteId"'),
    roles: many(columns('r', 'id', 'name', 'builtIn'), OWN_ROLES, 'r."name" COLLATE NOCASE'),
    groups: GROUPS_OF_USER,
    externalIds: many(columns('x', 'name', 'value'), 'FROM "ExternalId" x WHERE x."userId" = u.id', 'x."name"'),
    avatar: AVATAR_OF_USER,
    extensions: EXTENSIONS_OF_USER,
    version: 'u."version"',
    createdAt: iso('u."createdAt"'),
    updatedAt: iso('u."updatedAt"'),
  }),
  from: 'FROM "User" u',
  id: 'u.id',
  sorts: USER_SORTS,
  filters: USER_FILTERS,
  facets: USER_FACETS,
  match: matching('User', 'u.id'),
  search: [],
};
