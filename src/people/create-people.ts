import type { Database } from '../store/database.ts';
import type { Argon2 } from './argon2.ts';
import { createLogin, type Login } from './login.ts';
import { createOwnPassword, type OwnPassword } from './own-password.ts';
import { createPasswordHasher, type PasswordHasher } from './password-hash.ts';
import { createPasswordReset, type PasswordReset } from './password-reset.ts';
import type { PeopleDeps, PeopleSettings } from './people-deps.ts';
import type { SecondFactors } from './second-factor/verify.ts';

/** The flows of getting in, as the API takes them. */
export interface People {
  logins: Login;
  resets: PasswordReset;
  passwords: OwnPassword;
  hasher: PasswordHasher;
  factors: SecondFactors;
  settings: PeopleSettings;
  publicUrl: string;
  /** Milliseconds without a request after which a session is over. */
  sessionIdleMs: number;
}

export function createPeople(
  db: Database,
  settings: PeopleSettings,
  { factors, argon2 }: { factors: SecondFactors; argon2: Argon2 },
): People {
  const deps: PeopleDeps = { db, settings, factors, hasher: createPasswordHasher(settings.argon2, argon2) };
  return {
    logins: createLogin(deps),
    resets: createPasswordReset(deps),
    passwords: createOwnPassword(deps),
    hasher: deps.hasher,
    factors,
    settings,
    publicUrl: settings.publicUrl,
    sessionIdleMs: settings.sessionIdleMinutes * 60_000,
  };
}
