import { LinekeeperError } from '../errors.ts';
import type { Tx } from '../store/database.ts';

/** The key layouts of a site or a team go with it: not while phones elsewhere name one. */
export async function refuseNamedLayouts(tx: Tx, where: { siteId: string } | { groupId: string }): Promise<void> {
  const devices = await tx.device.count({ where: { keyLayout: where } });
  if (devices === 0) return;
  throw new LinekeeperError('KEY_LAYOUT_IN_USE', `${devices} phones have a key layout that would go with it`, {
    details: { devices },
  });
}
