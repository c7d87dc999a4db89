import { namedFacet } from './facets.ts';
import { type ListSpec, SET } from './page.ts';
import { AVATAR_OF_USER } from './people.ts';
import { matching } from './search.ts';
import { columns, iso, object } from './sql.ts';

const COUNT = '(SELECT count(*) FROM "UserGroupMember" m WHERE m."groupId" = g.id)';

/** Groups, teams and labels. */
export const GROUPS: ListSpec = {
  item: object({
    ...columns('g', 'id', 'companyId', 'kind', 'name', 'description'),
    counts: object({ members: COUNT }),
    version: 'g."version"',
    createdAt: iso('g."createdAt"'),
    updatedAt: iso('g."updatedAt"'),
  }),
  from: 'FROM "UserGroup" g',
  id: 'g.id',
  sorts: {
    name: 'g."name" COLLATE NOCASE',
    kind: 'g."kind"',
    description: `coalesce(g."description", '') COLLATE NOCASE`,
    members: COUNT,
    createdAt: 'g."createdAt"',
    updatedAt: 'g."updatedAt"',
  },
  filters: {
    companyId: 'g."companyId" = ?',
    kind: `g."kind" IN ${SET}`,
    name: 'g."name" = ?',
    hasMembers: 'EXISTS (SELECT 1 FROM "UserGroupMember" m WHERE m."groupId" = g.id) = ?',
    isLabel: `(g."kind" NOT IN ('group', 'team')) = ?`,
  },
  facets: { companyId: namedFacet('g."companyId"', 'Company'), kind: { value: 'g."kind"' } },
  match: matching('UserGroup', 'g.id'),
  search: [],
};

/** Who is in a group, as colleagues may see each other. */
export const MEMBERS: ListSpec = {
  item: object({ ...columns('u', 'id', 'firstName', 'lastName', 'title', 'email'), avatar: AVATAR_OF_USER }),
  from: 'FROM "UserGroupMember" m JOIN "User" u ON u.id = m."userId"',
  id: 'u.id',
  sorts: { lastName: 'u."lastName" COLLATE NOCASE', firstName: 'u."firstName" COLLATE NOCASE' },
  filters: { groupId: 'm."groupId" = ?', isDisabled: `(u."state" = 'disabled') = ?` },
  match: matching('User', 'u.id', ['name', 'email']),
  search: [],
};
