import { mailboxAddress, slugOfMailboxContext } from '../../domain/company.ts';
import type { Database } from '../../store/database.ts';
import {
  companiesBySlug,
  type EndpointParts,
  endpointOwners,
  mailboxesOfPbx,
  mailboxOwners,
  type NumberRow,
  numberOwners,
  type OwnerRow,
} from '../../store/directory.ts';
import type { Directory, EndpointOwner, MailboxDirectory } from '../directory.ts';
import { Lookup, type LookupOptions } from './lookup.ts';

interface OfPbx {
  endpoints: Lookup<EndpointOwner>;
  mailboxes: Lookup<OwnerRow>;
  companies: Lookup<string>;
}

export type LiveDirectory = Directory & MailboxDirectory & { close(): void };

/** Ends with the database: nothing is held open but a listener of its commits. `close` takes that off. */
export function createDirectory(db: Database, options: LookupOptions = {}): LiveDirectory {
  const pbxes = new Map<string, OfPbx>();
  const numbers = new Lookup<NumberRow>((names) => numberOwners(db.read, names), options);

  function of(pbxId: string): OfPbx {
    let found = pbxes.get(pbxId);
    if (found === undefined) {
      found = {
        endpoints: new Lookup((names) => loadEndpoints(db, pbxId, names), options),
        mailboxes: new Lookup((names) => loadMailboxes(db, pbxId, names), options),
        companies: new Lookup((slugs) => companiesBySlug(db.read, pbxId, slugs), options),
      };
      pbxes.set(pbxId, found);
    }
    return found;
  }

  const off = db.onCommit(() => {
    numbers.outdate();
    for (const { endpoints, mailboxes, companies } of pbxes.values()) {
      endpoints.outdate();
      mailboxes.outdate();
      companies.outdate();
    }
  });

  return {
    endpoints: (pbxId, names) => of(pbxId).endpoints.all(names),
    known: (pbxId, endpoint) => of(pbxId).endpoints.known(endpoint),
    mailboxes: (pbxId, names) => of(pbxId).mailboxes.all(names),
    async allMailboxes(pbxId) {
      const rows = await mailboxesOfPbx(db.read, pbxId);
      return rows.map(([slug, box]) => mailboxAddress(slug, box));
    },
    async companyOfContext(pbxId, context) {
      return context.startsWith('lk-') ? of(pbxId).companies.one(context.slice(3)) : undefined;
    },
    number: (e164) => numbers.one(e164),
    close: off,
  };
}

/** `acme-1001-2`: parts of a slug begin with a letter, so a name can be read in one way only. */
const ENDPOINT = /^((?:[a-z][a-z0-9]*-)*)([0-9]{2,10})(?:-([2-9]))?$/;

/** Could be one of ours. */
export function isEndpointName(name: string): boolean {
  return name.length <= 80 && ENDPOINT.test(name);
}

function partsOfEndpoint(name: string): EndpointParts | undefined {
  const [, prefix, number, ordinal] = ENDPOINT.exec(name) ?? [];
  return prefix === undefined || number === undefined ? undefined : [name, prefix, number, Number(ordinal ?? 1)];
}

async function loadEndpoints(
  db: Database,
  pbxId: string,
  names: readonly string[],
): Promise<Map<string, EndpointOwner>> {
  const parts = names.map(partsOfEndpoint).filter((one) => one !== undefined);
  const owners = new Map<string, EndpointOwner>();
  if (parts.length === 0) return owners;
  const rows = await endpointOwners(db.read, pbxId, parts);
  for (const [endpoint, row] of rows) owners.set(endpoint, { endpoint, ...row });
  return owners;
}

async function loadMailboxes(db: Database, pbxId: string, names: readonly string[]): Promise<Map<string, OwnerRow>> {
  const parts = names.flatMap((name) => {
    const at = name.indexOf('@');
    const slug = slugOfMailboxContext(name.slice(at + 1));
    return at < 1 || slug === undefined ? [] : [[name, slug, name.slice(0, at)] as const];
  });
  return parts.length === 0 ? new Map() : mailboxOwners(db.read, pbxId, parts);
}
