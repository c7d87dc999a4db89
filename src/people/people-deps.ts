import type { Config } from '../config.ts';
import type { Database } from '../store/database.ts';
import type { PasswordHasher } from './password-hash.ts';
import type { SecondFactors } from './second-factor/verify.ts';

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
