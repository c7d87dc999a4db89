import { breathe, type Handle, prepare } from '../activity/chain.ts';
import { conditionsOf, type ListSpec, type PageRequest } from './page.ts';
import { matching } from './search.ts';
import { columns, iso, json, object, one } from './sql.ts';

const ITEM = {
  id: 'v.id',
  at: iso('v."at"'),
  ...columns('v', 'actor', 'action', 'objectType', 'objectId', 'companyId', 'address', 'requestId'),
  details: json('v."details"'),
};

/** What a user did under the present username, and what was done to the account. */
const OF_USER = `v.id IN (WITH w(id) AS (SELECT ?)
  SELECT a.id FROM w JOIN "User" u ON u.id = w.id JOIN "AuditEvent" a ON a."actor" = 'user:' || u."username"
  UNION ALL SELECT a.id FROM w JOIN "AuditEvent" a ON a."objectType" = 'user' AND a."objectId" = w.id)`;

/** The index leads with the type: there are few, and each is looked into. */
const OF_OBJECT = `v.id IN (WITH RECURSIVE t(type) AS (SELECT min("objectType") FROM "AuditEvent" UNION ALL
  SELECT (SELECT min(n."objectType") FROM "AuditEvent" n WHERE n."objectType" > t.type) FROM t WHERE t.type IS NOT NULL)
  SELECT a.id FROM t CROSS JOIN "AuditEvent" a WHERE a."objectType" = t.type AND a."objectId" = ?)`;

export const ACTIVITY: ListSpec = {
  item: object(ITEM),
  from: 'FROM "AuditEvent" v',
  id: 'v.id',
  sorts: { at: 'v.id' },
  filters: {
    companyId: 'v."companyId" = ?',
    objectType: 'v."objectType" = ?',
    objectId: 'v."objectId" = ?',
    anyObject: OF_OBJECT,
    action: 'v."action" = ?',
    actionFrom: 'v."action" >= ?',
    actionTo: 'v."action" < ?',
    actor: 'v."actor" = ?',
    user: OF_USER,
    ids: 'v.id IN (SELECT value FROM json_each(?))',
    address: 'v."address" = ?',
    requestId: 'v."requestId" = ?',
    since: 'v."at" >= ?',
    until: 'v."at" < ?',
    sinceId: `v.id >= (SELECT coalesce(min(+a.id), 9e15) FROM "AuditEvent" a WHERE a."at" >= ?)`,
    untilId: `v.id <= (SELECT coalesce(max(+a.id), 0) FROM "AuditEvent" a WHERE a."at" < ?)`,
  },
  search: ['v."action"', 'v."actor"', 'v."objectId"', 'v."details"'],
};

/**
 * What was asked for, in the words that an index answers: `user.*` is the range of all actions that begin with `user.`,
 * and an object without its type is looked for under each type.
 */
export function indexed(asked: PageRequest['filters']): PageRequest['filters'] {
  const { action, objectId, objectType, ...filters } = asked;
  const object = objectType === undefined ? { anyObject: objectId } : { objectId, objectType };
  if (typeof action !== 'string' || !action.endsWith('*')) return { ...filters, ...object, action };
  const prefix = action.slice(0, -1);
  return { ...filters, ...object, actionFrom: prefix, actionTo: `${prefix}\u{10ffff}` };
}

/**
 * A time as ids too, for a list. Events are nearly in order of time, but clocks are set back, and SQLite does not know:
 * it would look at all that are newer first.
 */
export function timeFilter({ since, until }: PageRequest['filters']): PageRequest['filters'] {
  return { sinceId: since, untilId: until };
}

/** Ids that one statement looks through: what no index helps with must not keep everybody waiting. */
const WINDOW = 5000;

/** Each alone: SQLite takes one end from the tree, but looks at every row for both at once. */
const ENDS = `SELECT (SELECT coalesce(min("id"), 1) FROM "AuditEvent"), (SELECT coalesce(max("id"), 0) FROM "AuditEvent")`;

/**
 * All events that fit, in windows, with pauses: of each the columns of `select`. An export needs all; a search for text
 * looks at every row, which takes seconds in a log of millions.
 */
export async function* scanActivity<T>(
  handle: Handle,
  select: string,
  request: Pick<PageRequest, 'filters' | 'q'>,
  direction: 'up' | 'down',
): AsyncGenerator<T[]> {
  const { conditions, values } = conditionsOf(ACTIVITY, request);
  const sql = `SELECT ${select} ${ACTIVITY.from} WHERE ${['v.id >= ?', 'v.id < ?', ...conditions].join(' AND ')}
    ORDER BY v.id ${direction === 'up' ? 'ASC' : 'DESC'}`;
  const [first, last] = prepare(handle, ENDS).raw().get() as [number, number];
  const windows = Math.ceil((last - first + 1) / WINDOW);
  for (let i = 0; i < windows; i++) {
    const from = first + (direction === 'up' ? i : windows - 1 - i) * WINDOW;
    const to = Math.min(from + WINDOW, last + 1);
    yield prepare(handle, sql).all(from, to, ...values) as T[];
    await breathe();
  }
}

/** The newest event that fits and changed something: logins are no changes. */
function lastChange(which: string, fields: readonly string[]): string {
  const newest = `SELECT a.id FROM "AuditEvent" a WHERE ${which} AND a."companyId" = u."companyId"
    AND a."action" NOT LIKE 'session.%' AND a."action" NOT LIKE 'login.%' ORDER BY a.id DESC LIMIT 1`;
  return one({ at: iso('v."at"'), ...columns('v', ...fields) }, `FROM "AuditEvent" v WHERE v.id = (${newest})`);
}

/** When each user was last here, last changed something, and was last changed. */
export const ACTIVITY_SUMMARY: ListSpec = {
  item: object({
    userId: 'u.id',
    ...columns('u', 'companyId', 'username', 'firstName', 'lastName'),
    lastLoginAt: iso('u."lastLoginAt"'),
    lastChangeBy: lastChange(`a."actor" = 'user:' || u."username"`, ['action', 'objectType', 'objectId']),
    lastChangeTo: lastChange(`a."objectType" = 'user' AND a."objectId" = u.id`, ['action', 'actor']),
  }),
  from: 'FROM "User" u',
  id: 'u.id',
  sorts: {
    username: 'u."username"',
    lastName: 'u."lastName" COLLATE NOCASE',
    lastLoginAt: 'coalesce(u."lastLoginAt", 0)',
  },
  filters: { companyId: 'u."companyId" = ?', userId: 'u.id = ?' },
  match: matching('User', 'u.id', ['username', 'name']),
  search: [],
};
