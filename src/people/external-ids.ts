import type { ExternalIds } from '../domain/user.ts';
import { LinekeeperError } from '../errors.ts';
import type { Tx } from '../store/database.ts';
import { externalIdsOf, replaceExternalIds, takenExternalIds } from '../store/user-rows.ts';

/**
 * Writes all external ids of a user. Answers before and after for the activity log, undefined when nothing changed.
 * @throws EXTERNAL_ID_TAKEN naming each that somebody else of the company has
 */
export async function changeExternalIds(
  tx: Tx,
  user: { id: string; companyId: string },
  wanted: ExternalIds,
): Promise<[ExternalIds, ExternalIds] | undefined> {
  const after = [...wanted].sort((a, b) => (a.name < b.name ? -1 : 1));
  const before = await externalIdsOf(tx, user.id);
  if (JSON.stringify(before) === JSON.stringify(after.map(({ name, value }) => ({ name, value })))) return undefined;
  const taken = await takenExternalIds(tx, user.companyId, user.id, wanted);
  if (taken.length > 0) {
    const fields = taken.map((at) => ({
      path: `externalIds.${at}.value`,
      code: 'EXTERNAL_ID_TAKEN',
      message: `somebody else has this ${wanted[at]?.name} id`,
    }));
    throw new LinekeeperError('EXTERNAL_ID_TAKEN', `${fields[0]?.path}: ${fields[0]?.message}`, { fields });
  }
  await replaceExternalIds(tx, user, after);
  return [before, after];
}
