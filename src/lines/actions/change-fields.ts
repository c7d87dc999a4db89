import type { ExtensionInput } from '../../domain/extension-input.ts';
import type { ExtensionRow, ExtensionSnapshot, RowResult } from '../../domain/extension-row.ts';
import type { FieldError } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import { type ExistingExtension, extensionsById } from '../../store/extension-writes.ts';
import type { MassContext, MassObject, MassResult, MassUndo, MassUndone } from '../../store/mass-action.ts';
import type { ExtensionBatch } from '../extension-batch.ts';

/** What an undo needs of an extension whose fields were changed; an import remembers the same. */
interface FieldMemory {
  snapshot: ExtensionSnapshot;
  /** Its mailbox got a PIN of ours. */
  generatedPin?: true;
}

/** Those of the objects that still are extensions of the company. */
export async function presentOf(
  tx: Tx,
  { companyId }: Pick<MassContext, 'companyId'>,
  objects: readonly Pick<MassObject, 'id'>[],
): Promise<ExistingExtension[]> {
  const found = await extensionsById(
    tx,
    objects.map(({ id }) => id),
  );
  return found.filter((extension) => extension.companyId === companyId);
}

/** Changes extensions as single requests do. `inputOf` says what to change in one, or why that cannot be. */
export async function changeFields(
  tx: Tx,
  batch: Pick<ExtensionBatch, 'apply'>,
  { companyId, actor }: MassContext,
  objects: readonly MassObject[],
  inputOf: (extension: ExistingExtension) => ExtensionInput | { refused: FieldError },
): Promise<MassResult[]> {
  const results: MassResult[] = [];
  const rows: ExtensionRow[] = [];
  const ids: string[] = [];
  for (const extension of await presentOf(tx, { companyId }, objects)) {
    const input = inputOf(extension);
    if ('refused' in input) {
      results.push({ id: extension.id, result: 'failed', errors: [input.refused] });
      continue;
    }
    rows.push({ line: rows.length, number: extension.number, input, extras: {} });
    ids.push(extension.id);
  }
  if (rows.length === 0) return results;
  const context = {
    companyId,
    actor,
    strategy: 'update',
    mustExist: true,
    allowWeakPins: false,
    source: 'job',
  } as const;
  const written = await batch.apply(tx, context, rows);
  return [...results, ...written.map((result) => massResult(ids[result.line] ?? '', result))];
}

function massResult(id: string, result: RowResult): MassResult {
  if (result.result === 'failed') return { id, result: 'failed', errors: result.errors };
  if (result.result !== 'updated') return { id, result: 'unchanged' };
  const { before, changes, version, pin } = result;
  const memory: FieldMemory = { snapshot: before, ...(pin === undefined ? {} : { generatedPin: true }) };
  return { id, result: 'updated', before: memory, changes, version };
}

/** Takes back what `changeFields` did. Numbers that were assigned since have nothing to do with it: they stay. */
export async function undoFields(
  tx: Tx,
  batch: Pick<ExtensionBatch, 'restore'>,
  context: MassContext,
  rows: readonly MassUndo[],
): Promise<MassUndone[]> {
  const present = new Map((await presentOf(tx, context, rows)).map((extension) => [extension.id, extension]));
  const items = rows.map(({ id, before, version = 0 }) => {
    const { snapshot } = before as FieldMemory;
    return { snapshot: { ...snapshot, phoneNumbers: present.get(id)?.phoneNumbers ?? [] }, ifVersion: version };
  });
  const results = await batch.restore(tx, context.actor, items);
  return results.map(({ extensionId, ...result }) => ({ id: extensionId, ...result }));
}
