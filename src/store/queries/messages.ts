import { BROADCAST_CHANNELS, DELIVERY_STATES } from '../../domain/broadcast.ts';
import type { ListSpec, View } from './page.ts';
import { columns, iso, json, many, object } from './sql.ts';

/** A mail without what it says. */
export const MAILS: ListSpec = {
  item: object({
    ...columns('m', 'id', 'companyId', 'userId', 'to', 'template', 'language', 'state', 'attempts'),
    nextAttemptAt: iso(`iif(m."state" = 'waiting', m."nextAttemptAt", NULL)`),
    ...columns('m', 'error'),
    createdAt: iso('m."createdAt"'),
    endedAt: iso('m."endedAt"'),
  }),
  from: 'FROM "Mail" m',
  id: 'm.id',
  sorts: { createdAt: 'm."createdAt"' },
  filters: {
    companyId: 'm."companyId" = ?',
    userId: 'm."userId" = ?',
    state: 'm."state" = ?',
    template: 'm."template" = ?',
  },
  search: ['m."to"'],
};

const BROADCAST = {
  ...columns('b', 'id', 'companyId', 'category', 'text'),
  target: json('b."target"'),
  channels: json('b."channels"'),
  sendAt: iso('b."sendAt"'),
  ...columns('b', 'state', 'actor', 'version'),
  createdAt: iso('b."createdAt"'),
  updatedAt: iso('b."updatedAt"'),
};

export const BROADCASTS: ListSpec = {
  item: object(BROADCAST),
  from: 'FROM "Broadcast" b',
  id: 'b.id',
  sorts: { createdAt: 'b."createdAt"', sendAt: 'b."sendAt"' },
  filters: { companyId: 'b."companyId" = ?', state: 'b."state" = ?', category: 'b."category" = ?' },
  search: ['b."text"', 'b."category"'],
};

/** One broadcast, with how many deliveries of each channel are in which state. */
export const BROADCAST_COUNTED: ListSpec = {
  ...BROADCASTS,
  item: object({
    ...BROADCAST,
    counts: many(
      { channel: 'd."channel"', state: 'd."state"', count: 'count(*)' },
      'FROM "BroadcastDelivery" d WHERE d."broadcastId" = b.id GROUP BY d."channel", d."state"',
      '1',
    ),
  }),
  finish: (item) => ({ ...item, counts: nested(item.counts as Counted[]) }),
};

interface Counted {
  channel: string;
  state: string;
  count: number;
}

function nested(counted: readonly Counted[]): View {
  const of = (channel: string, state: string) =>
    counted.find((one) => one.channel === channel && one.state === state)?.count ?? 0;
  return Object.fromEntries(
    BROADCAST_CHANNELS.map((channel) => [
      channel,
      Object.fromEntries(DELIVERY_STATES.map((state) => [state, of(channel, state)])),
    ]),
  );
}

export const DELIVERIES: ListSpec = {
  item: object({
    userId: 'd."userId"',
    username: 'u."username"',
    ...columns('d', 'channel', 'state', 'detail', 'mailId'),
    at: iso('d."at"'),
  }),
  from: 'FROM "BroadcastDelivery" d LEFT JOIN "User" u ON u.id = d."userId"',
  id: 'd.rowid',
  sorts: { username: `coalesce(u."username", '')`, at: 'd."at"' },
  filters: {
    broadcastId: 'd."broadcastId" = ?',
    channel: 'd."channel" = ?',
    state: 'd."state" = ?',
    userId: 'd."userId" = ?',
  },
  search: ['u."username"'],
};

/** What was sent to one person, as the feed shows it. */
export const MY_MESSAGES: ListSpec = {
  item: object({
    ...columns('b', 'id', 'companyId', 'category', 'text'),
    company: '(SELECT c."name" FROM "Company" c WHERE c.id = b."companyId")',
    at: iso('d."at"'),
  }),
  from: `FROM "BroadcastDelivery" d JOIN "Broadcast" b ON b.id = d."broadcastId" AND d."channel" = 'feed'`,
  id: 'd.rowid',
  sorts: { at: 'd."at"' },
  filters: { userId: 'd."userId" = ?', category: 'b."category" = ?' },
  search: ['b."text"'],
};
