import { mailboxAddress } from '../../domain/company.ts';
import { endpointId } from '../../domain/sip-account.ts';
import { accountsOf } from '../../store/account-writes.ts';
import { type AuditEntry, recordAudit } from '../../store/audit-log.ts';
import type { Tx } from '../../store/database.ts';
import { extensionsById } from '../../store/extension-writes.ts';
import type { MassContext, MassResult } from '../../store/mass-action.ts';
import { numbersOfExtensions } from '../../store/number-writes.ts';
import { markDirty } from '../../store/outbox.ts';
import type { CompanyRules } from '../../store/references.ts';
import { type FollowedForward, type Renumbering, renumberExtensions } from '../../store/renumber.ts';
import { byExtension } from './account-changes.ts';

/** What an undo needs, and whoever gives the phones their new names. */
export interface RenumberMemory {
  /** The number before. */
  former: string;
}

/** Writes new numbers that nothing stands against, with all that follows: the PBX, the log, the results. */
export async function writeNumbers(
  tx: Tx,
  context: MassContext,
  company: CompanyRules,
  moves: readonly Renumbering[],
): Promise<MassResult[]> {
  if (moves.length === 0) return [];
  const { companyId, actor } = context;
  const ids = moves.map(({ id }) => id);
  const followed = await renumberExtensions(tx, companyId, moves);
  const numbers = await numbersOfExtensions(tx, ids);
  const { pbxId } = company;
  await markDirty(tx, [
    ...[...new Set([...ids, ...followed.map(({ extensionId }) => extensionId)])].map((id) => ({
      pbxId,
      type: 'extension' as const,
      id,
    })),
    ...numbers.map(({ id }) => ({ pbxId, type: 'number' as const, id })),
  ]);
  const entry = (action: string, objectId: string, details: object): AuditEntry => ({
    ...{ actor, action, objectType: 'extension', objectId, companyId },
    details: { ...details },
  });
  await recordAudit(tx, [
    ...moves.map(({ id, from, to }) => entry('extension.renumbered', id, { extension: to, number: [from, to] })),
    ...followed.map(({ extensionId, number, field, from, to }) =>
      entry('extension.updated', extensionId, { extension: number, [field]: [from, to] }),
    ),
  ]);
  return results(tx, company, moves, followed);
}

async function results(
  tx: Tx,
  { slug, endpointPrefix }: CompanyRules,
  moves: readonly Renumbering[],
  followed: readonly FollowedForward[],
): Promise<MassResult[]> {
  const ids = moves.map(({ id }) => id);
  const present = new Map((await extensionsById(tx, ids)).map((extension) => [extension.id, extension]));
  const accounts = byExtension(await accountsOf(tx, ids));
  const forwards = new Map<string, string[]>();
  for (const { number, field, to } of followed) forwards.set(to, [...(forwards.get(to) ?? []), `${number} ${field}`]);
  return moves.map(({ id, from, to }): MassResult => {
    const { version = 0, phoneNumbers = [], mailbox = null } = present.get(id) ?? {};
    const names = (accounts.get(id) ?? []).map(({ ordinal }) => [
      endpointId(endpointPrefix, from, ordinal),
      endpointId(endpointPrefix, to, ordinal),
    ]);
    const following = forwards.get(to) ?? [];
    const before: RenumberMemory = { former: from };
    return {
      id,
      result: 'updated',
      before,
      version,
      changes: {
        number: [from, to],
        userNames: Object.fromEntries(names),
        ...(phoneNumbers.length === 0 ? {} : { phoneNumbersFollow: phoneNumbers }),
        ...(following.length === 0 ? {} : { forwardsFollow: following }),
        ...(mailbox === null ? {} : { mailboxStays: mailboxAddress(slug, mailbox.box ?? to) }),
      },
    };
  });
}
