import { type ListSpec, SET } from './page.ts';
import { matching } from './search.ts';
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
  sorts: {
    name: 'c."name" COLLATE NOCASE',
    slug: 'c."slug"',
    country: 'c."country"',
    timezone: 'c."timezone"',
    users: count('User'),
    extensions: count('Extension'),
    sync: SYNC_STATE,
    createdAt: 'c."createdAt"',
    updatedAt: 'c."updatedAt"',
  },
  filters: {
    companyId: 'c.id = ?',
    pbxId: `c."pbxId" IN ${SET}`,
    slug: `c."slug" IN ${SET}`,
    country: `c."country" IN ${SET}`,
    timezone: `c."timezone" IN ${SET}`,
    requiresSecondFactor: 'c."requiresSecondFactor" = ?',
    sync: `${SYNC_STATE} IN ${SET}`,
  },
  facets: {
    country: { value: 'c."country"' },
    timezone: { value: 'c."timezone"' },
    sync: { value: SYNC_STATE },
  },
  match: matching('Company', 'c.id'),
  search: [],
};
