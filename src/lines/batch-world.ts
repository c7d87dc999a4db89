import { randomInt } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import type { ExtensionRow } from '../domain/extension-row.ts';
import { generatePin } from '../domain/mailbox.ts';
import { generateSecret } from '../domain/sip-account.ts';
import { foldUsername } from '../domain/user.ts';
import { LinekeeperError } from '../errors.ts';
import type { Tx } from '../store/database.ts';
import type { Digests } from '../store/digests.ts';
import { type ExistingExtension, extensionsByNumber, takenNumbers } from '../store/extension-writes.ts';
import { type KnownNumber, numbersByE164 } from '../store/number-writes.ts';
import { createRandomPool } from '../store/random-pool.ts';
import {
  type CompanyRules,
  companyRules,
  type KnownUser,
  sitesOf,
  userIds,
  usersByUsername,
} from '../store/references.ts';
import type { Seal } from '../store/seal.ts';
import { phonePins } from '../store/user-rows.ts';

/** What the rules of a batch may ask: loaded once for all rows, and kept up to date while they are decided. */
export interface BatchWorld {
  company: CompanyRules;
  existing: Map<string, ExistingExtension>;
  /** Every number of the company; loaded only when a row asks for the next free one. */
  taken: Set<string> | undefined;
  sitesByName: Map<string, string>;
  siteIds: Set<string>;
  userIds: Set<string>;
  /** By user name in lower case (`foldUsername`). */
  usersByName: Map<string, KnownUser>;
  /** The sealed telephone PINs of users whose extension may get a mailbox. */
  phonePins: Map<string, string>;
  phoneNumbers: Map<string, KnownNumber>;
  /** Extension numbers that earlier rows of this batch write: a second write of one would be decided on what no longer is. */
  written: Set<string>;
  chance: Chance;
}

/** Where ids and secrets come from. */
export interface Chance {
  id(): string;
  secret(): string;
  pin(extension: string): string;
  seal: Seal;
  /** Seals the secret of an account and keeps its digest at hand for the projection that follows. */
  sealSecret(accountId: string, endpoint: string, secret: string): string;
}

export function createChance(seal: Seal, digests: Digests): Chance {
  const random = createRandomPool();
  return {
    id: uuid,
    secret: () => generateSecret(random),
    pin: (extension) => generatePin(extension, randomInt),
    seal,
    sealSecret(accountId, endpoint, secret) {
      const sealed = seal.seal(secret, `SipAccount:${accountId}`);
      digests.keep(sealed, endpoint, secret);
      return sealed;
    },
  };
}

export async function loadWorld(
  tx: Tx,
  companyId: string,
  rows: readonly ExtensionRow[],
  chance: Chance,
): Promise<BatchWorld> {
  const company = await companyRules(tx, companyId);
  if (company === undefined) throw new LinekeeperError('NOT_FOUND', 'no such company');
  const numbers = rows.flatMap(({ number }) => (number === undefined ? [] : [number]));
  const sites = rows.some(({ input, extras }) => input.siteId != null || extras.siteName !== undefined)
    ? await sitesOf(tx, companyId)
    : [];
  const usernames = rows.flatMap(({ extras }) => (extras.user === undefined ? [] : [extras.user.username]));
  const ids = rows.flatMap(({ input }) => (input.userId == null ? [] : [input.userId]));
  const e164s = rows.flatMap(({ extras }) => extras.phoneNumbers ?? []);
  const existing = new Map((await extensionsByNumber(tx, companyId, numbers)).map((one) => [one.number, one]));
  const usersByName = new Map(
    (await usersByUsername(tx, usernames)).map((user) => [foldUsername(user.username), user]),
  );
  return {
    company,
    chance,
    existing,
    taken: numbers.length < rows.length ? await takenNumbers(tx, companyId) : undefined,
    written: new Set(),
    sitesByName: new Map(sites.map((site) => [site.name.toLowerCase(), site.id])),
    siteIds: new Set(sites.map((site) => site.id)),
    userIds: await userIds(tx, companyId, ids),
    usersByName,
    phonePins: await phonePins(tx, mailboxOwners(rows, existing, usersByName)),
    phoneNumbers: new Map((await numbersByE164(tx, e164s)).map((number) => [number.e164, number])),
  };
}

/** Users of the rows that may make a mailbox and give no PIN for it. */
function mailboxOwners(
  rows: readonly ExtensionRow[],
  existing: BatchWorld['existing'],
  usersByName: BatchWorld['usersByName'],
): string[] {
  return rows.flatMap(({ number, input, extras }) => {
    const present = number === undefined ? undefined : existing.get(number);
    if (input.mailbox == null || input.mailbox.pin !== undefined || present?.mailbox != null) return [];
    const named = extras.user === undefined ? undefined : usersByName.get(foldUsername(extras.user.username))?.id;
    const owner = named ?? (input.userId === undefined ? present?.userId : input.userId);
    return owner == null ? [] : [owner];
  });
}
