import type { ListSpec } from './page.ts';
import { columns, iso, object } from './sql.ts';

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
