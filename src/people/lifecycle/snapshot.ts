import type { DeleteOptions } from '../../domain/lifecycle.ts';
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

/** Users whose rows are read at once: SQLite takes only so many parameters. */
const AT_ONCE = 400;

/** Reads the rows before they go, in the order of the users; the numbers' history is added after it. */
export async function takeSnapshots(
  tx: Tx,
  deletions: ReadonlyMap<string, Deletion>,
  extensions: DeleteOptions['extensions'],
): Promise<UserSnapshot[]> {
  const ids = [...deletions.keys()];
  const snapshots: UserSnapshot[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    snapshots.push(...(await readSnapshots(tx, ids.slice(at, at + AT_ONCE), deletions, extensions)));
  }
  return snapshots;
}

async function readSnapshots(
  tx: Tx,
  ids: string[],
  deletions: ReadonlyMap<string, Deletion>,
  which: DeleteOptions['extensions'],
): Promise<UserSnapshot[]> {
  const isGoing = which === 'delete';
  const ofUsers = { where: { userId: { in: ids } } };
  const inThem = { where: { extension: { userId: { in: ids } } } };
  const users = await tx.user.findMany({ where: { id: { in: ids } } });
  const extensions = isGoing ? by('userId', await tx.extension.findMany(ofUsers)) : new Map();
  const accounts = isGoing ? by('extensionId', await tx.sipAccount.findMany(inThem)) : new Map();
  const mailboxes = isGoing ? by('extensionId', await tx.mailbox.findMany(inThem)) : new Map();
  const codes = by('userId', await tx.backupCode.findMany(ofUsers));
  const avatars = by('userId', await tx.avatar.findMany(ofUsers));
  return users.flatMap((user): UserSnapshot[] => {
    const deletion = deletions.get(user.id);
    if (deletion === undefined) return [];
    const own = deletion.extensions.map(({ id }) => id);
    const rows = {
      user,
      extensions: extensions.get(user.id) ?? [],
      accounts: own.flatMap((id) => accounts.get(id) ?? []),
      mailboxes: own.flatMap((id) => mailboxes.get(id) ?? []),
    };
    return [
      {
        ...(JSON.parse(JSON.stringify(rows)) as Pick<UserSnapshot, keyof typeof rows>),
        roles: deletion.roles,
        groups: deletion.groups,
        externalIds: deletion.externalIds,
        backupCodes: (codes.get(user.id) ?? []).map(({ hash }) => hash),
        avatars: (avatars.get(user.id) ?? []).map(({ size, etag, image }) => ({
          ...{ size, etag, image: Buffer.from(image).toString('base64') },
        })),
        numbers: isGoing ? deletion.numbers.map((number) => ({ ...number, lastEvent: 0 })) : [],
        forwards: isGoing ? deletion.forwards : [],
        kept: isGoing ? [] : deletion.extensions.map(({ id, number }) => ({ id, number })),
      },
    ];
  });
}

function by<K extends string, R extends Record<K, string | null>>(key: K, rows: readonly R[]): Map<string | null, R[]> {
  const found = new Map<string | null, R[]>();
  for (const row of rows) {
    const known = found.get(row[key]);
    if (known === undefined) found.set(row[key], [row]);
    else known.push(row);
  }
  return found;
}
