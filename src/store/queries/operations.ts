import type { ListSpec } from './page.ts';
import { bool, columns, iso, json, object } from './sql.ts';

/** A PBX as operators see it: its logins are written, never read. */
export const PBXES: ListSpec = {
  item: object({
    ...columns('p', 'id', 'name', 'host', 'amiPort'),
    tls: bool('p."tls"'),
    ...columns('p', 'wsUrl', 'sipHost', 'sipPort', 'driftPolicy', 'pinConflict'),
    enabled: bool('p."enabled"'),
    lastAuditAt: iso('p."lastAuditAt"'),
    counts: object({ companies: '(SELECT count(*) FROM "Company" c WHERE c."pbxId" = p.id)' }),
    version: 'p."version"',
    createdAt: iso('p."createdAt"'),
    updatedAt: iso('p."updatedAt"'),
  }),
  from: 'FROM "Pbx" p',
  id: 'p.id',
  sorts: { name: 'p."name" COLLATE NOCASE', createdAt: 'p."createdAt"' },
  filters: { enabled: 'p."enabled" = ?' },
  search: ['p."name"', 'p."host"'],
};

export const TOKENS: ListSpec = {
  item: object({
    ...columns('t', 'id', 'name'),
    scopes: json('t."scopes"'),
    companyId: 't."companyId"',
    userId: 't."userId"',
    expiresAt: iso('t."expiresAt"'),
    lastUsedAt: iso('t."lastUsedAt"'),
    createdAt: iso('t."createdAt"'),
  }),
  from: 'FROM "ApiToken" t',
  id: 't.id',
  sorts: { name: 't."name" COLLATE NOCASE', createdAt: 't."createdAt"' },
  filters: { companyId: 't."companyId" = ?', userId: 't."userId" = ?' },
  search: ['t."name"'],
};

export const DRIFT: ListSpec = {
  item: object({
    ...columns('d', 'pbxId', 'ref', 'kind', 'ownerType', 'ownerId'),
    detectedAt: iso('d."detectedAt"'),
    details: json('d."details"'),
  }),
  from: 'FROM "Drift" d',
  id: 'd."ref"',
  sorts: { ref: 'd."ref"' },
  filters: { pbxId: 'd."pbxId" = ?', kind: 'd."kind" = ?' },
  search: ['d."ref"'],
};
