import { recordAudit } from '../store/audit-log.ts';
import type { Tx } from '../store/database.ts';

/**
 * Why users that an import made must stay, by their id: somebody changed them since they had that version, or they own other
 * extensions than the one they were made with and those that go (which do so only at the version given). Who is gone
 * already is held by nothing.
 */
export async function heldUsers(
  tx: Tx,
  users: readonly { id: string; version: number; extensionId: string }[],
  going: readonly { extensionId: string; ifVersion: number }[],
): Promise<Map<string, string>> {
  const present = await tx.user.findMany({
    where: { id: { in: users.map(({ id }) => id) } },
    select: {
      id: true,
      username: true,
      version: true,
      extensions: { select: { id: true, number: true, version: true }, orderBy: { number: 'asc' } },
    },
  });
  const made = new Map(users.map((user) => [user.id, user]));
  const goingAt = new Map(going.map(({ extensionId, ifVersion }) => [extensionId, ifVersion]));
  const held = new Map<string, string>();
  for (const { id, username, version, extensions } of present) {
    const own = made.get(id);
    const kept = extensions.find((one) => one.id !== own?.extensionId && goingAt.get(one.id) !== one.version);
    if (version !== own?.version) held.set(id, `its user ${username} was changed since`);
    else if (kept !== undefined) held.set(id, `its user ${username} also has extension ${kept.number}`);
  }
  return held;
}

export async function removeUsers(tx: Tx, actor: string, ids: readonly string[]): Promise<void> {
  const where = { id: { in: [...ids] } };
  const going = await tx.user.findMany({ where, select: { id: true, companyId: true, username: true } });
  if (going.length === 0) return;
  await tx.user.deleteMany({ where });
  await recordAudit(
    tx,
    going.map(({ id, companyId, username }) => ({
      actor,
      action: 'user.deleted',
      objectType: 'user',
      objectId: id,
      companyId,
      details: { username },
    })),
  );
}
