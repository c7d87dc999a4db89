import type { PersonValues } from '../../domain/import-values.ts';
import { foldUsername } from '../../domain/user.ts';
import type { Tx } from '../../store/database.ts';
import type { JobRowRecord } from '../../store/job-rows.ts';
import { type Left, withoutUnfinished } from '../../store/start-again.ts';
import type { TableContext, TableRow, TableWriter } from '../../store/table-writer.ts';
import { applyRows } from '../apply-rows.ts';
import type { CellError } from '../cell.ts';
import type { FreeNumbers } from '../free-numbers.ts';
import { normalise } from '../header.ts';
import { optionsOf } from '../options.ts';
import type { RowWriter } from '../ports.ts';
import { createParser, type Draft, extensionRow, type ParsedRow, type RowKey, settleMailbox } from '../row.ts';
import { batchContext, freeNumbersFor } from './extensions.ts';
import { errorsOf, missing, outcomeOf, tableContext } from './plain.ts';
import { SHAPES } from './shapes.ts';
import { type Applied, type ImportTable, type RowOutcome, refused } from './table.ts';
import { LINE_COLUMNS } from './user-columns.ts';
import { undoUserRows } from './users-undo.ts';

/** A person, and the extension that comes with him. */
export interface UserRow extends TableRow<PersonValues> {
  extension: NonNullable<ParsedRow['row']> | undefined;
}

/** What a row of users keeps for its undo. */
export interface UserMemory {
  person?: unknown;
  extension?: { id: string; version: number; result: 'created' | 'updated'; snapshot?: unknown };
  generatedPin?: true;
}

const SHAPE = SHAPES.users;

/** Persons with their roles, groups and extensions: a row is written whole or not at all. */
export function usersTable(people: TableWriter<PersonValues>, lines: RowWriter): ImportTable<UserRow> {
  return {
    shape: SHAPE,
    parser: (header, _company, options) => createParser(header, options, finish),
    hasCredentials: (job) =>
      job.created + job.updated > 0 && optionsOf(job).columns.some((name) => normalise(name) === 'extension'),
    async open(deps, job, company) {
      const free = await freeNumbersFor(deps, job, company);
      const left = new WeakMap<ParsedRow<UserRow>, string>();
      return (tx, caller, rows) => {
        const context = tableContext(job, caller);
        const hasExtensions = rows.some(({ row }) => row?.extension !== undefined);
        if (!hasExtensions) return writePeople(tx, people, context, rows);
        const parts: Parts = { people, lines, free, context, batch: batchContext(job) };
        return withoutUnfinished(left, () => writeBoth(tx, parts, rows, left));
      };
    },
    async openUndo(_deps, job) {
      const left = new WeakMap<JobRowRecord, string>();
      return (tx, caller, rows) => undoUserRows(tx, people, lines, tableContext(job, caller), rows, left);
    },
    committed: () => people.committed?.(),
  };
}

function finish(draft: Draft): ParsedRow<UserRow> {
  const { line, errors, fields } = draft;
  missing(SHAPE, draft);
  settleMailbox(draft);
  const number = draft.extras.number as string | undefined;
  if (number === undefined) refuseLonelyColumns(draft);
  const values = fields as unknown as PersonValues;
  if (number === 'next') delete draft.extras.number;
  if (number !== undefined) {
    const { username, firstName, lastName } = values;
    draft.extras.user = {
      username,
      ...(firstName === undefined ? {} : { firstName }),
      ...(lastName === undefined ? {} : { lastName }),
    };
  }
  const extension = extensionRow(draft);
  const row =
    errors.length > 0 ? undefined : { line, values, extension: number === undefined ? undefined : extension.row };
  return { line, name: values.username, keys: [...extension.keys, ...personKeys(values)], row, errors };
}

/** Settings of an extension that the row does not have would be lost without a word. */
function refuseLonelyColumns(draft: Draft): void {
  if (draft.errors.some(({ column }) => column === 'extension')) return;
  const given = LINE_COLUMNS.find(({ target, path, name }) => {
    if (name === 'mailbox') return draft.hasMailbox === true;
    const first = draft[target][path[0]];
    return path[1] === undefined
      ? first !== undefined
      : (first as Record<string, unknown> | null)?.[path[1]] !== undefined;
  });
  if (given === undefined) return;
  const message = `is empty, but ${given.name} is filled`;
  draft.errors.push({ column: 'extension', code: 'EXTENSION_MISSING', message });
}

function personKeys({ username, externalIds }: PersonValues): RowKey[] {
  const keys: RowKey[] = [];
  if (username !== undefined) keys.push({ column: 'username', text: username, key: foldUsername(username) });
  for (const { name, value } of externalIds ?? []) {
    keys.push({ column: 'external_ids', text: `${name}=${value}`, key: `${name}=${value}` });
  }
  return keys;
}

async function writePeople(
  tx: Tx,
  people: TableWriter<PersonValues>,
  context: TableContext,
  rows: readonly ParsedRow<UserRow>[],
): Promise<Applied> {
  const good = rows.flatMap(({ row }) => (row === undefined ? [] : [row]));
  const results = good.length === 0 ? [] : await people.apply(tx, context, good);
  const byLine = new Map(results.map((result) => [result.line, result]));
  const outcomes = rows.map((row): RowOutcome => {
    const outcome = outcomeOf(SHAPE, row, byLine.get(row.line));
    return { ...outcome, memory: outcome.memory === undefined ? undefined : { person: outcome.memory } };
  });
  return { outcomes, keep: () => {} };
}

interface Parts {
  people: TableWriter<PersonValues>;
  lines: RowWriter;
  free: FreeNumbers;
  context: TableContext;
  batch: ReturnType<typeof batchContext>;
}

/** First the persons, then their extensions. Rows in `left` had no luck with the second before. */
async function writeBoth(
  tx: Tx,
  { people, lines, free, context, batch }: Parts,
  rows: readonly ParsedRow<UserRow>[],
  left: Left<ParsedRow<UserRow>>,
): Promise<{ value: Applied; unfinished: ReadonlyMap<ParsedRow<UserRow>, string> }> {
  const good = rows.filter((row) => row.row !== undefined && !left.has(row));
  const results =
    good.length === 0
      ? []
      : await people.apply(
          tx,
          context,
          good.flatMap(({ row }) => row ?? []),
        );
  const persons = new Map(results.map((result) => [result.line, result]));
  const written = good.filter(({ row, line }) => {
    const result = persons.get(line)?.result;
    return row?.extension !== undefined && result !== 'failed' && result !== 'skipped';
  });
  const wanted = written.map(
    ({ line, name, row }): ParsedRow => ({
      ...{ line, name, keys: [], errors: [] },
      row: row?.extension,
    }),
  );
  const { outcomes, keep } = await applyRows(tx, lines, free, batch, wanted);
  const extensions = new Map(outcomes.map((outcome) => [outcome.line, outcome]));
  const unfinished = new Map<ParsedRow<UserRow>, string>();
  for (const row of written) {
    const outcome = extensions.get(row.line);
    if (outcome?.result === 'failed') unfinished.set(row, JSON.stringify(outcome.errors));
  }
  const value: Applied = {
    keep,
    outcomes: rows.map((row) => {
      const why = left.get(row);
      if (why !== undefined) return refused(row, JSON.parse(why) as CellError[]);
      const person = persons.get(row.line);
      if (person?.result === 'failed') return refused(row, errorsOf(SHAPE, person));
      return together(outcomeOf(SHAPE, row, person), extensions.get(row.line));
    }),
  };
  return { value, unfinished };
}

/** What became of the person and of the extension, as one. */
function together(person: RowOutcome, extension: RowOutcome | undefined): RowOutcome {
  const memory: UserMemory = person.memory === undefined ? {} : { person: person.memory };
  let { result } = person;
  const { result: done, objectId: id, version } = extension ?? {};
  if ((done === 'created' || done === 'updated') && id !== undefined && version !== undefined) {
    const { snapshot, generatedPin } = (extension?.memory ?? {}) as { snapshot?: unknown; generatedPin?: true };
    memory.extension = { id, version, result: done, ...(snapshot === undefined ? {} : { snapshot }) };
    if (generatedPin === true) memory.generatedPin = true;
    if (result === 'unchanged') result = 'updated';
  }
  return { ...person, result, memory: Object.keys(memory).length === 0 ? undefined : memory };
}
