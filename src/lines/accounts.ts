import { randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { generateSecret, MAX_ACCOUNTS } from '../domain/sip-account.ts';
import { LinekeeperError } from '../errors.ts';
import { setSecrets } from '../store/account-writes.ts';
import { recordAudit } from '../store/audit-log.ts';
import type { Tx } from '../store/database.ts';
import { type ExistingExtension, extensionsById, insertAccounts, touchExtension } from '../store/extension-writes.ts';
import { markDirty } from '../store/outbox.ts';
import { dropNextSecrets, isOnPhoneInUse, setNextSecret } from '../store/phones/rotation.ts';
import { companyRules } from '../store/references.ts';
import type { Seal } from '../store/seal.ts';
import type { ExtensionService } from './extension-service.ts';

type Accounts = Pick<
  ExtensionService,
  'addAccount' | 'updateAccount' | 'rotateSecret' | 'cancelRotation' | 'removeAccount'
>;

const ROTATING = 'its secret is being rotated: wait until its phone has registered with the new one, or cancel that';

/** The SIP accounts of an extension: added, changed, given new secrets and taken away one by one. */
export function createAccounts(seal: Seal): Accounts {
  const sealed = (id: string, secret: string) => seal.seal(secret, `SipAccount:${id}`);
  return {
    async addAccount(tx, { actor }, extensionId, input) {
      const extension = await getExtension(tx, extensionId);
      const present = await tx.sipAccount.findMany({ where: { extensionId }, select: { ordinal: true } });
      if (present.length >= MAX_ACCOUNTS) {
        throw new LinekeeperError('SIP_ACCOUNT_LIMIT', `an extension has at most ${MAX_ACCOUNTS} SIP accounts`);
      }
      let ordinal = 1;
      while (present.some((account) => account.ordinal === ordinal)) ordinal++;
      const id = uuid();
      const secret = generateSecret(randomBytes);
      const { kind = 'desk', codecs = null, maxContacts = 1, label = null } = input;
      await insertAccounts(tx, [
        {
          id,
          extensionId,
          ordinal,
          label,
          kind,
          codecs,
          maxContacts,
          secretSealed: sealed(id, secret),
          adoption: null,
        },
      ]);
      await changed(tx, actor, extension, 'sip_account.created', { ordinal });
      return { id, ordinal, secret };
    },
    async updateAccount(tx, { actor }, extensionId, ordinal, input) {
      const { extension, account } = await getAccount(tx, extensionId, ordinal);
      const { codecs, kind, maxContacts, label } = input;
      await tx.sipAccount.update({
        where: { id: account.id },
        data: {
          ...(kind === undefined ? {} : { kind }),
          ...(codecs === undefined ? {} : { codecs: codecs === null ? null : JSON.stringify(codecs) }),
          ...(maxContacts === undefined ? {} : { maxContacts }),
          ...(label === undefined ? {} : { label }),
        },
      });
      const before = { ...account, codecs: account.codecs === null ? null : (JSON.parse(account.codecs) as string[]) };
      const fields = Object.entries({ kind, codecs, maxContacts, label }).filter(([, value]) => value !== undefined);
      const details = fields.map(([name, value]) => [name, [before[name as keyof typeof before], value]]);
      await changed(tx, actor, extension, 'sip_account.updated', { ordinal, ...Object.fromEntries(details) });
    },
    async rotateSecret(tx, { actor }, extensionId, ordinal, { force = false } = {}) {
      const { extension, account } = await getAccount(tx, extensionId, ordinal);
      const secret = generateSecret(randomBytes);
      const secretSealed = sealed(account.id, secret);
      if (!force && account.adoption === null && (await isOnPhoneInUse(tx, account.id))) {
        if (account.nextSecretAt !== null) throw new LinekeeperError('DEVICE_STATE_INVALID', ROTATING);
        await setNextSecret(tx, account.id, secretSealed);
        await changed(tx, actor, extension, 'sip_account.rotation_started', { ordinal });
        return { secret, isPhased: true };
      }
      await setSecrets(tx, [[account.id, secretSealed]]);
      await changed(tx, actor, extension, 'sip_account.secret_rotated', { ordinal });
      return { secret, isPhased: false };
    },
    async cancelRotation(tx, { actor }, extensionId, ordinal) {
      const { extension, account } = await getAccount(tx, extensionId, ordinal);
      if (account.nextSecretAt === null) return;
      await dropNextSecrets(tx, [account.id]);
      await changed(tx, actor, extension, 'sip_account.rotation_canceled', { ordinal });
    },
    async removeAccount(tx, { actor }, extensionId, ordinal) {
      const { extension, account } = await getAccount(tx, extensionId, ordinal);
      if (extension.accounts <= 1) {
        throw new LinekeeperError(
          'SIP_ACCOUNT_LAST',
          'the last SIP account stays; disable or delete the extension instead',
        );
      }
      await tx.sipAccount.delete({ where: { id: account.id } });
      await changed(tx, actor, extension, 'sip_account.deleted', { ordinal });
    },
  };
}

async function getExtension(tx: Tx, id: string): Promise<ExistingExtension> {
  const [extension] = await extensionsById(tx, [id]);
  if (extension === undefined) throw new LinekeeperError('NOT_FOUND', 'no such extension');
  return extension;
}

async function getAccount(tx: Tx, extensionId: string, ordinal: number) {
  const extension = await getExtension(tx, extensionId);
  const account = await tx.sipAccount.findUnique({ where: { extensionId_ordinal: { extensionId, ordinal } } });
  if (account === null)
    throw new LinekeeperError('NOT_FOUND', `extension ${extension.number} has no SIP account ${ordinal}`);
  return { extension, account };
}

/** An account is part of its extension: its change raises the extension's version and goes to the PBX with it. */
async function changed(
  tx: Tx,
  actor: string,
  extension: ExistingExtension,
  action: string,
  details: Record<string, unknown>,
): Promise<void> {
  const company = await companyRules(tx, extension.companyId);
  if (company === undefined) throw new LinekeeperError('NOT_FOUND', 'no such company');
  await touchExtension(tx, extension.id);
  await markDirty(tx, [{ pbxId: company.pbxId, type: 'extension', id: extension.id }]);
  await recordAudit(tx, [
    {
      actor,
      action,
      objectType: 'extension',
      objectId: extension.id,
      companyId: extension.companyId,
      details: { extension: extension.number, ...details },
    },
  ]);
}
