import type { Tx } from '../store/database.ts';
import { expectVersion } from '../store/queries/expect-version.ts';
import type { AvatarImage, AvatarSize } from './avatar-image.ts';
import { type ChangeContext, notFound } from './context.ts';
import { auditUser } from './users.ts';

/** Replaces the picture of a user; none: there is no picture any more. */
export async function changeAvatar(
  tx: Tx,
  context: ChangeContext,
  userId: string,
  images: readonly AvatarImage[],
): Promise<void> {
  const user = await tx.user.findUnique({
    where: { id: userId },
    select: { id: true, companyId: true, version: true },
  });
  if (user === null) throw notFound('user');
  expectVersion(user, context.ifVersion);
  const largest = await tx.avatar.findFirst({ where: { userId }, orderBy: { size: 'desc' }, select: { etag: true } });
  const before = largest?.etag ?? null;
  const after = images.at(-1)?.etag ?? null;
  if (before === after) return;
  await tx.avatar.deleteMany({ where: { userId } });
  if (images.length > 0) {
    await tx.avatar.createMany({
      data: images.map(({ size, image, etag }) => ({ userId, size, image: new Uint8Array(image), etag })),
    });
  }
  await tx.user.update({ where: { id: userId }, data: { version: { increment: 1 }, updatedAt: new Date() } });
  await auditUser(tx, context, 'updated', user, { avatar: [before, after] });
}

export async function readAvatar(
  tx: Pick<Tx, 'avatar'>,
  userId: string,
  size: AvatarSize,
): Promise<{ image: Uint8Array; etag: string } | null> {
  return tx.avatar.findUnique({ where: { userId_size: { userId, size } }, select: { image: true, etag: true } });
}
