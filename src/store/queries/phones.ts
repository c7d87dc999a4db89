import { namedFacet } from './facets.ts';
import { type ListSpec, oneOfOrNone, SET } from './page.ts';
import { columns, iso, json, object, one } from './sql.ts';

export const KEY_LAYOUTS: ListSpec = {
  item: object({
    ...columns('y', 'id', 'companyId', 'name'),
    site: one(columns('s', 'id', 'name'), 'FROM "Site" s WHERE s.id = y."siteId"'),
    group: one(columns('g', 'id', 'kind', 'name'), 'FROM "UserGroup" g WHERE g.id = y."groupId"'),
    keys: json('y."keys"'),
    counts: object({
      // All that get it: those that name it, of its site, of the people of its team.
      devices: `(SELECT count(*) FROM "Device" d WHERE d."companyId" = y."companyId" AND (d."keyLayoutId" = y.id
        OR d."siteId" = y."siteId" OR d."userId" IN (SELECT m."userId" FROM "UserGroupMember" m WHERE m."groupId" = y."groupId")))`,
    }),
    version: 'y."version"',
    createdAt: iso('y."createdAt"'),
    updatedAt: iso('y."updatedAt"'),
  }),
  from: 'FROM "KeyLayout" y',
  id: 'y.id',
  sorts: { name: 'y."name" COLLATE NOCASE', createdAt: 'y."createdAt"', updatedAt: 'y."updatedAt"' },
  filters: {
    companyId: 'y."companyId" = ?',
    name: 'y."name" = ?',
    siteId: oneOfOrNone('y."siteId"'),
    groupId: oneOfOrNone('y."groupId"'),
  },
  search: ['y."name"'],
};

/** Phones that asked and are not ours. */
export const SIGHTINGS: ListSpec = {
  item: object({
    ...columns(
      'x',
      'mac',
      'companyId',
      'vendor',
      'model',
      'firmware',
      'userAgent',
      'address',
      'path',
      'reason',
      'count',
    ),
    site: one(columns('s', 'id', 'name'), 'FROM "Site" s WHERE s.id = x."siteId"'),
    firstAt: iso('x."firstAt"'),
    lastAt: iso('x."lastAt"'),
  }),
  from: 'FROM "PhoneSighting" x',
  id: 'x."mac"',
  sorts: { lastAt: 'x."lastAt"', firstAt: 'x."firstAt"', mac: 'x."mac"', count: 'x."count"' },
  filters: {
    companyId: 'x."companyId" = ?',
    siteId: oneOfOrNone('x."siteId"'),
    vendor: oneOfOrNone('x."vendor"'),
    model: oneOfOrNone('x."model"'),
  },
  facets: {
    companyId: namedFacet('x."companyId"', 'Company'),
    siteId: namedFacet('x."siteId"', 'Site'),
    vendor: { value: 'x."vendor"' },
    model: { value: 'x."model"' },
  },
  search: ['x."mac"', 'x."userAgent"', 'x."address"'],
};

/** What phones asked for and got. */
export const PHONE_FETCHES: ListSpec = {
  item: object({
    id: 'f."id"',
    at: iso('f."at"'),
    ...columns('f', 'address', 'method', 'path', 'userAgent', 'kind', 'status', 'bytes', 'reason'),
  }),
  from: 'FROM "PhoneFetch" f',
  id: 'f."id"',
  sorts: { at: 'f."at"' },
  filters: { deviceId: 'f."deviceId" = ?', kind: `f."kind" IN ${SET}` },
  search: [],
};
