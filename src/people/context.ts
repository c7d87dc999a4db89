import { LinekeeperError } from '../errors.ts';

/** Who changes something, and which version of it they have seen (undefined: they do not mind). */
export interface ChangeContext {
  /** For the activity log: `token:<name>`, `local`. */
  actor: string;
  ifVersion: number | undefined;
}

export function notFound(what: string): LinekeeperError {
  return new LinekeeperError('NOT_FOUND', `there is no such ${what}`);
}

/** A field of the request names something that does not exist, or that the caller must not know of. */
export function badReference(path: string, what: string): LinekeeperError {
  const message = `there is no such ${what}`;
  return new LinekeeperError('REFERENCE_INVALID', `${path}: ${message}`, {
    fields: [{ path, code: 'REFERENCE_INVALID', message }],
  });
}
