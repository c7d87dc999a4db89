import type { Tx } from '../../store/database.ts';

/** The devices that a key layout reaches: those that name it, of its site, and of the people of its team. */
export async function devicesOfLayout(tx: Tx, layoutId: string): Promise<string[]> {
  const layout = await tx.keyLayout.findUnique({ where: { id: layoutId } });
  if (layout === null) return [];
  const { companyId, siteId, groupId } = layout;
  const rows = await tx.device.findMany({
    where: {
      companyId,
      OR: [
        { keyLayoutId: layoutId },
        ...(siteId === null ? [] : [{ siteId }]),
        ...(groupId === null ? [] : [{ user: { memberships: { some: { groupId } } } }]),
      ],
    },
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}
