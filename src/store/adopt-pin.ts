import { slugOfMailboxContext } from '../domain/company.ts';
import type { PinAdoption } from '../plan/plan.ts';
import type { Owner } from '../plan/source.ts';
import { recordAudit } from './audit-log.ts';
import { boxHolder } from './boxes.ts';
import type { Database } from './database.ts';
import { touchExtension } from './extension-writes.ts';
import { markDirty } from './outbox.ts';
import { queryJson } from './sql.ts';

/**
 * A PIN that was changed by phone becomes the wanted one. What lost a conflict is told, masked: an admin must be able
 * to see that "his" PIN is not in force. The owners are marked dirty, so that the new state is confirmed like any other.
 */
export async function adoptPins(
  db: Database,
  pbx: { id: string; name: string },
  adoptions: readonly PinAdoption[],
): Promise<void> {
  if (adoptions.length === 0) return;
  await db.write(async (tx) => {
    await markDirty(
      tx,
      adoptions.map(({ owner }) => ({ pbxId: pbx.id, ...owner })),
    );
    for (const { owner, pin, loser } of adoptions) {
      const mailbox = await tx.mailbox.findUnique({ where: { extensionId: owner.id }, include: { extension: true } });
      if (mailbox === null) continue;
      if (pin !== undefined) {
        await tx.mailbox.update({
          where: { id: mailbox.id },
          data: {
            pinSealed: db.seal.seal(pin, `Mailbox:${mailbox.id}`),
            pinSource: 'phone',
            pinChangedAt: new Date(),
            updatedAt: new Date(),
            version: { increment: 1 },
          },
        });
        await touchExtension(tx, owner.id);
      }
      await recordAudit(tx, [
        {
          actor: pin === undefined ? `pbx:${pbx.name}` : 'phone',
          action: loser === undefined ? 'mailbox.pin_adopted' : 'mailbox.pin_conflict',
          objectType: 'extension',
          objectId: owner.id,
          companyId: mailbox.extension.companyId,
          details: { extension: mailbox.extension.number, pin: '****', ...(loser === undefined ? {} : { loser }) },
        },
      ]);
    }
  });
}

/** The extension that a mailbox of a PBX belongs to. */
export async function ownerOfMailbox(
  db: Database,
  pbxId: string,
  box: string,
  context: string,
): Promise<Owner | undefined> {
  const slug = slugOfMailboxContext(context);
  if (slug === undefined) return undefined;
  const [id] = await queryJson<string[]>(
    db.read,
    `SELECT json_group_array(m."extensionId") AS json FROM "Company" c CROSS JOIN "Mailbox" m ON m.id = ${boxHolder('c.id', '?3')}
     WHERE c."slug" = ?1 AND c."pbxId" = ?2`,
    slug,
    pbxId,
    box,
  );
  return id === undefined ? undefined : { type: 'extension', id };
}
