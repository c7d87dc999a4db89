import type { ListSpec } from './page.ts';
import { AVATAR_OF_USER, EXTENSIONS_OF_USER, GROUPS_OF_USER, IN_GROUP } from './people.ts';
import { columns, object } from './sql.ts';

/** The directory: what people of a company may know of each other. Who is disabled is not in it. */
export const COLLEAGUES: ListSpec = {
  item: object({
    ...columns('u', 'id', 'firstName', 'lastName', 'title', 'email'),
    site: 's."name"',
    groups: GROUPS_OF_USER,
    avatar: AVATAR_OF_USER,
    extensions: EXTENSIONS_OF_USER,
  }),
  from: `FROM "User" u JOIN "Company" c ON c.id = u."companyId" AND u."state" <> 'disabled'
    LEFT JOIN "Site" s ON s.id = u."siteId"`,
  id: 'u.id',
  sorts: { lastName: 'u."lastName" COLLATE NOCASE', firstName: 'u."firstName" COLLATE NOCASE' },
  filters: { companyId: 'u."companyId" = ?', siteId: 'u."siteId" = ?', groupId: IN_GROUP },
  search: [
    `u."firstName" || ' ' || u."lastName"`,
    'u."email"',
    'u."title"',
    `(SELECT group_concat(e."number", char(10)) FROM "Extension" e WHERE e."userId" = u.id)`,
  ],
};
