import type { Core } from './core.ts';
import { endpointId } from './domain/sip-account.ts';
import { LinekeeperError } from './errors.ts';

/** A SIP account as a phone knows it. Holds the secret in clear only when it is asked for: never log it. */
export interface AccountAtPbx {
  ordinal: number;
  endpoint: string;
  maxContacts: number;
  openSecret(): string;
}

export interface ExtensionAtPbx {
  id: string;
  number: string;
  enabled: boolean;
  /** The name of the disabled user whose it is; null: it is not suspended. */
  suspendedUser: string | null;
  pbx: { id: string; name: string; wsUrl: string | null; enabled: boolean };
  accounts: AccountAtPbx[];
}

/** @throws NOT_FOUND */
export async function extensionAtPbx({ db }: Pick<Core, 'db'>, id: string): Promise<ExtensionAtPbx> {
  const row = await db.read.extension.findUnique({
    where: { id },
    include: { accounts: { orderBy: { ordinal: 'asc' } }, user: true, company: { include: { pbx: true } } },
  });
  if (row === null) throw new LinekeeperError('NOT_FOUND', 'there is no such extension');
  const { company, number, enabled } = row;
  return {
    id,
    number,
    enabled,
    suspendedUser: row.suspended ? (row.user?.username ?? '') : null,
    pbx: company.pbx,
    accounts: row.accounts.map(({ id: accountId, ordinal, maxContacts, secretSealed }) => ({
      ordinal,
      endpoint: endpointId(company.endpointPrefix, number, ordinal),
      maxContacts,
      openSecret: () => db.seal.open(secretSealed, `SipAccount:${accountId}`),
    })),
  };
}
