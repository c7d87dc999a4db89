import { namedFacet } from './facets.ts';
import { type ListSpec, SET } from './page.ts';
import { matching } from './search.ts';
import { columns, iso, json, object } from './sql.ts';

export const INVITATION_STATES = ['pending', 'accepted', 'revoked', 'expired'] as const;

/** Nobody sets an invitation to expired: time does. */
const STATE = `iif(i."state" = 'pending' AND i."expiresAt" <= unixepoch('subsec') * 1000, 'expired', i."state")`;

export const INVITATIONS: ListSpec = {
  item: object({
    ...columns('i', 'id', 'companyId', 'email'),
    roleIds: json('i."roleIds"'),
    ...columns('i', 'language', 'invitedBy'),
    state: STATE,
    ...columns('i', 'sent', 'userId'),
    expiresAt: iso('i."expiresAt"'),
    createdAt: iso('i."createdAt"'),
    updatedAt: iso('i."updatedAt"'),
  }),
  from: 'FROM "Invitation" i',
  id: 'i.id',
  sorts: {
    createdAt: 'i."createdAt"',
    updatedAt: 'i."updatedAt"',
    expiresAt: 'i."expiresAt"',
    email: 'i."email" COLLATE NOCASE',
    state: STATE,
    language: 'i."language"',
    invitedBy: 'i."invitedBy"',
    sent: 'i."sent"',
  },
  filters: {
    companyId: 'i."companyId" = ?',
    state: `${STATE} IN ${SET}`,
    userId: `i."userId" IN ${SET}`,
    language: `i."language" IN ${SET}`,
    invitedBy: `i."invitedBy" IN ${SET}`,
    roleId: `EXISTS (SELECT 1 FROM json_each(i."roleIds") r WHERE r.value IN ${SET})`,
    createdBefore: 'i."createdAt" < ?',
    createdAfter: 'i."createdAt" >= ?',
  },
  facets: {
    companyId: namedFacet('i."companyId"', 'Company'),
    state: { value: STATE },
    language: { value: 'i."language"' },
    invitedBy: { value: 'i."invitedBy"' },
  },
  match: matching('Invitation', 'i.id'),
  search: [],
};
