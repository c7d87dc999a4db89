/** What a token may do. A route names the one scope it needs; `admin` stands for all. */
export const SCOPES = [
  'admin',
  'read',
  'companies:write',
  'users:write',
  'lines:write',
  'numbers:write',
  'imports:write',
  'pbxes:write',
  'sync:write',
  'tokens:write',
] as const;
export type Scope = (typeof SCOPES)[number];

/** Who asks. */
export interface Principal {
  /** Unique and lasting: whose idempotency keys these are. */
  id: string;
  /** For the activity log: `token:<name>` or `local`. */
  actor: string;
  scopes: ReadonlySet<string>;
  /** undefined: all companies. */
  companyId: string | undefined;
}

/** Whoever may open the daemon's own socket file may do everything: the file's mode is the password. */
export const LOCAL: Principal = { id: 'local', actor: 'local', scopes: new Set(['admin']), companyId: undefined };

export function holds(principal: Principal, scope: Scope): boolean {
  return principal.scopes.has('admin') || principal.scopes.has(scope);
}
