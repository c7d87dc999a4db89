import type { Permission } from '../../src/domain/permission.ts';

/**
 * Who may use each route: the permission it asks for, `self` (any user, about himself), or `public`. `global`: for nobody
 * who belongs to one company, whatever his permissions. A route that is not here fails the test of all routes.
 */
export interface RouteRule {
  needs: Permission | 'self' | 'public' | 'login';
  isGlobal?: true;
  /** A body that is taken, for routes that judge it before they look for the object. */
  body?: object;
  /** Of a body that is no JSON. */
  contentType?: string;
}

const rule = (needs: RouteRule['needs'], body?: object): RouteRule =>
  body === undefined ? { needs } : { needs, body };
const globally = (needs: RouteRule['needs'], body?: object): RouteRule => ({ ...rule(needs, body), isGlobal: true });

const EXTENSION = { displayName: 'x' };
const PBX = {
  name: 'x',
  host: '127.0.0.1',
  logins: Object.fromEntries(
    ['events', 'query', 'sync', 'config'].map((one) => [one, { username: one, secret: 'of-no-use' }]),
  ),
};

/** Groups, teams and labels are the same under three names. */
function groupRules(path: string): Record<string, RouteRule> {
  const one = `/api/v1/${path}/:id`;
  return {
    [`GET /api/v1/${path}`]: rule('users:read'),
    [`POST /api/v1/${path}`]: rule('groups:write'),
    [`GET ${one}`]: rule('users:read'),
    [`PATCH ${one}`]: rule('groups:write', {}),
    [`DELETE ${one}`]: rule('groups:write'),
    [`GET ${one}/members`]: rule('users:read'),
    [`POST ${one}/members`]: rule('groups:write', { userIds: ['x'] }),
    [`PUT ${one}/members/:userId`]: rule('groups:write'),
    [`DELETE ${one}/members/:userId`]: rule('groups:write'),
  };
}

export const ROUTE_RULES: Record<string, RouteRule> = {
  'GET /healthz': rule('public'),
  'GET /readyz': rule('public'),
  'GET /metrics': rule('read'),
  'GET /openapi.json': rule('public'),
  'GET /asyncapi.json': rule('public'),
  'GET /docs': rule('public'),
  'GET /docs/json': rule('public'),
  'GET /docs/yaml': rule('public'),
  'GET /docs/static/*': rule('public'),
  'GET /docs/static/index.html': rule('public'),
  'GET /docs/static/swagger-initializer.js': rule('public'),

  'POST /api/v1/login': rule('public'),
  'POST /api/v1/login/second-factor': rule('public'),
  'POST /api/v1/login/send-code': rule('public'),
  'POST /api/v1/password-reset': rule('public'),
  'POST /api/v1/password-reset/confirm': rule('public'),

  'GET /api/v1/live': rule('login'),
  'GET /api/v1/me': rule('self'),
  'PATCH /api/v1/me': rule('self', {}),
  'POST /api/v1/me/password': rule('self'),
  'POST /api/v1/logout': rule('self'),
  'GET /api/v1/me/sessions': rule('self'),
  'DELETE /api/v1/me/sessions/:id': rule('self'),
  'POST /api/v1/me/sessions/end': rule('self'),
  'POST /api/v1/me/company': rule('self'),
  'GET /api/v1/me/lists/:list': rule('self'),
  'PUT /api/v1/me/lists/:list': rule('self'),
  'GET /api/v1/saved-filters': rule('users:read'),
  'POST /api/v1/saved-filters': rule('users:read'),
  'GET /api/v1/saved-filters/:id': rule('users:read'),
  'PATCH /api/v1/saved-filters/:id': rule('users:read', {}),
  'DELETE /api/v1/saved-filters/:id': rule('users:read'),

  'GET /api/v1/me/second-factor': rule('self'),
  'DELETE /api/v1/me/second-factor': rule('self'),
  'POST /api/v1/me/second-factor/totp': rule('self'),
  'POST /api/v1/me/second-factor/totp/confirm': rule('self'),
  'POST /api/v1/me/second-factor/backup-codes': rule('self'),
  'POST /api/v1/me/second-factor/contact': rule('self'),
  'POST /api/v1/me/second-factor/contact/confirm': rule('self'),
  'POST /api/v1/me/invitations/accept': rule('self'),
  'GET /api/v1/invitations': rule('users:read'),
  'POST /api/v1/invitations': rule('users:invite'),
  'GET /api/v1/invitations/:id': rule('users:read'),
  'POST /api/v1/invitations/:id/resend': rule('users:invite'),
  'POST /api/v1/invitations/:id/revoke': rule('users:invite'),
  'POST /api/v1/invitations/look': rule('public'),
  'POST /api/v1/invitations/accept': rule('public'),

  'GET /api/v1/companies': rule('read'),
  'POST /api/v1/companies': globally('companies:write', {
    name: 'x',
    slug: 'x',
    ranges: [['10', '19']],
    country: 'DE',
    timezone: 'UTC',
  }),
  'GET /api/v1/companies/:id': rule('read'),
  'PATCH /api/v1/companies/:id': rule('companies:write', {}),
  'DELETE /api/v1/companies/:id': globally('companies:write'),
  'GET /api/v1/companies/:id/members': rule('read'),
  'GET /api/v1/sites': rule('read'),
  'POST /api/v1/sites': rule('companies:write'),
  'GET /api/v1/sites/:id': rule('read'),
  'PATCH /api/v1/sites/:id': rule('companies:write', {}),
  'DELETE /api/v1/sites/:id': rule('companies:write'),

  'GET /api/v1/users': rule('read'),
  'POST /api/v1/users': rule('users:write'),
  'GET /api/v1/users/:id': rule('read'),
  'PATCH /api/v1/users/:id': rule('users:write', {}),
  'DELETE /api/v1/users/:id': rule('users:write'),
  'POST /api/v1/users/:id/end-sessions': rule('users:write'),
  'POST /api/v1/users/:id/invite': rule('users:invite'),
  'POST /api/v1/users/:id/reset-second-factor': rule('users:write'),
  'POST /api/v1/users/:id/unlock': rule('users:write'),
  'POST /api/v1/users/:id/reset-password': rule('users:write', { method: 'show' }),
  'POST /api/v1/users/:id/roles': rule('roles:write', { roleIds: [] }),
  'POST /api/v1/users/:id/operator': globally('roles:write', { isOperator: true }),
  'GET /api/v1/sessions': rule('users:write'),
  'DELETE /api/v1/sessions/:id': rule('users:write'),
  'GET /api/v1/permissions': rule('users:read'),
  'GET /api/v1/roles': rule('read'),
  'POST /api/v1/roles': rule('roles:write'),
  'GET /api/v1/roles/:id': rule('read'),
  'PATCH /api/v1/roles/:id': rule('roles:write', {}),
  'DELETE /api/v1/roles/:id': rule('roles:write'),

  'GET /api/v1/extensions': rule('read'),
  'POST /api/v1/extensions': rule('lines:write'),
  'GET /api/v1/extensions/:id': rule('read'),
  'PATCH /api/v1/extensions/:id': rule('lines:write', EXTENSION),
  'DELETE /api/v1/extensions/:id': rule('lines:write'),
  'GET /api/v1/extensions/:id/accounts': rule('read'),
  'POST /api/v1/extensions/:id/accounts': rule('lines:write', {}),
  'GET /api/v1/extensions/:id/accounts/:ordinal': rule('read'),
  'PATCH /api/v1/extensions/:id/accounts/:ordinal': rule('lines:write', {}),
  'DELETE /api/v1/extensions/:id/accounts/:ordinal': rule('lines:write'),
  'POST /api/v1/extensions/:id/accounts/:ordinal/rotate': rule('lines:write'),
  'GET /api/v1/mailboxes': rule('read'),
  'GET /api/v1/extensions/:id/mailbox': rule('read'),
  'POST /api/v1/extensions/:id/mailbox': rule('lines:write', {}),
  'PATCH /api/v1/extensions/:id/mailbox': rule('lines:write', {}),
  'DELETE /api/v1/extensions/:id/mailbox': rule('lines:write'),
  'GET /api/v1/numbers': rule('read'),
  'POST /api/v1/numbers': rule('numbers:write'),
  'POST /api/v1/numbers/ranges': rule('numbers:write'),
  'GET /api/v1/numbers/:id': rule('read'),
  'PATCH /api/v1/numbers/:id': rule('numbers:write', { note: 'x' }),
  'DELETE /api/v1/numbers/:id': rule('numbers:write'),
  'GET /api/v1/numbers/:id/history': rule('read'),
  'POST /api/v1/numbers/:id/reserve': rule('numbers:write'),
  'POST /api/v1/numbers/:id/release': rule('numbers:write'),
  'POST /api/v1/numbers/:id/spare': rule('numbers:write'),
  'POST /api/v1/numbers/:id/assign': rule('numbers:write', { extensionId: 'x' }),

  'GET /api/v1/pbxes': globally('read'),
  'POST /api/v1/pbxes': globally('pbxes:write', PBX),
  'GET /api/v1/pbxes/:id': globally('read'),
  'PATCH /api/v1/pbxes/:id': globally('pbxes:write', {}),
  'DELETE /api/v1/pbxes/:id': globally('pbxes:write'),
  'GET /api/v1/sync': globally('read'),
  'GET /api/v1/sync/:pbxId': globally('read'),
  'GET /api/v1/sync/:pbxId/plan': globally('read'),
  'GET /api/v1/sync/:pbxId/drift': globally('read'),
  'POST /api/v1/sync/:pbxId/run': globally('sync:write'),
  'POST /api/v1/sync/:pbxId/approve': globally('sync:write', { planId: 'x' }),

  'GET /api/v1/tokens': rule('tokens:write'),
  'POST /api/v1/tokens': rule('tokens:write'),
  'GET /api/v1/tokens/:id': rule('tokens:write'),
  'DELETE /api/v1/tokens/:id': rule('tokens:write'),
  'GET /api/v1/activity': rule('activity:read'),
  'GET /api/v1/activity/summary': rule('activity:read'),
  'GET /api/v1/activity/export': rule('activity:read'),
  'GET /api/v1/activity/verify': globally('activity:read'),
  'GET /api/v1/call-records': rule('calls:read'),
  'GET /api/v1/call-records/:id': rule('calls:read'),
  'GET /api/v1/call-records/export': rule('calls:read'),
  'GET /api/v1/call-record-gaps': rule('calls:read'),
  'GET /api/v1/me/calls': rule('self'),

  'POST /api/v1/users/:id/duplicate': rule('users:write', { username: 'x', firstName: 'F', lastName: 'L' }),
  'GET /api/v1/users/:id/avatar': rule('users:read'),
  'PUT /api/v1/users/:id/avatar': { needs: 'users:read', body: {}, contentType: 'image/png' },
  'DELETE /api/v1/users/:id/avatar': rule('users:read'),
  'GET /api/v1/colleagues': rule('users:read'),
  'GET /api/v1/colleagues/:id': rule('users:read'),
  ...groupRules('groups'),
  ...groupRules('teams'),
  ...groupRules('labels'),

  'POST /api/v1/users/:id/disable': rule('users:write', {}),
  'POST /api/v1/users/disable': rule('users:write'),
  'POST /api/v1/users/:id/enable': rule('users:write', {}),
  'GET /api/v1/users/:id/deletion': rule('users:write'),
  'GET /api/v1/deleted-users': rule('users:write'),
  'GET /api/v1/deleted-users/:id': rule('users:write'),
  'DELETE /api/v1/deleted-users/:id': rule('users:write'),
  'POST /api/v1/deleted-users/:id/restore': rule('users:write', {}),
  'POST /api/v1/users/:id/schedule': rule('users:write', { action: 'disable', at: '2099-01-01T00:00:00Z' }),
  'GET /api/v1/scheduled-actions': rule('users:write'),
  'GET /api/v1/scheduled-actions/:id': rule('users:write'),
  'DELETE /api/v1/scheduled-actions/:id': rule('users:write'),
  'GET /api/v1/users/:id/lifecycle-reports': rule('users:write'),
  'GET /api/v1/lifecycle-reports/:id': rule('users:write'),

  'POST /api/v1/calls/:id/hangup': rule('calls:write'),
  'POST /api/v1/calls/:id/transfer': rule('calls:write', { to: '1001' }),
  'POST /api/v1/extensions/:id/accounts/:ordinal/throw-off': rule('calls:write'),
  'POST /api/v1/extensions/:id/test-call': rule('calls:write'),
  'POST /api/v1/extensions/:id/message': rule('calls:write', { text: 'x' }),
  'POST /api/v1/users/:id/kick': rule('users:write'),

  'GET /api/v1/mails': rule('users:write'),
  'GET /api/v1/mails/:id': rule('users:write'),
  'POST /api/v1/mails/:id/retry': rule('users:write'),
  'POST /api/v1/mails/:id/cancel': rule('users:write'),
  'GET /api/v1/broadcasts': rule('read'),
  'POST /api/v1/broadcasts': rule('messages:write'),
  'GET /api/v1/broadcasts/:id': rule('read'),
  'PATCH /api/v1/broadcasts/:id': rule('messages:write', {}),
  'GET /api/v1/broadcasts/:id/deliveries': rule('read'),
  'POST /api/v1/broadcasts/:id/cancel': rule('messages:write'),
  'GET /api/v1/history': rule('calls:read'),
  'GET /api/v1/registrations': rule('calls:read'),
  'GET /api/v1/mailbox-counts': rule('calls:read'),
  // When a colleague was last seen is nobody's business who may only see names.
  'GET /api/v1/users/:id/summary': rule('read'),
  'GET /api/v1/companies/:id/summary': rule('calls:read'),
  'GET /api/v1/me/messages': rule('users:read'),

  'GET /api/v1/calls': rule('calls:read'),
  'GET /api/v1/calls/:id': rule('calls:read'),
};
