import { LinekeeperError } from '../errors.ts';
import type { Tx } from '../store/database.ts';
import { companiesWithoutAdministrator } from '../store/lifecycle.ts';

/**
 * Refuses what would leave a company without an active administrator (built-in role `administrator`): call it before
 * these users are disabled, deleted (`areLeaving`: the very last person of a company may go), or lose the role (then with
 * the company whose role it is).
 *
 * @throws LAST_ADMINISTRATOR
 */
export async function refuseLastAdministrator(
  tx: Tx,
  userIds: readonly string[],
  { companyId, areLeaving = false }: { companyId?: string; areLeaving?: boolean } = {},
): Promise<void> {
  const companies = await companiesWithoutAdministrator(tx, userIds, companyId, areLeaving);
  if (companies.length === 0) return;
  throw new LinekeeperError(
    'LAST_ADMINISTRATOR',
    `${companies.join(', ')} would have no active administrator left: make somebody else one first`,
    { details: { companies } },
  );
}
