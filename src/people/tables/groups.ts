import { v7 as uuid } from 'uuid';
import { FIXED_KINDS } from '../../domain/group.ts';
import type { GroupValues } from '../../domain/import-values.ts';
import { type AuditEntry, recordAudit } from '../../store/audit-log.ts';
import type { Tx } from '../../store/database.ts';
import {
  deleteGroups,
  describeGroups,
  emptyAmong,
  groupsById,
  groupsByName,
  insertGroups,
  type KnownGroup,
} from '../../store/person-rows.ts';
import type {
  TableContext,
  TableResult,
  TableRow,
  TableUndo,
  TableUndone,
  TableWriter,
} from '../../store/table-writer.ts';
import { labelKindsOf } from './group-book.ts';

/** Groups, teams and labels of an import. */
export const groupWriter: TableWriter<GroupValues> = { apply, undo };

async function apply(tx: Tx, context: TableContext, rows: readonly TableRow<GroupValues>[]): Promise<TableResult[]> {
  const { companyId, strategy } = context;
  const known = new Map(
    (
      await groupsByName(
        tx,
        companyId,
        rows.map(({ values }) => values),
      )
    ).map((one) => [keyOf(one), one]),
  );
  const kinds = new Set<string>([...FIXED_KINDS, ...(await labelKindsOf(tx, companyId))]);
  const created: KnownGroup[] = [];
  const changed: (KnownGroup & { before: string | null })[] = [];
  const results = rows.map(({ line, values }): TableResult => {
    const { kind, name, description } = values;
    const present = known.get(keyOf(values));
    if (present === undefined && !kinds.has(kind)) {
      return failed(line, 'REFERENCE_INVALID', 'kind', `${kind} is not among the labelKinds of the company`);
    }
    if (present === undefined) {
      const group = { id: uuid(), kind, name, description: description ?? null, version: 1 };
      created.push(group);
      return { line, result: 'created', objectId: group.id, version: 1 };
    }
    const { id: objectId, version } = present;
    if (strategy === 'fail')
      return failed(line, 'GROUP_NAME_TAKEN', 'name', `the company has a ${kind} called ${name}`);
    if (strategy === 'skip') return { line, result: 'skipped', objectId, version };
    if (description === undefined || description === present.description) {
      return { line, result: 'unchanged', objectId, version };
    }
    changed.push({ ...present, description, before: present.description });
    const before = { description: present.description };
    return { line, result: 'updated', objectId, version: version + 1, before };
  });
  await insertGroups(tx, companyId, created);
  await describeGroups(tx, changed);
  await recordAudit(tx, [
    ...created.map((group) => entryOf(context, 'created', group, {})),
    ...changed.map((group) => entryOf(context, 'updated', group, { description: [group.before, group.description] })),
  ]);
  return results;
}

async function undo(
  tx: Tx,
  context: Pick<TableContext, 'companyId' | 'actor'>,
  rows: readonly TableUndo[],
): Promise<TableUndone[]> {
  const ids = rows.map(({ objectId }) => objectId);
  const present = new Map((await groupsById(tx, ids)).map((group) => [group.id, group]));
  const empty = new Set(await emptyAmong(tx, ids));
  const going: KnownGroup[] = [];
  const changed: (KnownGroup & { after: string | null })[] = [];
  const results = rows.map(({ line, objectId, version, result, before }): TableUndone => {
    const group = present.get(objectId);
    if (group === undefined) return { line, ok: false, reason: 'it no longer exists' };
    if (group.version !== version) return { line, ok: false, reason: 'it was changed since' };
    if (result === 'created') {
      if (!empty.has(objectId)) return { line, ok: false, reason: 'somebody is in it' };
      going.push(group);
    } else {
      const { description } = before as { description: string | null };
      changed.push({ ...group, description, after: group.description });
    }
    return { line, ok: true };
  });
  await deleteGroups(
    tx,
    going.map(({ id }) => id),
  );
  await describeGroups(tx, changed);
  await recordAudit(tx, [
    ...going.map((group) => entryOf(context, 'deleted', group, { members: 0 })),
    ...changed.map((group) => entryOf(context, 'updated', group, { description: [group.after, group.description] })),
  ]);
  return results;
}

export function entryOf(
  { actor, companyId }: Pick<TableContext, 'companyId' | 'actor'>,
  verb: string,
  { id, kind, name }: { id: string; kind: string; name: string },
  details: Record<string, unknown>,
): AuditEntry {
  const entry = { actor, action: `group.${verb}`, objectType: 'group', objectId: id, companyId };
  return { ...entry, details: { kind, name, ...details } };
}

export function failed(line: number, code: string, path: string, message: string): TableResult {
  return { line, result: 'failed', errors: [{ path, code, message }] };
}

function keyOf({ kind, name }: { kind: string; name: string }): string {
  return `${kind}\n${name}`;
}
