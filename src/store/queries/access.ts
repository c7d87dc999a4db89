import { flagFacet, namedFacet } from './facets.ts';
import { type ListSpec, oneOfOrNone, SET } from './page.ts';
import { matching } from './search.ts';
import { bool, columns, iso, json, object } from './sql.ts';

const COUNT = '(SELECT count(*) FROM "UserRole" x WHERE x."roleId" = r.id)';

export const ROLES: ListSpec = {
  item: object({
    ...columns('r', 'id', 'companyId', 'name', 'builtIn'),
    permissions: json('r."permissions"'),
    requiresSecondFactor: bool('r."requiresSecondFactor"'),
    counts: object({ users: COUNT }),
    version: 'r."version"',
    createdAt: iso('r."createdAt"'),
    updatedAt: iso('r."updatedAt"'),
  }),
  from: 'FROM "Role" r',
  id: 'r.id',
  sorts: {
    name: 'r."name" COLLATE NOCASE',
    builtIn: `coalesce(r."builtIn", '')`,
    users: COUNT,
    createdAt: 'r."createdAt"',
    updatedAt: 'r."updatedAt"',
  },
  filters: {
    companyId: 'r."companyId" = ?',
    builtIn: oneOfOrNone('r."builtIn"'),
    requiresSecondFactor: 'r."requiresSecondFactor" = ?',
    permission: `EXISTS (SELECT 1 FROM json_each(r."permissions") p WHERE p.value IN ${SET})`,
  },
  facets: {
    companyId: namedFacet('r."companyId"', 'Company'),
    builtIn: { value: 'r."builtIn"' },
    requiresSecondFactor: flagFacet('r."requiresSecondFactor"'),
  },
  match: matching('Role', 'r.id'),
  search: [],
};

/** Sessions as people see them: never the token, nor its hash. */
export const SESSIONS: ListSpec = {
  item: object({
    ...columns('s', 'id', 'userId'),
    username: 'u."username"',
    ...columns('s', 'companyId', 'transport', 'address', 'userAgent'),
    createdAt: iso('s."createdAt"'),
    lastSeenAt: iso('s."lastSeenAt"'),
    expiresAt: iso('s."expiresAt"'),
  }),
  from: 'FROM "Session" s JOIN "User" u ON u.id = s."userId"',
  id: 's.id',
  sorts: {
    lastSeenAt: 's."lastSeenAt"',
    createdAt: 's."createdAt"',
    expiresAt: 's."expiresAt"',
    username: 'u."username" COLLATE NOCASE',
    transport: 's."transport"',
    address: 's."address"',
  },
  filters: {
    userId: `s."userId" IN ${SET}`,
    companyId: 'u."companyId" = ?',
    transport: `s."transport" IN ${SET}`,
    address: `s."address" IN ${SET}`,
    lastSeenBefore: 's."lastSeenAt" < ?',
    lastSeenAfter: 's."lastSeenAt" >= ?',
  },
  facets: { companyId: namedFacet('u."companyId"', 'Company'), transport: { value: 's."transport"' } },
  match: matching('User', 's."userId"', ['username']),
  search: ['s."address"'],
};

/** Who belongs to a company: its own users, and those of others who have a role there. */
export const MEMBERS: ListSpec = {
  item: object({
    ...columns('u', 'id', 'username', 'firstName', 'lastName', 'email', 'state'),
    companyId: 'c.id',
    isGuest: bool('u."companyId" <> c.id'),
    roles: `json((SELECT json_group_array(json_object('id', r.id, 'name', r."name", 'builtIn', r."builtIn"))
      FROM "UserRole" ur JOIN "Role" r ON r.id = ur."roleId" WHERE ur."userId" = u.id AND r."companyId" = c.id))`,
  }),
  from: `FROM "Company" c JOIN "User" u ON (u."companyId" = c.id OR EXISTS (SELECT 1 FROM "UserRole" gr
    JOIN "Role" g ON g.id = gr."roleId" WHERE gr."userId" = u.id AND g."companyId" = c.id))`,
  // Somebody may be a member of several.
  id: `c.id || ' ' || u.id`,
  sorts: {
    username: 'u."username" COLLATE NOCASE',
    firstName: 'u."firstName" COLLATE NOCASE',
    lastName: 'u."lastName" COLLATE NOCASE',
    email: `coalesce(u."email", '') COLLATE NOCASE`,
    state: 'u."state"',
  },
  filters: { companyId: 'c.id = ?' },
  match: matching('User', 'u.id', ['username', 'name', 'email']),
  search: [],
};
