import type { Tx } from '../../store/database.ts';
import type { Seal } from '../../store/seal.ts';
import type { Catalogue } from '../definitions/catalogue.ts';
import type { PhoneFacts } from '../resolve/resolve.ts';

/** What extensions do for devices: handed in, for lines are another floor's matter. */
export interface LineAccounts {
  addAccount(
    tx: Tx,
    context: { actor: string },
    extensionId: string,
    input: { kind?: 'desk'; label?: string },
  ): Promise<{ id: string; ordinal: number }>;
  removeAccount(tx: Tx, context: { actor: string }, extensionId: string, ordinal: number): Promise<void>;
  rotateSecret(
    tx: Tx,
    context: { actor: string },
    extensionId: string,
    ordinal: number,
    options: { force: boolean },
  ): Promise<unknown>;
}

export interface DeviceDeps {
  seal: Seal;
  /** Everything that is known of phones; read when somebody first asks. */
  catalogue(): Promise<Catalogue>;
  /** That of a release, for phones that a roll-out has not reached. */
  catalogueOf(releaseHash: string): Promise<Catalogue>;
  facts: PhoneFacts;
  accounts: LineAccounts;
  /** Milliseconds for which a window is opened when nobody says how long. */
  windowMs: number;
}
