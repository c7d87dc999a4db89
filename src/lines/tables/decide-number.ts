import { v7 as uuid } from 'uuid';
import type { NumberValues } from '../../domain/import-values.ts';
import { canMove, type NumberState } from '../../domain/phone-number.ts';
import type { FieldError } from '../../errors.ts';
import type { NumberRow } from '../../store/number-rows.ts';
import type { NumberMove } from '../../store/number-writes.ts';
import type { TableContext, TableResult, TableRow } from '../../store/table-writer.ts';

export interface NumberWorld {
  context: Pick<TableContext, 'companyId' | 'strategy'>;
  quarantineDays: number;
  existing: Map<string, NumberRow>;
  /** Extension id by number. */
  extensions: Map<string, string>;
  now: number;
}

/** What a row keeps for its undo. */
export interface NumberMemory {
  state: NumberState;
  extensionId: string | null;
  note: string | null;
}

export interface NumberDecision {
  result: TableResult;
  move: NumberMove | undefined;
  note: { id: string; note: string | null; isMoved: boolean } | undefined;
  /** Before and after, for the activity log. */
  changed: Record<string, unknown>;
}

/** Decides one row of numbers: no I/O. */
export function decideNumber(world: NumberWorld, { line, values }: TableRow<NumberValues>): NumberDecision {
  const { companyId, strategy } = world.context;
  const { e164 } = values;
  const present = world.existing.get(e164);
  const nothing = { move: undefined, note: undefined, changed: {} };
  const failed = (code: string, path: string, message: string): NumberDecision => {
    const errors: FieldError[] = [{ path, code, message }];
    return { ...nothing, result: { line, result: 'failed', errors } };
  };
  if (present !== undefined && present.companyId !== companyId)
    return failed('NUMBER_TAKEN', 'e164', `${e164} is not available`);
  if (present !== undefined && strategy === 'fail') return failed('NUMBER_TAKEN', 'e164', `${e164} is known already`);
  if (present !== undefined && strategy === 'skip') {
    const { id: objectId, version } = present;
    return { ...nothing, result: { line, result: 'skipped', objectId, version } };
  }
  const target = targetOf(world, values, present);
  if ('code' in target) return failed(target.code, target.path, target.message);
  const { state, extensionId } = target;
  const id = present?.id ?? uuid();
  const note = values.note === undefined ? (present?.note ?? null) : values.note;
  const isMoved = state !== present?.state || extensionId !== (present?.extensionId ?? null);
  const changed: Record<string, unknown> = {
    ...(isMoved && present !== undefined
      ? { state: [present.state, state], extension: [present.extension, target.extension] }
      : {}),
    ...(note === (present?.note ?? null) ? {} : { note: [present?.note ?? null, note] }),
  };
  if (present !== undefined && Object.keys(changed).length === 0) {
    return { ...nothing, result: { line, result: 'unchanged', objectId: id, version: present.version } };
  }
  const move: NumberMove | undefined = isMoved
    ? {
        ...{ id, companyId, e164, from: present?.state ?? null, to: state, extensionId },
        extension: target.extension ?? present?.extension ?? null,
        quarantinedUntil: state === 'quarantined' ? world.now + world.quarantineDays * 86_400_000 : null,
      }
    : undefined;
  const noted = note === (present?.note ?? null) ? undefined : { id, note, isMoved };
  if (present === undefined) {
    return { result: { line, result: 'created', objectId: id, version: 1 }, move, note: noted, changed };
  }
  const before: NumberMemory = { state: present.state, extensionId: present.extensionId, note: present.note };
  const result: TableResult = { line, result: 'updated', objectId: id, version: present.version + 1, before };
  return { result, move, note: noted, changed };
}

type Target = { state: NumberState; extensionId: string | null; extension: string | null };

/** Where a number goes: along the states of domain/phone-number.ts, and an extension means that it is assigned. */
function targetOf(
  world: NumberWorld,
  { e164, state: given, extension }: NumberValues,
  present: NumberRow | undefined,
): Target | { code: string; path: string; message: string } {
  const state =
    given ??
    (extension
      ? 'assigned'
      : extension === null && present?.state === 'assigned'
        ? 'spare'
        : (present?.state ?? 'spare'));
  if (state !== 'assigned' && extension) {
    return { code: 'STATE_CONTRADICTION', path: 'state', message: `is ${state}, but an extension is given` };
  }
  if (present !== undefined && present.state !== state && !canMove(present.state, state)) {
    const code = state === 'assigned' ? 'NUMBER_NOT_ASSIGNABLE' : 'CONFLICT';
    return { code, path: 'state', message: `${e164} is ${present.state} and cannot become ${state}` };
  }
  if (state !== 'assigned') return { state, extensionId: null, extension: null };
  if (extension == null) {
    if (present?.extensionId != null && extension === undefined) {
      return { state, extensionId: present.extensionId, extension: present.extension };
    }
    return { code: 'EXTENSION_MISSING', path: 'extension', message: 'is empty, but the state is assigned' };
  }
  const extensionId = world.extensions.get(extension);
  if (extensionId !== undefined) return { state, extensionId, extension };
  return { code: 'REFERENCE_INVALID', path: 'extension', message: `the company has no extension ${extension}` };
}
