import { recordAudit } from '../../store/audit-log.ts';
import type { Database, Tx } from '../../store/database.ts';
import { touchExtensions } from '../../store/lifecycle.ts';
import { markDirty } from '../../store/outbox.ts';
import type { FollowRow } from '../../store/phones/follow.ts';
import {
  abandonedRotations,
  dropNextSecrets,
  fetchedAmong,
  type RotatingAccount,
  takeNextSecrets,
} from '../../store/phones/rotation.ts';

export interface RotationsOptions {
  db: Database;
  /** Commits and pokes the reconcilers. */
  change(work: (tx: Tx) => Promise<void>): Promise<unknown>;
}

/** The ends of rotations: the phone has the new secret and uses it, or there is no phone any more. */
export interface Rotations {
  /** These phones have fetched what was wanted of them and registered since. */
  registered(rows: readonly FollowRow[]): Promise<void>;
  /** Takes back what no phone will ever fetch. */
  sweep(): Promise<void>;
}

export function createRotations({ db, change }: RotationsOptions): Rotations {
  return {
    async registered(rows) {
      const ids = rows.flatMap(({ lines }) => lines.filter(({ next }) => next).map(({ accountId }) => accountId));
      if (ids.length === 0) return;
      await change(async (tx) => {
        const accounts = await fetchedAmong(tx, ids);
        await takeNextSecrets(tx, idsOf(accounts));
        await tell(tx, accounts, 'sip_account.rotation_finished');
      });
    },
    async sweep() {
      if ((await abandonedRotations(db.read)).length === 0) return;
      await change(async (tx) => {
        const accounts = await abandonedRotations(tx);
        await dropNextSecrets(tx, idsOf(accounts));
        await tell(tx, accounts, 'sip_account.rotation_canceled');
      });
    },
  };
}

const idsOf = (accounts: readonly RotatingAccount[]) => accounts.map(({ accountId }) => accountId);

/** As with every change of an account: its extension is another, and goes to the PBX. */
async function tell(tx: Tx, accounts: readonly RotatingAccount[], action: string): Promise<void> {
  if (accounts.length === 0) return;
  await touchExtensions(tx, [...new Set(accounts.map(({ extensionId }) => extensionId))]);
  await markDirty(
    tx,
    accounts.map(({ pbxId, extensionId }) => ({ pbxId, type: 'extension' as const, id: extensionId })),
  );
  await recordAudit(
    tx,
    accounts.map(({ extensionId, number, ordinal, companyId }) => ({
      actor: 'system',
      action,
      objectType: 'extension',
      objectId: extensionId,
      companyId,
      details: { extension: number, ordinal },
    })),
  );
}
