import type { ListSpec } from './page.ts';
import { bool, columns, iso, json, object, outboxJoin, SYNC, SYNC_STATE } from './sql.ts';

const count = (table: string) => `(SELECT count(*) FROM "${table}" x WHERE x."companyId" = c.id)`;

export const COMPANIES: ListSpec = {
  item: object({
    ...columns('c', 'id', 'pbxId', 'name', 'slug', 'endpointPrefix'),
    ranges: json('c."ranges"'),
    ...columns('c', 'country', 'timezone', 'trunk', 'outgoingCallerId'),
    emergencyNumbers: json('c."emergencyNumbers"'),
    quarantineDays: 'c."quarantineDays"',
    allowedDomains: json('c."allowedDomains"'),
    noticeEmail: 'c."noticeEmail"',
    userTypes: json('c."userTypes"'),
    labelKinds: json('c."labelKinds"'),
    requiresSecondFactor: bool('c."requiresSecondFactor"'),
    counts: object({
      sites: count('Site'),
      users: count('User'),
      extensions: count('Extension'),
      numbers: count('PhoneNumber'),
    }),
    sync: SYNC,
    version: 'c."version"',
    createdAt: iso('c."createdAt"'),
    updatedAt: iso('c."updatedAt"'),
  }),
  from: `FROM "Company" c ${outboxJoin('company', 'c.id', 'c."pbxId"')}`,
  id: 'c.id',
  sorts: { name: 'c."name" COLLATE NOCASE', slug: 'c."slug"', createdAt: 'c."createdAt"' },
  filters: { companyId: 'c.id = ?', pbxId: 'c."pbxId" = ?', slug: 'c."slug" = ?', sync: `${SYNC_STATE} = ?` },
  search: ['c."name"', 'c."slug"'],
};
