import { holdsPermission, PERMISSION_NAMES, type Permission } from '../domain/permission.ts';

/** What a token may do: the permissions that roles are made of (src/domain/permission.ts). */
export const SCOPES = PERMISSION_NAMES;
export type Scope = Permission;

/** Who asks. */
export interface Principal {
  /** Unique and lasting: whose idempotency keys these are. */
  id: string;
  /** For the activity log: `token:<name>`, `user:<username>` or `local`. */
  actor: string;
  scopes: ReadonlySet<string>;
  /** undefined: all companies. */
  companyId: string | undefined;
  /** The user behind a session or a personal token. */
  userId?: string;
  sessionId?: string;
  /** What must be done first; until then only the routes for it are open. */
  restriction?: 'password' | 'second-factor';
}

/** Whoever may open the daemon's own socket file may do everything: the file's mode is the password. */
export const LOCAL: Principal = { id: 'local', actor: 'local', scopes: new Set(['admin']), companyId: undefined };

export function holds(principal: Principal, scope: Scope): boolean {
  return holdsPermission(principal.scopes, scope);
}
