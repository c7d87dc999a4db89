import type { AccountInput } from '../domain/account-input.ts';
import type { ExtensionExtras, ExtensionInput } from '../domain/extension-input.ts';
import type { Tx } from '../store/database.ts';

export interface Actor {
  /** For the activity log: `token:<name>`, `local`, `job:<id>`. */
  actor: string;
}

/** What one request may do to an extension. Each runs in the transaction of `changes.run`. */
export interface ExtensionService {
  /** @throws EXTENSION_TAKEN, EXTENSION_OUT_OF_RANGE, EXTENSION_RANGE_FULL, PIN_WEAK, REFERENCE_INVALID, NUMBER_NOT_ASSIGNABLE */
  create(
    tx: Tx,
    context: Actor & { companyId: string; allowWeakPins: boolean },
    number: string | undefined,
    input: ExtensionInput,
    extras: Omit<ExtensionExtras, 'number'>,
  ): Promise<{ id: string; number: string; secret: string; pin: string | undefined }>;
  /** @throws NOT_FOUND, PRECONDITION_FAILED and those of `create` */
  update(
    tx: Tx,
    context: Actor & { allowWeakPins: boolean; ifVersion: number | undefined },
    id: string,
    input: ExtensionInput,
  ): Promise<{ id: string; pin: string | undefined }>;
  remove(tx: Tx, context: Actor & { ifVersion: number | undefined }, id: string): Promise<void>;
  addAccount(
    tx: Tx,
    context: Actor,
    extensionId: string,
    input: AccountInput,
  ): Promise<{ id: string; ordinal: number; secret: string }>;
  updateAccount(tx: Tx, context: Actor, extensionId: string, ordinal: number, input: AccountInput): Promise<void>;
  /**
   * A new secret; registrations under the old one are dropped once the PBX has it. The phone of a device that has fetched its
   * files gets it with them (`isPhased`), and until it has registered with it the old one stays good; `force`: it does not.
   *
   * @throws DEVICE_STATE_INVALID when it is being rotated in that way already
   */
  rotateSecret(
    tx: Tx,
    context: Actor,
    extensionId: string,
    ordinal: number,
    options?: { force?: boolean | undefined },
  ): Promise<{ secret: string; isPhased: boolean }>;
  /** The old secret stays the one; does nothing when none is being rotated. */
  cancelRotation(tx: Tx, context: Actor, extensionId: string, ordinal: number): Promise<void>;
  removeAccount(tx: Tx, context: Actor, extensionId: string, ordinal: number): Promise<void>;
}
