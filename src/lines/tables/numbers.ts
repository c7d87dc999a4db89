import type { NumberValues } from '../../domain/import-values.ts';
import { type AuditEntry, recordAudit } from '../../store/audit-log.ts';
import type { Tx } from '../../store/database.ts';
import { deleteNumbers, extensionIds, type NumberRow, numberRows, writeNotes } from '../../store/number-rows.ts';
import { moveNumbers, type NumberMove } from '../../store/number-writes.ts';
import { markDirty } from '../../store/outbox.ts';
import { companyRules } from '../../store/references.ts';
import type {
  TableContext,
  TableResult,
  TableRow,
  TableUndo,
  TableUndone,
  TableWriter,
} from '../../store/table-writer.ts';
import { decideNumber, type NumberMemory } from './decide-number.ts';

type Where = Pick<TableContext, 'companyId' | 'actor'>;

/** Phone numbers of an import. */
export const numberWriter: TableWriter<NumberValues> = { apply, undo };

async function apply(tx: Tx, context: TableContext, rows: readonly TableRow<NumberValues>[]): Promise<TableResult[]> {
  const { companyId } = context;
  const company = await companyRules(tx, companyId);
  const existing = await numberRows(
    tx,
    'e164',
    rows.map(({ values }) => values.e164),
  );
  const world = {
    context,
    quarantineDays: company?.quarantineDays ?? 0,
    existing: new Map(existing.map((one) => [one.e164, one])),
    extensions: await extensionIds(
      tx,
      companyId,
      rows.flatMap(({ values }) => values.extension ?? []),
    ),
    now: Date.now(),
  };
  const decisions = rows.map((row) => ({ row, ...decideNumber(world, row) }));
  await write(tx, context, company?.pbxId, decisions);
  await recordAudit(
    tx,
    decisions.flatMap(({ row, result, changed }): AuditEntry[] => {
      if (result.result !== 'created' && result.result !== 'updated') return [];
      const details = { e164: row.values.e164, ...changed };
      return [entryOf(context, result.result, result.objectId ?? '', details)];
    }),
  );
  return decisions.map(({ result }) => result);
}

async function undo(tx: Tx, context: Where, rows: readonly TableUndo[]): Promise<TableUndone[]> {
  const company = await companyRules(tx, context.companyId);
  const present = new Map(
    (
      await numberRows(
        tx,
        'id',
        rows.map(({ objectId }) => objectId),
      )
    ).map((one) => [one.id, one]),
  );
  const known = await knownExtensions(tx, rows);
  const going: NumberRow[] = [];
  const back: { number: NumberRow; move: NumberMove | undefined; note: string | null }[] = [];
  const results = rows.map(({ line, objectId, version, result, before }): TableUndone => {
    const number = present.get(objectId);
    if (number === undefined) return { line, ok: false, reason: 'it no longer exists' };
    if (number.version !== version) return { line, ok: false, reason: 'it was changed since' };
    if (result === 'created') {
      going.push(number);
      return { line, ok: true };
    }
    const { state, extensionId, note } = before as NumberMemory;
    if (extensionId !== null && !known.has(extensionId)) return { line, ok: false, reason: 'its extension is gone' };
    back.push({ number, note, move: moveBack(number, state, extensionId) });
    return { line, ok: true };
  });
  await write(
    tx,
    context,
    company?.pbxId,
    back.map(({ number, move, note }) => ({
      move,
      note: note === number.note ? undefined : { id: number.id, note, isMoved: move !== undefined },
    })),
  );
  await deleteNumbers(
    tx,
    going.map(({ id }) => id),
  );
  await mark(
    tx,
    company?.pbxId,
    going.map(({ id }) => id),
    true,
  );
  await recordAudit(tx, [
    ...going.map(({ id, e164 }) => entryOf(context, 'deleted', id, { e164 })),
    ...back.map(({ number }) => entryOf(context, 'restored', number.id, { e164: number.e164 })),
  ]);
  return results;
}

function moveBack(number: NumberRow, state: NumberRow['state'], extensionId: string | null): NumberMove | undefined {
  if (state === number.state && extensionId === number.extensionId) return undefined;
  const { id, companyId, e164, extension } = number;
  return { id, companyId, e164, from: number.state, to: state, extensionId, extension, quarantinedUntil: null };
}

async function knownExtensions(tx: Tx, rows: readonly TableUndo[]): Promise<Set<string>> {
  const ids = rows.flatMap(({ before }) => (before as NumberMemory | null)?.extensionId ?? []);
  const found = await tx.extension.findMany({ where: { id: { in: ids } }, select: { id: true } });
  return new Set(found.map(({ id }) => id));
}

/** The PBX knows a number only while it rings somewhere. */
async function write(
  tx: Tx,
  { actor }: Where,
  pbxId: string | undefined,
  writes: readonly {
    move: NumberMove | undefined;
    note: { id: string; note: string | null; isMoved: boolean } | undefined;
  }[],
): Promise<void> {
  const moves = writes.flatMap(({ move }) => move ?? []);
  await moveNumbers(tx, actor, moves);
  await writeNotes(
    tx,
    writes.flatMap(({ note }) => note ?? []),
  );
  await mark(
    tx,
    pbxId,
    moves.flatMap(({ id, from, to }) => (from === 'assigned' || to === 'assigned' ? [id] : [])),
    false,
  );
}

async function mark(tx: Tx, pbxId: string | undefined, ids: readonly string[], deleted: boolean): Promise<void> {
  if (pbxId === undefined) return;
  await markDirty(
    tx,
    ids.map((id) => ({ pbxId, type: 'number' as const, id, deleted })),
  );
}

function entryOf(
  { actor, companyId }: Where,
  verb: string,
  objectId: string,
  details: Record<string, unknown>,
): AuditEntry {
  return { actor, action: `number.${verb}`, objectType: 'number', objectId, companyId, details };
}
