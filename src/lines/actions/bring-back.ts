import { recordAudit } from '../../store/audit-log.ts';
import { separateBoxes } from '../../store/boxes.ts';
import type { Tx } from '../../store/database.ts';
import { assignedSince } from '../../store/deletion.ts';
import { type ExtensionRows, idsAmong, insertExtensionRows } from '../../store/extension-rows.ts';
import type { MassContext, MassUndo, MassUndone } from '../../store/mass-action.ts';
import { moveNumbers, type NumberMove, numbersByE164 } from '../../store/number-writes.ts';
import { markDirty } from '../../store/outbox.ts';
import { companyRules } from '../../store/references.ts';
import { holdersOf } from '../../store/renumber.ts';
import { alignSuspension } from '../../store/suspension.ts';

/** What brings a deleted extension back as it was. */
export interface DeletedExtension extends ExtensionRows {
  /** `lastEvent`: the newest of its history when it had been released. */
  numbers: { id: string; e164: string; lastEvent: number }[];
}

/**
 * Brings deleted extensions back with the same ids, accounts, secrets, mailboxes, PINs and phone numbers. One whose number,
 * or a phone number of which, went to somebody else stays deleted. A user or a site that is gone does not come back with it.
 */
export async function bringBack(tx: Tx, context: MassContext, rows: readonly MassUndo[]): Promise<MassUndone[]> {
  const { companyId, actor } = context;
  const all = rows.map(({ before }) => before as DeletedExtension);
  const obstacles = await obstaclesOf(tx, companyId, all);
  const good = all.filter(({ extension }) => !obstacles.has(extension.id));
  const ids = good.map(({ extension }) => extension.id);
  const users = await idsAmong(
    tx,
    'User',
    good.map(({ extension }) => extension.userId),
  );
  const sites = await idsAmong(
    tx,
    'Site',
    good.map(({ extension }) => extension.siteId),
  );
  const kept = (id: string | null, there: ReadonlySet<string>) => (id !== null && there.has(id) ? id : null);
  await insertExtensionRows(
    tx,
    good.map(({ extension, ...more }) => ({
      ...more,
      extension: { ...extension, userId: kept(extension.userId, users), siteId: kept(extension.siteId, sites) },
    })),
  );
  await alignSuspension(tx, ids);
  await separateBoxes(tx, ids);
  await giveNumbersBack(tx, context, good);
  const company = await companyRules(tx, companyId);
  const pbxId = company?.pbxId ?? '';
  await markDirty(tx, [
    ...ids.map((id) => ({ pbxId, type: 'extension' as const, id })),
    ...good.flatMap(({ numbers }) => numbers.map(({ id }) => ({ pbxId, type: 'number' as const, id }))),
  ]);
  await recordAudit(
    tx,
    good.map(({ extension: { id, number }, numbers }) => ({
      ...{ actor, action: 'extension.restored', objectType: 'extension', objectId: id, companyId },
      details: { extension: number, phoneNumbers: numbers.map(({ e164 }) => e164) },
    })),
  );
  return rows.map(({ id }) => {
    const reason = obstacles.get(id);
    return reason === undefined ? { id, ok: true } : { id, ok: false, reason };
  });
}

/** What keeps extensions from coming back, by id. */
async function obstaclesOf(tx: Tx, companyId: string, all: readonly DeletedExtension[]): Promise<Map<string, string>> {
  const obstacles = new Map<string, string>();
  const holders = await holdersOf(
    tx,
    companyId,
    all.map(({ extension }) => extension.number),
  );
  const there = await idsAmong(
    tx,
    'Extension',
    all.map(({ extension }) => extension.id),
  );
  const wanted = all.flatMap(({ numbers }) => numbers);
  const known = new Map(
    (
      await numbersByE164(
        tx,
        wanted.map(({ e164 }) => e164),
      )
    ).map((number) => [number.id, number]),
  );
  const rangElsewhere = await assignedSince(tx, wanted);
  for (const { extension, numbers } of all) {
    const { id, number } = extension;
    const lost = numbers.find((one) => {
      const now = known.get(one.id);
      const isFree = now?.state === 'spare' || (now?.state === 'quarantined' && !rangElsewhere.has(one.id));
      return now?.companyId !== companyId || !isFree;
    });
    if (there.has(id)) obstacles.set(id, 'it is there already');
    else if (holders.has(number)) obstacles.set(id, `the number ${number} was given to another extension`);
    else if (lost !== undefined) obstacles.set(id, `${lost.e164} is not free any more`);
  }
  return obstacles;
}

async function giveNumbersBack(
  tx: Tx,
  { companyId, actor }: MassContext,
  good: readonly DeletedExtension[],
): Promise<void> {
  const numbers = await numbersByE164(
    tx,
    good.flatMap((one) => one.numbers.map(({ e164 }) => e164)),
  );
  const states = new Map(numbers.map(({ id, state }) => [id, state]));
  const moves = good.flatMap(({ extension, numbers: own }) =>
    own.map(
      ({ id, e164 }): NumberMove => ({
        ...{ id, companyId, e164, from: states.get(id) ?? 'quarantined', to: 'assigned', quarantinedUntil: null },
        extensionId: extension.id,
        extension: extension.number,
      }),
    ),
  );
  await moveNumbers(tx, actor, moves);
}
