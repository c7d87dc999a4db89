import { v7 as uuid } from 'uuid';
import { LinekeeperError } from '../errors.ts';
import { recordAudit } from '../store/audit-log.ts';
import type { Tx } from '../store/database.ts';
import { expectVersion } from '../store/queries/expect-version.ts';
import { type ChangeContext, notFound } from './context.ts';
import { beforeAfter, differing, given } from './patch.ts';

/** What a list is asked for, in the words of its query string. */
export interface SavedQuery {
  filters: Record<string, string>;
  q: string | null;
  sort: string | null;
}

export interface SavedFilterInput {
  name: string;
  query: SavedQuery;
  /** null: those that each has chosen. */
  columns: string[] | null;
  isShared: boolean;
}

export type SavedFilterPatch = { [K in keyof SavedFilterInput]?: SavedFilterInput[K] | undefined };

/** Filters that one person may keep in one company. */
const MOST = 500;

/** The caller has made sure that the company exists and that the query is one of the list. `userId` null: nobody's own. */
export async function createSavedFilter(
  tx: Tx,
  context: ChangeContext,
  owner: { companyId: string; userId: string | null },
  list: string,
  input: SavedFilterInput,
): Promise<string> {
  await refuseName(tx, { ...owner, list }, input.name);
  if ((await tx.savedFilter.count({ where: owner })) >= MOST) {
    throw new LinekeeperError('CONFLICT', `there are ${MOST} saved filters already: delete some`);
  }
  const now = new Date();
  const id = uuid();
  await tx.savedFilter.create({ data: { id, ...owner, list, ...stored(input), createdAt: now, updatedAt: now } });
  await audit(tx, context, 'created', { id, companyId: owner.companyId }, { list, ...stored(input) });
  return id;
}

/** @throws NOT_FOUND, PRECONDITION_FAILED, CONFLICT */
export async function updateSavedFilter(
  tx: Tx,
  context: ChangeContext,
  id: string,
  patch: SavedFilterPatch,
): Promise<void> {
  const row = await rowAt(tx, context, id);
  const changed = differing(row, stored(patch));
  if (Object.keys(changed).length === 0) return;
  if (changed.name !== undefined) await refuseName(tx, row, changed.name);
  if (changed.isShared === false && row.userId === null) {
    throw new LinekeeperError('CONFLICT', 'its owner is gone: it can only be deleted');
  }
  await tx.savedFilter.update({
    where: { id },
    data: { ...changed, version: { increment: 1 }, updatedAt: new Date() },
  });
  await audit(tx, context, 'updated', row, { name: row.name, ...beforeAfter(row, changed) });
}

export async function removeSavedFilter(tx: Tx, context: ChangeContext, id: string): Promise<void> {
  const row = await rowAt(tx, context, id);
  await tx.savedFilter.delete({ where: { id } });
  await audit(tx, context, 'deleted', row, { list: row.list, name: row.name });
}

async function rowAt(tx: Tx, context: ChangeContext, id: string) {
  const row = await tx.savedFilter.findUnique({ where: { id } });
  if (row === null) throw notFound('saved filter');
  expectVersion(row, context.ifVersion);
  return row;
}

interface Stored {
  name: string;
  query: string;
  columns: string | null;
  isShared: boolean;
}

function stored(input: SavedFilterInput): Stored;
function stored(input: SavedFilterPatch): Partial<Stored>;
function stored({ query, columns, ...others }: SavedFilterPatch): Partial<Stored> {
  return {
    ...given(others),
    ...(query === undefined ? {} : { query: JSON.stringify(query) }),
    ...(columns === undefined ? {} : { columns: columns === null ? null : JSON.stringify(columns) }),
  };
}

async function refuseName(
  tx: Tx,
  { companyId, userId, list }: { companyId: string; userId: string | null; list: string },
  name: string,
): Promise<void> {
  if ((await tx.savedFilter.count({ where: { companyId, userId, list, name } })) === 0) return;
  throw new LinekeeperError('CONFLICT', `there is a filter called ${name} for this list`, {
    fields: [{ path: 'name', code: 'FILTER_NAME_TAKEN', message: 'is taken' }],
  });
}

function audit(
  tx: Tx,
  { actor }: ChangeContext,
  verb: string,
  { id, companyId }: { id: string; companyId: string },
  details: Record<string, unknown>,
) {
  const entry = { actor, action: `saved_filter.${verb}`, objectType: 'saved_filter', objectId: id, companyId };
  return recordAudit(tx, [{ ...entry, details }]);
}
