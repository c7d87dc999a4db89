import type { ListSpec } from './page.ts';
import { columns, iso, many, object, one } from './sql.ts';

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
  sorts: { name: 's."name" COLLATE NOCASE', createdAt: 's."createdAt"' },
  filters: { companyId: 's."companyId" = ?' },
  search: ['s."name"'],
};

export const USERS: ListSpec = {
  item: object({
    ...columns('u', 'id', 'companyId', 'siteId', 'username', 'email', 'firstName', 'lastName', 'language', 'timezone'),
    site: one(columns('s', 'id', 'name'), 'FROM "Site" s WHERE s.id = u."siteId"'),
    extensions: many(
      columns('e', 'id', 'number', 'displayName'),
      'FROM "Extension" e WHERE e."userId" = u.id',
      'e."number"',
    ),
    version: 'u."version"',
    createdAt: iso('u."createdAt"'),
    updatedAt: iso('u."updatedAt"'),
  }),
  from: 'FROM "User" u',
  id: 'u.id',
  sorts: {
    username: 'u."username"',
    lastName: 'u."lastName" COLLATE NOCASE',
    createdAt: 'u."createdAt"',
  },
  filters: { companyId: 'u."companyId" = ?', siteId: 'u."siteId" = ?', username: 'u."username" = ?' },
  search: ['u."username"', `u."firstName" || ' ' || u."lastName"`, 'u."email"'],
};
