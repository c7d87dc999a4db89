import { v7 as uuid } from 'uuid';
import { canMove, type NumberState } from '../domain/phone-number.ts';
import { LinekeeperError } from '../errors.ts';
import { recordAudit } from '../store/audit-log.ts';
import type { Tx } from '../store/database.ts';
import { moveNumbers, numbersByE164 } from '../store/number-writes.ts';
import { markDirty } from '../store/outbox.ts';
import { expectVersion } from '../store/queries/expect-version.ts';
import { noteNumbers } from '../store/queries/number-notes.ts';

export interface NumberContext {
  /** For the activity log: `token:<name>`, `local`, `system`. */
  actor: string;
  ifVersion: number | undefined;
}

/** Adds numbers to a company: all or none. The caller has made sure that the company exists. */
export async function createNumbers(
  tx: Tx,
  context: NumberContext,
  companyId: string,
  e164s: readonly string[],
  note: string | null,
): Promise<string[]> {
  const taken = await numbersByE164(tx, e164s);
  if (taken.length > 0) {
    const shown = taken
      .map(({ e164 }) => e164)
      .sort()
      .slice(0, 20);
    throw new LinekeeperError('NUMBER_TAKEN', `already known: ${shown.join(', ')}`, {
      details: { count: taken.length, numbers: shown },
    });
  }
  const rows = e164s.map((e164) => ({ id: uuid(), e164 }));
  const spare = {
    companyId,
    from: null,
    to: 'spare',
    extensionId: null,
    extension: null,
    quarantinedUntil: null,
  } as const;
  await moveNumbers(
    tx,
    context.actor,
    rows.map((row) => ({ ...spare, ...row })),
  );
  if (note !== null)
    await noteNumbers(
      tx,
      rows.map(({ id }) => id),
      note,
    );
  await recordAudit(
    tx,
    rows.map(({ id, e164 }) => ({
      actor: context.actor,
      action: 'number.created',
      objectType: 'number',
      objectId: id,
      companyId,
      details: { e164 },
    })),
  );
  return rows.map(({ id }) => id);
}

export async function changeNote(tx: Tx, context: NumberContext, id: string, note: string | null): Promise<void> {
  const row = await tx.phoneNumber.findUnique({ where: { id } });
  if (row === null) throw unknownNumber();
  expectVersion(row, context.ifVersion);
  if (row.note === note) return;
  await tx.phoneNumber.update({ where: { id }, data: { note, version: { increment: 1 }, updatedAt: new Date() } });
  await recordAudit(tx, [
    {
      actor: context.actor,
      action: 'number.updated',
      objectType: 'number',
      objectId: id,
      companyId: row.companyId,
      details: { e164: row.e164, note: [row.note, note] },
    },
  ]);
}

/** `quarantined` falls through to `spare` in a company without quarantine. */
export type NumberMove = { to: 'spare' | 'reserved' | 'quarantined' } | { to: 'assigned'; extensionId: string };

/** Moves a number along the states of domain/phone-number.ts, with its history and the PBX's knowledge of it. */
export async function moveNumber(tx: Tx, context: NumberContext, id: string, move: NumberMove): Promise<void> {
  const row = await tx.phoneNumber.findUnique({
    where: { id },
    include: { company: { select: { pbxId: true, quarantineDays: true } }, extension: { select: { number: true } } },
  });
  if (row === null) throw unknownNumber();
  expectVersion(row, context.ifVersion);
  const from = row.state as NumberState;
  if (!canMove(from, move.to)) {
    const code = move.to === 'assigned' ? 'NUMBER_NOT_ASSIGNABLE' : 'CONFLICT';
    throw new LinekeeperError(code, `${row.e164} is ${from} and cannot become ${move.to}`, {
      details: { from, to: move.to },
    });
  }
  const target = move.to === 'assigned' ? await extensionOf(tx, row.companyId, move.extensionId) : null;
  if (target !== null && target.id === row.extensionId) return;
  const days = row.company.quarantineDays;
  const state = move.to === 'quarantined' && days === 0 ? 'spare' : move.to;
  const extension = target?.number ?? row.extension?.number ?? null;
  await moveNumbers(tx, context.actor, [
    {
      id,
      companyId: row.companyId,
      e164: row.e164,
      from,
      to: state,
      extensionId: target?.id ?? null,
      extension,
      quarantinedUntil: state === 'quarantined' ? Date.now() + days * 86_400_000 : null,
    },
  ]);
  // The PBX knows a number only while it rings somewhere.
  if (from === 'assigned' || state === 'assigned') {
    await markDirty(tx, [{ pbxId: row.company.pbxId, type: 'number', id }]);
  }
  await recordAudit(tx, [
    {
      actor: context.actor,
      action: `number.${state}`,
      objectType: 'number',
      objectId: id,
      companyId: row.companyId,
      details: { e164: row.e164, from, to: state, extension },
    },
  ]);
}

async function extensionOf(tx: Tx, companyId: string, id: string): Promise<{ id: string; number: string }> {
  const extension = await tx.extension.findFirst({ where: { id, companyId }, select: { id: true, number: true } });
  if (extension !== null) return extension;
  const message = 'there is no such extension';
  throw new LinekeeperError('REFERENCE_INVALID', `extensionId: ${message}`, {
    fields: [{ path: 'extensionId', code: 'REFERENCE_INVALID', message }],
  });
}

/** Takes a number, and its history, out of Linekeeper: one that rings somewhere is released first. */
export async function removeNumber(tx: Tx, context: NumberContext, id: string): Promise<void> {
  const row = await tx.phoneNumber.findUnique({ where: { id }, include: { company: { select: { pbxId: true } } } });
  if (row === null) throw unknownNumber();
  expectVersion(row, context.ifVersion);
  if (row.state === 'assigned') {
    throw new LinekeeperError('CONFLICT', `${row.e164} is assigned: release it first`, {
      details: { from: row.state },
    });
  }
  await tx.phoneNumber.delete({ where: { id } });
  // It may have been released a moment ago: whatever the PBX still holds goes.
  await markDirty(tx, [{ pbxId: row.company.pbxId, type: 'number', id, deleted: true }]);
  await recordAudit(tx, [
    {
      actor: context.actor,
      action: 'number.deleted',
      objectType: 'number',
      objectId: id,
      companyId: row.companyId,
      details: { e164: row.e164 },
    },
  ]);
}

/** Frees the numbers whose quarantine is over; called now and then. Returns how many. */
export async function endQuarantines(tx: Tx, now: Date): Promise<number> {
  const rows = await tx.phoneNumber.findMany({
    where: { state: 'quarantined', quarantinedUntil: { lte: now } },
    select: { id: true },
    take: 500,
  });
  for (const { id } of rows) await moveNumber(tx, { actor: 'system', ifVersion: undefined }, id, { to: 'spare' });
  return rows.length;
}

function unknownNumber(): LinekeeperError {
  return new LinekeeperError('NOT_FOUND', 'there is no such number');
}
