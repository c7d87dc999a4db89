import type { ListSpec } from './page.ts';
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
  sorts: { createdAt: 'i."createdAt"', email: 'i."email" COLLATE NOCASE', expiresAt: 'i."expiresAt"' },
  filters: { companyId: 'i."companyId" = ?', state: `${STATE} = ?`, userId: 'i."userId" = ?' },
  search: ['i."email"'],
};
