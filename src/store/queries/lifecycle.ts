import { namedFacet } from './facets.ts';
import { type ListSpec, SET } from './page.ts';
import { matching } from './search.ts';
import { columns, iso, json, object } from './sql.ts';

export const LIFECYCLE_REPORTS: ListSpec = {
  item: object({
    ...columns('l', 'id', 'companyId', 'userId', 'username', 'action', 'actor', 'state'),
    options: `json(l."options"->'$.asked')`,
    extensions: `json((SELECT json_group_array(json_object('number', x.value->>'$.number', 'endpoints', json(x.value->'$.endpoints')))
      FROM json_each(l."options"->'$.subject.extensions') x))`,
    numbers: `json((SELECT json_group_array(x.value->>'$.e164') FROM json_each(l."options"->'$.subject.numbers') x))`,
    steps: `json((SELECT json_group_array(json_object('name', s.value->>'$.name', 'state', s.value->>'$.state',
      'detail', s.value->>'$.detail', 'at', ${iso(`(s.value->>'$.at')`)})) FROM json_each(l."steps") s))`,
    createdAt: iso('l."createdAt"'),
    endedAt: iso('l."endedAt"'),
  }),
  from: 'FROM "LifecycleReport" l',
  id: 'l.id',
  sorts: { createdAt: 'l."createdAt"' },
  filters: { companyId: 'l."companyId" = ?', userId: 'l."userId" = ?', state: 'l."state" = ?' },
  search: [],
};

export const DELETED_USERS: ListSpec = {
  item: object({
    ...columns('d', 'id', 'companyId', 'username', 'firstName', 'lastName', 'actor'),
    deletedAt: iso('d."deletedAt"'),
    purgeAt: iso('d."purgeAt"'),
  }),
  from: 'FROM "DeletedUser" d',
  id: 'd.id',
  sorts: {
    deletedAt: 'd."deletedAt"',
    purgeAt: 'd."purgeAt"',
    username: 'd."username" COLLATE NOCASE',
    firstName: 'd."firstName" COLLATE NOCASE',
    lastName: 'd."lastName" COLLATE NOCASE',
    actor: 'd."actor"',
  },
  filters: {
    companyId: 'd."companyId" = ?',
    username: 'd."username" = ?',
    actor: `d."actor" IN ${SET}`,
    deletedBefore: 'd."deletedAt" < ?',
    deletedAfter: 'd."deletedAt" >= ?',
  },
  facets: { companyId: namedFacet('d."companyId"', 'Company'), actor: { value: 'd."actor"' } },
  match: matching('DeletedUser', 'd.id'),
  search: [],
};

export const SCHEDULED_ACTIONS: ListSpec = {
  item: object({
    ...columns('s', 'id', 'userId'),
    companyId: 'u."companyId"',
    username: 'u."username"',
    action: 's."action"',
    at: iso('s."at"'),
    options: json('s."options"'),
    actor: 's."actor"',
    createdAt: iso('s."createdAt"'),
  }),
  from: 'FROM "ScheduledAction" s JOIN "User" u ON u.id = s."userId"',
  id: 's.id',
  sorts: { at: 's."at"' },
  filters: { companyId: 'u."companyId" = ?', userId: 's."userId" = ?', action: 's."action" = ?' },
  search: [],
};
