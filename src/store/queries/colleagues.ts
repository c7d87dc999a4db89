import { byIndex, personFilters } from './of-person.ts';
import type { ListSpec } from './page.ts';
import { AVATAR_OF_USER, EXTENSIONS_OF_USER, GROUPS_OF_USER } from './people.ts';
import { matching } from './search.ts';
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
  sorts: {
    lastName: 'u."lastName" COLLATE NOCASE',
    firstName: 'u."firstName" COLLATE NOCASE',
    title: `coalesce(u."title", '') COLLATE NOCASE`,
    email: `coalesce(u."email", '') COLLATE NOCASE`,
    site: `coalesce(s."name", '') COLLATE NOCASE`,
  },
  filters: {
    companyId: 'u."companyId" = ?',
    siteId: byIndex('User', 'siteId', 'u.id'),
    groupId: personFilters('u.id').groupId,
  },
  // Not by what a colleague does not see: user names and external ids.
  match: matching('User', 'u.id', ['name', 'email', 'title', 'extensions']),
  search: [],
};
