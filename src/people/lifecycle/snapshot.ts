import type { Tx } from '../../store/database.ts';
import type { Deletion, Forward } from '../../store/deletion.ts';

type Row<T> = { [K in keyof T]: T[K] extends Date ? string : T[K] extends Date | null ? string | null : T[K] };
type Found<F extends (...args: never[]) => Promise<unknown>> = NonNullable<Awaited<ReturnType<F>>>;
type UserRow = Row<Found<() => ReturnType<Tx['user']['findUniqueOrThrow']>>>;
type ExtensionRow = Row<Found<() => ReturnType<Tx['extension']['findUniqueOrThrow']>>>;
type AccountRow = Row<Found<() => ReturnType<Tx['sipAccount']['findUniqueOrThrow']>>>;
type MailboxRow = Row<Found<() => ReturnType<Tx['mailbox']['findUniqueOrThrow']>>>;

/**
 * Everything that brings a deleted user back as he was. Rows as they stood, times as ISO 8601; their secrets are sealed
 * within, for the ids that they keep. What died with the account (sessions, tokens, links, scheduled actions) is not in it.
 */
export interface UserSnapshot {
  user: UserRow;
  roles: Deletion['roles'];
  groups: Deletion['groups'];
  externalIds: Deletion['externalIds'];
  backupCodes: string[];
  avatars: { size: number; etag: string; image: string }[];
  /** Deleted with him. */
  extensions: ExtensionRow[];
  accounts: AccountRow[];
  mailboxes: MailboxRow[];
  /** `lastEvent`: the newest of its history when it had been released. */
  numbers: { id: string; e164: string; extensionId: string; extension: string; lastEvent: number }[];
  forwards: Forward[];
  /** Extensions that stayed without him. */
  kept: { id: string; number: string }[];
}

/** Purpose that a snapshot is sealed for. */
export function snapshotPurpose(userId: string): string {
  return `DeletedUser:${userId}`;
}

/** Reads the rows before they go; the numbers' history is added after it. */
export async function takeSnapshot(
  tx: Tx,
  userId: string,
  deletion: Deletion,
  extensions: 'delete' | 'keep',
): Promise<UserSnapshot> {
  const where = { userId };
  const isGoing = extensions === 'delete';
  const inThem = { where: { extensionId: { in: isGoing ? deletion.extensions.map(({ id }) => id) : [] } } };
  const rows = {
    user: await tx.user.findUniqueOrThrow({ where: { id: userId } }),
    extensions: isGoing ? await tx.extension.findMany({ where }) : [],
    accounts: await tx.sipAccount.findMany(inThem),
    mailboxes: await tx.mailbox.findMany(inThem),
  };
  const avatars = await tx.avatar.findMany({ where });
  return {
    ...(JSON.parse(JSON.stringify(rows)) as Pick<UserSnapshot, keyof typeof rows>),
    roles: deletion.roles,
    groups: deletion.groups,
    externalIds: deletion.externalIds,
    backupCodes: (await tx.backupCode.findMany({ where })).map(({ hash }) => hash),
    avatars: avatars.map(({ size, etag, image }) => ({ size, etag, image: Buffer.from(image).toString('base64') })),
    numbers: isGoing ? deletion.numbers.map((number) => ({ ...number, lastEvent: 0 })) : [],
    forwards: isGoing ? deletion.forwards : [],
    kept: isGoing ? [] : deletion.extensions.map(({ id, number }) => ({ id, number })),
  };
}
