import { LinekeeperError } from '../errors.ts';
import type { Tx } from '../store/database.ts';

/**
 * Runs a change after which a company that has active administrators must still have one.
 * @throws LAST_ADMINISTRATOR, which rolls the change back
 */
export async function keepingAdministrator(tx: Tx, companyId: string, change: () => Promise<void>): Promise<void> {
  const before = await administrators(tx, companyId);
  await change();
  if (before === 0 || (await administrators(tx, companyId)) > 0) return;
  throw new LinekeeperError('LAST_ADMINISTRATOR', 'the company would be left without an active administrator');
}

function administrators(tx: Tx, companyId: string): Promise<number> {
  return tx.userRole.count({ where: { role: { companyId, builtIn: 'administrator' }, user: { state: 'active' } } });
}
