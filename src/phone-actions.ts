import { LONGEST_TEXT_BYTES } from './asterisk/pbx-port/text-messages.ts';
import { messageParts } from './domain/broadcast.ts';
import { projectedName } from './domain/text.ts';
import { isLinekeeperError, LinekeeperError, messageOf } from './errors.ts';
import type { PhoneActions } from './http/routes/call-actions.ts';
import { combinedSync } from './http/write.ts';
import type { ExtensionService } from './lines/extension-service.ts';
import { audited } from './live/actions/audited.ts';
import type { ActionDeps, Caller } from './live/actions/deps.ts';
import { attempt, dropContacts, endCallsOf, NOTHING_DROPPED, NOTHING_ENDED } from './live/actions/read-back.ts';
import { ringPhones, stateOf, type TestPhone } from './live/actions/test-call.ts';
import type { Changes } from './reconciler/types.ts';
import { type ExtensionAtPbx, extensionAtPbx } from './sip-accounts.ts';

export interface PhoneActionDeps extends ActionDeps {
  changes: Changes;
  extensions: Pick<ExtensionService, 'rotateSecret'>;
  /** The host in the address from which text messages come. */
  domain: string;
}

/** How long the PBX may take to get a new secret (milliseconds). */
export const PATIENCE_MS = 10_000;

export function createPhoneActions(deps: PhoneActionDeps): PhoneActions {
  const { db } = deps;
  /** Extensions whose phones ring for a test now. */
  const testing = new Set<string>();

  async function extensionOf(id: string) {
    const extension = await extensionAtPbx(deps, id);
    const { company } = await db.read.extension.findUniqueOrThrow({ where: { id }, include: { company: true } });
    return { extension, company };
  }

  const noteOf = (caller: Caller, action: string, { id, number }: ExtensionAtPbx, companyId: string) => ({
    actor: caller.actor,
    action,
    objectType: 'extension',
    objectId: id,
    companyId,
    details: { extension: number },
  });

  async function phonesOf({ accounts, pbx }: ExtensionAtPbx): Promise<TestPhone[]> {
    const { port } = deps.pbx(pbx.id);
    const lists = accounts.map(async ({ endpoint }) =>
      (await port.contactsOf(endpoint)).map(({ uri, userAgent }) => ({ endpoint, contactUri: uri, userAgent })),
    );
    return (await Promise.all(lists)).flat();
  }

  return {
    async throwOff(caller, id, ordinal, { rotateSecret, endCalls }) {
      const { extension, company } = await extensionOf(id);
      const account = extension.accounts.find((one) => one.ordinal === ordinal);
      if (account === undefined) throw new LinekeeperError('NOT_FOUND', 'there is no such SIP account');
      const { endpoint } = account;
      const { port } = deps.pbx(extension.pbx.id);
      const note = noteOf(caller, 'sip_account.thrown_off', extension, company.id);
      return audited(
        db,
        { ...note, details: { ...note.details, endpoint, rotateSecret, endCalls } },
        async () => {
          const drop = await dropContacts(port, [endpoint]);
          const context = { actor: caller.actor, ifVersion: undefined };
          const rotated = rotateSecret
            ? await deps.changes.run((tx) => deps.extensions.rotateSecret(tx, context, id, ordinal, { force: true }))
            : undefined;
          const settled = rotated === undefined ? [] : await deps.changes.settled(rotated.touched, PATIENCE_MS);
          const sync = rotated === undefined ? null : combinedSync(settled);
          const registrations = await attempt(drop, NOTHING_DROPPED);
          const calls = endCalls ? await attempt(() => endCallsOf(port, [endpoint]), NOTHING_ENDED) : null;
          const view = { extensionId: id, ordinal, endpoint, registrations, calls, sync };
          return rotated === undefined ? view : { ...view, credentials: { endpoint, secret: rotated.value.secret } };
        },
        ({ registrations, calls, sync }) => ({ registrations, calls, sync: sync?.state ?? null }),
      );
    },

    async testCall(caller, id, ringSeconds) {
      const { extension, company } = await extensionOf(id);
      if (testing.has(id)) throw new LinekeeperError('CALL_STATE_INVALID', 'its phones ring for a test already');
      testing.add(id);
      try {
        return await audited(
          db,
          noteOf(caller, 'extension.test_called', extension, company.id),
          async () => {
            const startedAt = performance.now();
            const phones = await ringPhones(deps.pbx(extension.pbx.id), await phonesOf(extension), ringSeconds * 1000);
            const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
            return { state: stateOf(phones), seconds, phones };
          },
          ({ state, seconds }) => ({ state, seconds }),
        );
      } finally {
        testing.delete(id);
      }
    },

    async message(caller, id, text) {
      const { extension, company } = await extensionOf(id);
      const phones = await phonesOf(extension);
      if (phones.length === 0) {
        throw new LinekeeperError('PHONE_NOT_REGISTERED', `no phone of extension ${extension.number} is registered`);
      }
      const { port } = deps.pbx(extension.pbx.id);
      const from = `"${projectedName(company.name)}" <sip:linekeeper@${deps.domain}>`;
      const parts = messageParts(text, LONGEST_TEXT_BYTES);
      const note = noteOf(caller, 'extension.messaged', extension, company.id);
      return audited(
        db,
        { ...note, details: { ...note.details, characters: text.length } },
        async () => {
          const sent = phones.map(async (phone) => {
            const failure = await sendParts(phone);
            return { ...phone, state: failure === null ? ('sent' as const) : ('failed' as const), reason: failure };
          });
          return { phones: await Promise.all(sent) };
        },
        (result) => ({
          sent: result.phones.filter(({ state }) => state === 'sent').length,
          refused: result.phones.filter(({ state }) => state === 'failed').length,
        }),
      );

      async function sendParts({ endpoint, contactUri }: TestPhone): Promise<string | null> {
        try {
          // One after the other: a phone shows them in the order in which they come.
          for (const part of parts) await port.sendMessage({ endpoint, contactUri, from, text: part });
          return null;
        } catch (error) {
          if (!isLinekeeperError(error)) throw error;
          return `${error.code}: ${messageOf(error)}`;
        }
      }
    },
  };
}
