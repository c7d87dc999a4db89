/** Whoever asks, or asked and is looked up again: what he may do, and where. */
export interface Caller {
  /** `user:<id>`, `token:<id>` or `local`: unique and lasting. */
  id: string;
  /** For the activity log: `user:<username>`, `token:<name>` or `local`. */
  actor: string;
  scopes: ReadonlySet<string>;
  /** undefined: all companies. */
  companyId: string | undefined;
  /** The user behind it, if there is one. */
  userId?: string;
}
