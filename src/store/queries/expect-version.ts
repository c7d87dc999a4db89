import { LinekeeperError } from '../../errors.ts';

/** Refuses a change of what somebody else has changed since the caller read it. `undefined`: the caller does not mind. */
export function expectVersion(row: { version: number }, ifVersion: number | undefined): void {
  if (ifVersion === undefined || ifVersion === row.version) return;
  throw new LinekeeperError('PRECONDITION_FAILED', `this is version ${row.version} now, not ${ifVersion}`, {
    details: { version: row.version },
  });
}
