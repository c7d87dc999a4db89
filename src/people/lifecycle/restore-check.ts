import type { Tx } from '../../store/database.ts';
import { assignedSince } from '../../store/deletion.ts';
import type { UserSnapshot } from './snapshot.ts';

/** What cannot come back, and why. */
export interface Obstacle {
  what: 'username' | 'company' | 'site' | 'extension' | 'number' | 'group' | 'role' | 'external-id' | 'forward';
  name: string;
  reason: string;
}

/** A snapshot without what cannot come back. */
export interface Restorable {
  snapshot: UserSnapshot;
  obstacles: Obstacle[];
}

/** Without these nobody can be restored, not even in part. */
export const ESSENTIAL: ReadonlySet<Obstacle['what']> = new Set(['username', 'company']);

/** Looks what of a snapshot can come back now. Changes nothing. */
export async function checkRestore(tx: Tx, snapshot: UserSnapshot): Promise<Restorable> {
  const obstacles: Obstacle[] = [];
  const refuse = (what: Obstacle['what'], name: string, reason: string) => {
    obstacles.push({ what, name, reason });
    return false;
  };
  const { companyId, username, siteId } = snapshot.user;
  if ((await tx.company.count({ where: { id: companyId } })) === 0) refuse('company', companyId, 'it is gone');
  if ((await tx.user.count({ where: { username } })) > 0) refuse('username', username, 'somebody else has it');
  const sites = await idsOf(
    (where) => tx.site.findMany(where),
    [siteId, ...snapshot.extensions.map((extension) => extension.siteId)],
  );
  const siteOf = <T extends { siteId: string | null }>(row: T): T =>
    row.siteId === null || sites.has(row.siteId) ? row : { ...row, siteId: null };
  if (siteId !== null && !sites.has(siteId)) refuse('site', siteId, 'it is gone');

  const extensions = await checkExtensions(tx, snapshot, refuse);
  const ids = new Set(extensions.map(({ id }) => id));
  const groups = await idsOf(
    (where) => tx.userGroup.findMany(where),
    snapshot.groups.map(({ id }) => id),
  );
  const roles = await idsOf(
    (where) => tx.role.findMany(where),
    snapshot.roles.map(({ id }) => id),
  );
  const taken =
    snapshot.externalIds.length === 0
      ? []
      : await tx.externalId.findMany({
          where: { companyId, OR: snapshot.externalIds.map(({ name, value }) => ({ name, value })) },
        });
  return {
    obstacles,
    snapshot: {
      ...snapshot,
      user: siteOf(snapshot.user),
      extensions: extensions.map(siteOf),
      accounts: snapshot.accounts.filter(({ extensionId }) => ids.has(extensionId)),
      mailboxes: snapshot.mailboxes.filter(({ extensionId }) => ids.has(extensionId)),
      numbers: await checkNumbers(tx, snapshot, ids, refuse),
      forwards: await checkForwards(tx, snapshot, new Set(extensions.map(({ number }) => number)), refuse),
      kept: await checkKept(tx, snapshot, refuse),
      groups: snapshot.groups.filter(
        ({ id, kind, name }) => groups.has(id) || refuse('group', `${kind} ${name}`, 'it is gone'),
      ),
      roles: snapshot.roles.filter(
        ({ id, name, company }) => roles.has(id) || refuse('role', `${name} in ${company}`, 'it is gone'),
      ),
      externalIds: snapshot.externalIds.filter(({ name, value }) => {
        const isTaken = taken.some((one) => one.name === name && one.value === value);
        return !isTaken || refuse('external-id', `${name} ${value}`, 'somebody else has it');
      }),
    },
  };
}

type Refuse = (what: Obstacle['what'], name: string, reason: string) => boolean;

async function checkExtensions(tx: Tx, snapshot: UserSnapshot, refuse: Refuse): Promise<UserSnapshot['extensions']> {
  if (snapshot.extensions.length === 0) return [];
  const numbers = snapshot.extensions.map(({ number }) => number);
  const where = { companyId: snapshot.user.companyId, number: { in: numbers } };
  const taken = new Set((await tx.extension.findMany({ where, select: { number: true } })).map(({ number }) => number));
  return snapshot.extensions.filter(
    ({ number }) => !taken.has(number) || refuse('extension', number, 'the number was given to another extension'),
  );
}

/** A number comes back while it is spare, or in the quarantine that this deletion brought it into. */
async function checkNumbers(
  tx: Tx,
  snapshot: UserSnapshot,
  extensionIds: ReadonlySet<string>,
  refuse: Refuse,
): Promise<UserSnapshot['numbers']> {
  if (snapshot.numbers.length === 0) return [];
  const rows = await tx.phoneNumber.findMany({ where: { id: { in: snapshot.numbers.map(({ id }) => id) } } });
  const rangElsewhere = await assignedSince(tx, snapshot.numbers);
  return snapshot.numbers.filter(({ id, e164, extension, extensionId }) => {
    const row = rows.find((one) => one.id === id);
    if (row === undefined || row.companyId !== snapshot.user.companyId) return refuse('number', e164, 'it is gone');
    if (row.state === 'assigned' || row.state === 'reserved') return refuse('number', e164, `it is ${row.state}`);
    if (row.state === 'quarantined' && rangElsewhere.has(id)) {
      return refuse('number', e164, 'it is in quarantine because of somebody else');
    }
    return extensionIds.has(extensionId) || refuse('number', e164, `its extension ${extension} does not come back`);
  });
}

/** A forwarding that was set anew since stays as it is. */
async function checkForwards(
  tx: Tx,
  snapshot: UserSnapshot,
  numbers: ReadonlySet<string>,
  refuse: Refuse,
): Promise<UserSnapshot['forwards']> {
  if (snapshot.forwards.length === 0) return [];
  const rows = await tx.extension.findMany({
    where: { id: { in: snapshot.forwards.map(({ extensionId }) => extensionId) } },
  });
  return snapshot.forwards.filter(({ extensionId, number, field, target }) => {
    const name = `${number} to ${target}`;
    const row = rows.find(({ id }) => id === extensionId);
    if (row === undefined) return refuse('forward', name, `extension ${number} is gone`);
    if (row[field] !== null) return refuse('forward', name, `${number} forwards to ${row[field]} now`);
    if (field === 'suspendedForward' && !row.suspended) return refuse('forward', name, `${number} is in use again`);
    return numbers.has(target) || refuse('forward', name, `extension ${target} does not come back`);
  });
}

async function checkKept(tx: Tx, { kept }: UserSnapshot, refuse: Refuse): Promise<UserSnapshot['kept']> {
  if (kept.length === 0) return [];
  const rows = await tx.extension.findMany({ where: { id: { in: kept.map(({ id }) => id) } } });
  return kept.filter(({ id, number }) => {
    const row = rows.find((one) => one.id === id);
    if (row === undefined) return refuse('extension', number, 'it is gone');
    return row.userId === null || refuse('extension', number, 'somebody else has it');
  });
}

type Where = { where: { id: { in: string[] } }; select: { id: true } };

/** Those of these ids that there are. */
async function idsOf(
  find: (where: Where) => Promise<{ id: string }[]>,
  ids: readonly (string | null)[],
): Promise<Set<string>> {
  const wanted = [...new Set(ids.filter((id) => id !== null))];
  if (wanted.length === 0) return new Set();
  return new Set((await find({ where: { id: { in: wanted } }, select: { id: true } })).map(({ id }) => id));
}
