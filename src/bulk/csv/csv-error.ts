import { LinekeeperError } from '../../errors.ts';

/** What is wrong with a file as a whole. `path` is a column or `line 17`; empty when it is about all of it. */
export function csvInvalid(code: string, message: string, path = ''): LinekeeperError {
  return new LinekeeperError('CSV_INVALID', message, { fields: [{ path, code, message }] });
}
