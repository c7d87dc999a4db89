import type { FieldError } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import type { Seal } from '../../store/seal.ts';
import type { ModelDefinition, VendorDefinition } from '../definitions/schema.ts';
import type { RenderedFile, ResolvedPhone } from '../ports.ts';
import type { ModelCatalogue, PhoneFacts } from '../resolve/resolve.ts';

/** What extensions do for devices: handed in, for lines are another floor's matter. */
export interface LineAccounts {
  addAccount(
    tx: Tx,
    context: { actor: string },
    extensionId: string,
    input: { kind?: 'desk'; label?: string },
  ): Promise<{ id: string; ordinal: number }>;
  removeAccount(tx: Tx, context: { actor: string }, extensionId: string, ordinal: number): Promise<void>;
  rotateSecret(tx: Tx, context: { actor: string }, extensionId: string, ordinal: number): Promise<unknown>;
}

/** Everything that is known of phones; loaded when somebody first asks. */
export interface Catalogue extends ModelCatalogue {
  vendors(): readonly VendorDefinition[];
  models(vendor: string): readonly ModelDefinition[];
}

/** A phone that can be rendered. */
export type Renderable = Exclude<ResolvedPhone, { problems: readonly FieldError[] }>;

export interface DeviceDeps {
  seal: Seal;
  catalogue(): Promise<Catalogue>;
  facts: PhoneFacts;
  accounts: LineAccounts;
  /** Milliseconds for which a window is opened when nobody says how long. */
  windowMs: number;
  /** Every file of a phone that has a name; with a masked view what an operator may see. */
  render(phone: Renderable): Promise<readonly RenderedFile[]>;
}
