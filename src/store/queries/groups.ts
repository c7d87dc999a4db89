import type { ListSpec } from './page.ts';
import { AVATAR_OF_USER } from './people.ts';
import { columns, iso, object } from './sql.ts';

/** Groups, teams and labels. */
export const GROUPS: ListSpec = {
  item: object({
    ...columns('g', 'id', 'companyId', 'kind', 'name', 'description'),
    counts: object({ members: '(SELECT count(*) FROM "UserGroupMember" m WHERE m."groupId" = g.id)' }),
    version: 'g."version"',
    createdAt: iso('g."createdAt"'),
    updatedAt: iso('g."updatedAt"'),
  }),
  from: 'FROM "UserGroup" g',
  id: 'g.id',
  sorts: { name: 'g."name" COLLATE NOCASE', kind: 'g."kind"', createdAt: 'g."createdAt"' },
  filters: {
    companyId: 'g."companyId" = ?',
    kind: 'g."kind" = ?',
    name: 'g."name" = ?',
    isLabel: `(g."kind" NOT IN ('group', 'team')) = ?`,
  },
  search: ['g."name"', 'g."description"'],
};

/** Who is in a group, as colleagues may see each other. */
export const MEMBERS: ListSpec = {
  item: object({ ...columns('u', 'id', 'firstName', 'lastName', 'title', 'email'), avatar: AVATAR_OF_USER }),
  from: 'FROM "UserGroupMember" m JOIN "User" u ON u.id = m."userId"',
  id: 'u.id',
  sorts: { lastName: 'u."lastName" COLLATE NOCASE', firstName: 'u."firstName" COLLATE NOCASE' },
  filters: { groupId: 'm."groupId" = ?', isDisabled: `(u."state" = 'disabled') = ?` },
  search: [`u."firstName" || ' ' || u."lastName"`, 'u."email"'],
};
