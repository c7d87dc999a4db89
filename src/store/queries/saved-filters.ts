import { type ListSpec, SET } from './page.ts';
import { bool, columns, iso, json, object, one } from './sql.ts';

export const SAVED_FILTERS: ListSpec = {
  item: object({
    ...columns('v', 'id', 'companyId', 'list', 'name'),
    query: json('v."query"'),
    columns: json('v."columns"'),
    isShared: bool('v."isShared"'),
    owner: one(
      { ...columns('u', 'id'), name: `u."firstName" || ' ' || u."lastName"` },
      'FROM "User" u WHERE u.id = v."userId"',
    ),
    version: 'v."version"',
    createdAt: iso('v."createdAt"'),
    updatedAt: iso('v."updatedAt"'),
  }),
  from: 'FROM "SavedFilter" v',
  id: 'v.id',
  sorts: {
    name: 'v."name" COLLATE NOCASE',
    list: 'v."list"',
    createdAt: 'v."createdAt"',
    updatedAt: 'v."updatedAt"',
  },
  filters: {
    companyId: 'v."companyId" = ?',
    id: 'v.id = ?',
    list: `v."list" IN ${SET}`,
    isShared: 'v."isShared" = ?',
    /** Lists that the caller may see. */
    readable: `v."list" IN ${SET}`,
    /** The caller: what is shared, and his own. */
    seenBy: '(v."isShared" OR v."userId" IS nullif(?, \'\'))',
  },
  search: ['v."name"'],
};
