import type { BatchContext } from '../../domain/extension-row.ts';
import { foldUsername } from '../../domain/user.ts';
import type { Caller } from '../../store/caller.ts';
import type { Tx } from '../../store/database.ts';
import { changedUsers, type JobRowRecord } from '../../store/job-rows.ts';
import type { JobRecord } from '../../store/jobs.ts';
import { applyRows, type RowMemory } from '../apply-rows.ts';
import { FreeNumbers } from '../free-numbers.ts';
import { optionsOf } from '../options.ts';
import type { RowWriter, UndoResult } from '../ports.ts';
import { numbersIn } from '../records.ts';
import { createRowParser, type ParsedRow } from '../row.ts';
import { SHAPES, shapeOfJob } from './shapes.ts';
import { type CompanyFacts, GONE, type ImportTable, type TableDeps, type UndoneRow, undoneRow } from './table.ts';

/** Extensions with their mailboxes, SIP accounts, phone numbers and owners. */
export function extensionsTable(writer: RowWriter): ImportTable<NonNullable<ParsedRow['row']>> {
  return {
    shape: SHAPES.extensions,
    parser: (header, _company, options) => createRowParser(header, options),
    hasCredentials: (job) => job.created > 0,
    async open(deps, job, company) {
      const free = await freeNumbersFor(deps, job, company);
      const context = batchContext(job);
      return async (tx, caller, rows) =>
        applyRows(tx, writer, free, context, await withinReach(tx, writer, caller, rows));
    },
    async openUndo({ db }, job) {
      const userVersions = await changedUsers(db, job.id);
      return (tx, _caller, rows) => undoRows(tx, writer, `job:${job.id}`, rows, userVersions);
    },
  };
}

/** An owner's e-mail address is changed only by whoever may change the owner. */
async function withinReach(
  tx: Tx,
  writer: RowWriter,
  caller: Caller,
  rows: readonly ParsedRow[],
): Promise<readonly ParsedRow[]> {
  const usernames = rows.flatMap(({ row }) => {
    const { username, email } = row?.extras.user ?? {};
    return username === undefined || email === undefined ? [] : [username];
  });
  if (usernames.length === 0) return rows;
  const people = await writer.outOfReach(tx, caller, usernames);
  if (people.size === 0) return rows;
  return rows.map((parsed) => {
    const { username = '', email } = parsed.row?.extras.user ?? {};
    const person = email === undefined ? undefined : people.get(foldUsername(username));
    if (person === undefined || person.email === email) return parsed;
    return {
      ...parsed,
      row: undefined,
      errors: [{ column: 'email', code: 'RIGHTS_NOT_HELD', message: person.reason }],
    };
  });
}

export function batchContext(job: JobRecord): BatchContext {
  const { strategy, allowWeakPins, isAdopting = false } = optionsOf(job);
  const actor = `job:${job.id}`;
  return { companyId: job.companyId, actor, strategy, allowWeakPins, isAdopting, source: 'import' };
}

export async function freeNumbersFor(
  { files }: TableDeps,
  job: JobRecord,
  { ranges }: CompanyFacts,
): Promise<FreeNumbers> {
  const options = optionsOf(job);
  const isAsked = options.unnumbered > 0;
  return new FreeNumbers(ranges, isAsked ? await numbersIn(files.upload(job.id), options, shapeOfJob(job)) : new Set());
}

/** Created extensions go, and so do the users made with them; changed ones get their values back. */
async function undoRows(
  tx: Tx,
  writer: RowWriter,
  actor: string,
  rows: readonly JobRowRecord[],
  userVersions: ReadonlyMap<string, number>,
): Promise<UndoneRow[]> {
  const items = rows.map((row) => ({
    row,
    memory: (row.before ?? {}) as RowMemory,
    extensionId: row.objectId ?? '',
    ifVersion: row.after ?? 0,
  }));
  const madeUsers = items.flatMap(({ memory: { user }, extensionId }) =>
    user?.created === true ? [{ id: user.id, version: userVersions.get(user.id) ?? user.version, extensionId }] : [],
  );
  const madeIds = new Set(madeUsers.map(({ id }) => id));
  // An extension that goes back to such a user is one that this user has.
  const going = items.filter(({ memory }) => !madeIds.has(memory.snapshot?.userId ?? ''));
  const held = madeUsers.length === 0 ? new Map<string, string>() : await writer.heldUsers(tx, madeUsers, going);
  // A row is taken back whole or not at all: its extension stays with its user.
  const reasonOf = ({ memory: { user } }: (typeof items)[number]) =>
    user?.created === true ? held.get(user.id) : undefined;
  const free = items.filter((item) => reasonOf(item) === undefined);
  const removed = await writer.removeCreated(
    tx,
    actor,
    free
      .filter(({ row }) => row.result === 'created')
      .map(({ extensionId, ifVersion }) => ({ extensionId, ifVersion })),
  );
  const restored = await writer.restore(
    tx,
    actor,
    free.flatMap(({ row, memory: { snapshot }, ifVersion }) =>
      row.result !== 'updated' || snapshot === undefined ? [] : [{ snapshot, ifVersion }],
    ),
  );
  const results = new Map<string, UndoResult>();
  for (const result of [...removed, ...restored]) results.set(result.extensionId, result);
  const isUndone = ({ extensionId }: (typeof items)[number]) => results.get(extensionId)?.ok === true;
  const goneUsers = free.flatMap((item) => {
    const { user } = item.memory;
    return user?.created === true && isUndone(item) ? [user.id] : [];
  });
  if (goneUsers.length > 0) await writer.removeUsers(tx, actor, goneUsers);
  return items.map((item) =>
    undoneRow(
      item.row.line,
      isUndone(item) ? undefined : (reasonOf(item) ?? results.get(item.extensionId)?.reason ?? GONE),
    ),
  );
}
