import type { ListSpec } from './page.ts';
import { columns, iso, object } from './sql.ts';

/** Without the credentials, whatever is asked for. */
export const REDIRECT_ACCOUNTS: ListSpec = {
  item: object({
    ...columns('a', 'id', 'companyId', 'service', 'name', 'url'),
    counts: object({
      listed: counted('listed'),
      waiting: counted('waiting'),
      failed: counted('failed'),
    }),
    version: 'a."version"',
    createdAt: iso('a."createdAt"'),
    updatedAt: iso('a."updatedAt"'),
  }),
  from: 'FROM "RedirectAccount" a',
  id: 'a.id',
  sorts: { name: 'a."name" COLLATE NOCASE', service: 'a."service"', createdAt: 'a."createdAt"' },
  filters: { companyId: 'a."companyId" = ?', service: 'a."service" = ?', name: 'a."name" = ?' },
  search: ['a."name"'],
};

function counted(state: string): string {
  return `(SELECT count(*) FROM "RedirectEntry" x WHERE x."accountId" = a.id AND x."state" = '${state}')`;
}
