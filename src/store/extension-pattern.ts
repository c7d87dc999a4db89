import type { Tx } from './database.ts';

/** What another person's extension may take over from one: how it behaves, nothing that is secret or somebody's own. */
export async function extensionPattern(tx: Tx, userId: string) {
  return tx.extension.findFirst({
    where: { userId },
    orderBy: [{ number: 'asc' }],
    select: {
      siteId: true,
      ringSeconds: true,
      classOfService: true,
      pickupGroup: true,
      accounts: {
        select: { kind: true, codecs: true, maxContacts: true },
        orderBy: { ordinal: 'asc' },
        take: 1,
      },
      mailbox: { select: { attach: true, deleteAfterMail: true, timezone: true, enabled: true } },
    },
  });
}
