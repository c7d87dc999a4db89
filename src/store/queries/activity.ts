import { breathe, type Handle, prepare } from '../activity/chain.ts';
import { conditionsOf, type ListSpec, type PageRequest } from './page.ts';
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

export const ACTIVITY: ListSpec = {
  item: object(ITEM),
  from: 'FROM "AuditEvent" v',
  id: 'v.id',
  sorts: { at: 'v.id' },
  filters: {
    companyId: 'v."companyId" = ?',
    objectType: 'v."objectType" = ?',
    objectId: 'v."objectId" = ?',
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
  },
  search: ['v."action"', 'v."actor"', 'v."objectId"', 'v."details"'],
};

/** `user.*` as the range of all actions that begin with `user.`; another word is that one action. */
export function actionFilter(action: string | undefined): PageRequest['filters'] {
  if (action === undefined || !action.endsWith('*')) return { action };
  const prefix = action.slice(0, -1);
  return { action: undefined, actionFrom: prefix, actionTo: `${prefix}\u{10ffff}` };
}

/** Ids that one statement looks through: what no index helps with must not keep everybody waiting. */
const WINDOW = 10_000;

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
  const ends = prepare(handle, 'SELECT coalesce(min("id"), 1), coalesce(max("id"), 0) FROM "AuditEvent"').raw();
  const [first, last] = ends.get() as [number, number];
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
  search: ['u."username"', `u."firstName" || ' ' || u."lastName"`],
};
