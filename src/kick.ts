import { endpointId } from './domain/sip-account.ts';
import type { KickInput, KickView } from './http/routes/call-actions.ts';
import { combinedSync } from './http/write.ts';
import { audited } from './live/actions/audited.ts';
import type { Caller } from './live/actions/deps.ts';
import { attempt, dropContacts, endCallsOf, NOTHING_DROPPED, NOTHING_ENDED } from './live/actions/read-back.ts';
import { kickLogins } from './people/kick-logins.ts';
import { PATIENCE_MS, type PhoneActionDeps } from './phone-actions.ts';
import type { Tx } from './store/database.ts';

interface UserAccount {
  extensionId: string;
  ordinal: number;
  endpoint: string;
  pbxId: string;
}

/** Ends what a user has running, of each kind that is asked for; nothing keeps him from coming back. */
export function createKick(deps: PhoneActionDeps) {
  const { db, changes, extensions } = deps;

  return async (
    caller: Caller,
    userId: string,
    input: KickInput,
    check: (tx: Tx) => Promise<void>,
  ): Promise<KickView> => {
    await check(db.read);
    const { companyId } = await db.read.user.findUniqueOrThrow({ where: { id: userId }, select: { companyId: true } });
    const accounts = await accountsOf(userId);
    const { sessions, tokens, registrations, calls } = input;
    const asked = { sessions, tokens, registrations, rotateSecrets: input.rotateSecrets, calls };
    const wanted = Object.entries(asked).flatMap(([name, isWanted]) => (isWanted ? [name] : []));
    const entry = { actor: caller.actor, action: 'user.kicked', objectType: 'user', objectId: userId, companyId };
    return audited(
      db,
      { ...entry, details: { wanted } },
      () => perform(caller, userId, input, accounts, check),
      (view) => ({
        sessions: view.sessions?.ended ?? null,
        tokens: view.tokens?.ended ?? null,
        registrations: view.registrations,
        calls: view.calls,
        secrets: view.secrets?.rotated ?? null,
      }),
    );
  };

  async function perform(
    caller: Caller,
    userId: string,
    input: KickInput,
    accounts: readonly UserAccount[],
    check: (tx: Tx) => Promise<void>,
  ): Promise<KickView> {
    const endpoints = [...new Set(accounts.map(({ pbxId }) => pbxId))].map(
      (pbxId) => [pbxId, accounts.filter((one) => one.pbxId === pbxId).map(({ endpoint }) => endpoint)] as const,
    );
    // Looked at before the secrets change: with the new ones the PBX throws the phones off by itself.
    const drops = input.registrations
      ? await attempt(async () => ({ all: await Promise.all(endpoints.map(([id, names]) => dropOf(id, names))) }), {
          all: [],
        })
      : undefined;
    const context = { actor: caller.actor, ifVersion: undefined };
    const { value, touched } = await changes.run(async (tx) => {
      await check(tx);
      const logins = await kickLogins(tx, caller.actor, userId, input);
      const credentials: { endpoint: string; secret: string }[] = [];
      for (const { extensionId, ordinal, endpoint } of input.rotateSecrets ? accounts : []) {
        const { secret } = await extensions.rotateSecret(tx, context, extensionId, ordinal, { force: true });
        credentials.push({ endpoint, secret });
      }
      return { logins, credentials };
    });
    const outcomes = await changes.settled(touched, PATIENCE_MS);
    const registrations =
      drops === undefined
        ? null
        : drops.error !== null
          ? { ...NOTHING_DROPPED, error: drops.error }
          : await attempt(async () => {
              const done = await Promise.all(drops.all.map((drop) => drop()));
              return { dropped: sum(done, 'dropped'), left: sum(done, 'left') };
            }, NOTHING_DROPPED);
    const calls = input.calls
      ? await attempt(async () => {
          const done = await Promise.all(endpoints.map(([id, names]) => endCallsOf(deps.pbx(id).port, names)));
          return { ended: sum(done, 'ended'), stillUp: sum(done, 'stillUp') };
        }, NOTHING_ENDED)
      : null;
    const left = await loginsOf(userId);
    return {
      userId,
      sessions: input.sessions ? { ended: value.logins.sessions, left: left.sessions } : null,
      tokens: input.tokens ? { ended: value.logins.tokens, left: left.tokens } : null,
      registrations,
      calls,
      secrets: input.rotateSecrets ? { rotated: value.credentials.length, sync: combinedSync(outcomes) } : null,
      ...(input.rotateSecrets ? { credentials: value.credentials } : {}),
    };
  }

  function dropOf(pbxId: string, endpoints: readonly string[]) {
    return dropContacts(deps.pbx(pbxId).port, endpoints);
  }

  async function accountsOf(userId: string): Promise<UserAccount[]> {
    const rows = await db.read.extension.findMany({
      where: { userId },
      select: {
        id: true,
        number: true,
        company: { select: { endpointPrefix: true, pbxId: true } },
        accounts: { select: { ordinal: true }, orderBy: { ordinal: 'asc' } },
      },
      orderBy: { number: 'asc' },
    });
    return rows.flatMap(({ id, number, company, accounts }) =>
      accounts.map(({ ordinal }) => ({
        extensionId: id,
        ordinal,
        endpoint: endpointId(company.endpointPrefix, number, ordinal),
        pbxId: company.pbxId,
      })),
    );
  }

  /** Read back, of what is there now. */
  async function loginsOf(userId: string) {
    const where = { userId };
    const [sessions, tokens] = await Promise.all([db.read.session.count({ where }), db.read.apiToken.count({ where })]);
    return { sessions, tokens };
  }
}

function sum<K extends string>(items: readonly Record<K, number>[], key: K): number {
  return items.reduce((total, item) => total + item[key], 0);
}
