import type { ListSpec } from './page.ts';
import { bool, columns, iso, json, object } from './sql.ts';

export const ROLES: ListSpec = {
  item: object({
    ...columns('r', 'id', 'companyId', 'name', 'builtIn'),
    permissions: json('r."permissions"'),
    requiresSecondFactor: bool('r."requiresSecondFactor"'),
    counts: object({ users: '(SELECT count(*) FROM "UserRole" x WHERE x."roleId" = r.id)' }),
    version: 'r."version"',
    createdAt: iso('r."createdAt"'),
    updatedAt: iso('r."updatedAt"'),
  }),
  from: 'FROM "Role" r',
  id: 'r.id',
  sorts: { name: 'r."name" COLLATE NOCASE', createdAt: 'r."createdAt"' },
  filters: { companyId: 'r."companyId" = ?' },
  search: ['r."name"'],
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
  sorts: { lastSeenAt: 's."lastSeenAt"', createdAt: 's."createdAt"', username: 'u."username" COLLATE NOCASE' },
  filters: { userId: 's."userId" = ?', companyId: 'u."companyId" = ?' },
  search: ['u."username"', 's."address"'],
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
  sorts: { username: 'u."username" COLLATE NOCASE', lastName: 'u."lastName" COLLATE NOCASE' },
  filters: { companyId: 'c.id = ?' },
  search: ['u."username"', `u."firstName" || ' ' || u."lastName"`],
};
