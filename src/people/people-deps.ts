import type { Config } from '../config.ts';
import type { Database, Tx } from '../store/database.ts';
import type { PasswordHasher } from './password-hash.ts';
import type { SentCode } from './second-factor/contact.ts';
import type { SmsSender } from './second-factor/sms.ts';

export type PeopleSettings = Config['people'] & {
  /** What links in mails start with; from the settings, never from a request. No slash at the end. */
  publicUrl: string;
};

/** What flows of logging in and getting in stand on; made by the composition root. */
export interface PeopleDeps {
  db: Database;
  hasher: PasswordHasher;
  settings: PeopleSettings;
  factors: SecondFactors;
}

export type FactorMethod = 'totp' | 'backup' | 'contact';

/** What logging in needs of second factors (people/second-factor). */
export interface SecondFactors {
  /** The ways in which this user can prove himself; empty: no second factor is set up. */
  methodsOf(tx: Tx, userId: string): Promise<FactorMethod[]>;
  required(tx: Tx, userId: string): Promise<boolean>;
  /**
   * Sends a code to the personal contact: `deliver` is called with the answer after the commit.
   * @throws CONTACT_MISSING
   */
  sendCode(tx: Tx, userId: string): Promise<SentCode>;
  /** @throws SMS_NOT_SENT, CONTACT_MISSING */
  deliver(sent: SentCode): Promise<void>;
  /** True uses the code up. False counts the try, so what it wrote must be committed. */
  verify(tx: Tx, userId: string, method: FactorMethod, code: string): Promise<boolean>;
  /** undefined: no codes to phone numbers. */
  sms: SmsSender | undefined;
}
