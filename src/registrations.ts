import { verifyRegistration } from './asterisk/verify-registration.ts';
import type { Core } from './core.ts';
import { LinekeeperError, messageOf } from './errors.ts';
import type { Registrations, Verification } from './http/schemas/diagnostics.ts';
import { type AccountAtPbx, extensionAtPbx } from './sip-accounts.ts';

/** The phones of an extension, as the PBX knows them now. */
export async function registrationsOf(core: Core, extensionId: string): Promise<Registrations> {
  const { accounts, pbx } = await extensionAtPbx(core, extensionId);
  try {
    const { connection } = core.connection(pbx.id);
    const found = accounts.map(async ({ ordinal, endpoint }) => {
      const rejection = connection.hints.lastRejection(endpoint);
      return {
        ordinal,
        endpoint,
        contacts: (await connection.port.contactsOf(endpoint)).map(({ uri, userAgent, expiresAt }) => ({
          uri,
          userAgent,
          expiresAt: new Date(expiresAt * 1000).toISOString(),
        })),
        lastRejection: rejection === undefined ? null : { ...rejection, at: rejection.at.toISOString() },
      };
    });
    return { unknown: null, accounts: await Promise.all(found) };
  } catch (error) {
    return { unknown: messageOf(error), accounts: [] };
  }
}

/** Registers as the account's phone would. @throws REGISTRATION_FAILED, REGISTRATION_WOULD_EVICT */
export async function verifyAccount(
  core: Core,
  extensionId: string,
  ordinal: number,
  force: boolean,
): Promise<Verification> {
  const { accounts, pbx } = await extensionAtPbx(core, extensionId);
  const account = accounts.find((one) => one.ordinal === ordinal);
  if (account === undefined) throw new LinekeeperError('NOT_FOUND', 'there is no such SIP account');
  if (pbx.wsUrl === null) {
    const reason = `the WebSocket of the PBX ${pbx.name} is not known (wsUrl)`;
    throw new LinekeeperError('REGISTRATION_FAILED', `it cannot be tried: ${reason}`);
  }
  if (!force) await refuseEviction(core, pbx.id, account);
  const { endpoint } = account;
  const proof = await verifyRegistration({ wsUrl: pbx.wsUrl, endpoint, secret: account.openSecret() });
  return { endpoint, ...proof, text: `${endpoint} registered in ${proof.registeredMs} ms and left again` };
}

/** A full aor would make room for us by throwing off the phone that came first (remove_existing=yes). */
async function refuseEviction(core: Core, pbxId: string, { endpoint, maxContacts }: AccountAtPbx): Promise<void> {
  const contacts = await core.connection(pbxId).connection.port.contactsOf(endpoint);
  if (contacts.length < maxContacts) return;
  const phones = contacts.map(({ uri, userAgent }) => `${userAgent === '' ? 'a phone' : userAgent} at ${uri}`);
  throw new LinekeeperError(
    'REGISTRATION_WOULD_EVICT',
    `${endpoint} is registered: ${phones.join(', ')}. A trial would throw it off.`,
    { details: { endpoint, contacts: contacts.map(({ uri, userAgent }) => ({ uri, userAgent })) } },
  );
}
