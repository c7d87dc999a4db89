/** What scripts may rely on; listed in docs/cli.md. */
export const EXIT = {
  ok: 0,
  /** Refused, failed, or used wrongly. */
  error: 1,
  /** It worked, and found differences, failed rows or something that needs attention. */
  differences: 2,
  /** No daemon answered. */
  unreachable: 3,
  /** Ctrl-C, as shells count it; a job that was followed goes on. */
  interrupted: 130,
} as const;
