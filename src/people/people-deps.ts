import type { Database } from '../store/database.ts';
import type { Argon2Settings, PasswordHasher } from './password-hash.ts';
import type { SecondFactors } from './second-factor/verify.ts';

/** Of the settings `people`, and where people reach us. */
export interface PeopleSettings {
  argon2: Argon2Settings;
  /** Characters; the second is for accounts with a second factor. */
  passwordMinLength: number;
  passwordMinLengthWithSecondFactor: number;
  sessionIdleMinutes: number;
  sessionHours: number;
  invitationDays: number;
  resetMinutes: number;
  temporaryPasswordHours: number;
  /** What links in mails start with; from the settings, never from a request. No slash at the end. */
  publicUrl: string;
}

/** What flows of logging in and getting in stand on; made by the composition root. */
export interface PeopleDeps {
  db: Database;
  hasher: PasswordHasher;
  settings: PeopleSettings;
  factors: SecondFactors;
}
