import { v7 as uuid } from 'uuid';
import {
  ROLL_OUT_STEPS,
  type RollOutLimits,
  type RollOutState,
  type RollOutStep,
  type RollOutTarget,
} from '../../domain/phones/roll-out.ts';
import { LinekeeperError } from '../../errors.ts';
import { recordAudit } from '../../store/audit-log.ts';
import type { Tx } from '../../store/database.ts';
import {
  devicesBehindTemplates,
  devicesOfModel,
  insertRollOutDevices,
  rollOutCounts,
  skipWaiting,
} from '../../store/phones/roll-outs.ts';
import type { ChangeContext } from '../change.ts';

export type RollOutRow = NonNullable<Awaited<ReturnType<Tx['rollOut']['findUnique']>>>;

export function targetOf(row: RollOutRow): RollOutTarget {
  return JSON.parse(row.target) as RollOutTarget;
}

/** Writes down which phones it is about, in which order. Nothing is done yet. @throws ROLL_OUT_STATE_INVALID */
export async function createRollOut(
  tx: Tx,
  { actor }: Pick<ChangeContext, 'actor'>,
  companyId: string,
  target: RollOutTarget,
  limits: RollOutLimits,
): Promise<string> {
  const kind = 'releaseHash' in target ? 'templates' : 'firmware';
  const devices =
    'releaseHash' in target
      ? await devicesBehindTemplates(tx, companyId)
      : await devicesOfModel(tx, companyId, target.vendor, target.model);
  if (devices.length === 0) {
    const message =
      kind === 'templates' ? 'no phone is held at older templates' : 'no phone of that model was seen yet';
    throw new LinekeeperError('ROLL_OUT_STATE_INVALID', message);
  }
  const id = uuid();
  await tx.rollOut.create({
    data: {
      ...{ id, companyId, kind, actor, createdAt: new Date() },
      ...{ target: JSON.stringify(target), limits: JSON.stringify(limits) },
    },
  });
  await insertRollOutDevices(tx, id, devices);
  await tell(tx, actor, 'created', { id, companyId, kind }, { target, limits, devices: devices.length });
  return id;
}

/** @throws ROLL_OUT_STATE_INVALID */
export async function stepRollOut(
  tx: Tx,
  { actor }: Pick<ChangeContext, 'actor'>,
  id: string,
  step: RollOutStep,
): Promise<void> {
  const row = await tx.rollOut.findUniqueOrThrow({ where: { id } });
  const { from, to } = ROLL_OUT_STEPS[step];
  if (!(from as readonly string[]).includes(row.state)) {
    throw new LinekeeperError('ROLL_OUT_STATE_INVALID', `a roll-out that is ${row.state} cannot be ${PAST[step]}`);
  }
  if (to === 'running') {
    const others = await tx.rollOut.count({ where: { companyId: row.companyId, state: 'running', id: { not: id } } });
    if (others > 0) throw new LinekeeperError('ROLL_OUT_STATE_INVALID', 'another roll-out of the company is running');
  }
  if (to === 'canceled') await skipWaiting(tx, id, 'the roll-out was canceled');
  // The failures that somebody has seen and goes on in spite of.
  const { failed } = await rollOutCounts(tx, id);
  const reason = step === 'resume' && failed > 0 ? `resumed after ${failed} failures` : null;
  await moveRollOut(tx, actor, row, to, reason, PAST[step]);
}

const PAST: Record<RollOutStep, string> = {
  start: 'started',
  pause: 'paused',
  resume: 'resumed',
  cancel: 'canceled',
};

/** Writes a new state and tells of it. `actor` is `system` when nobody asked for it. */
export async function moveRollOut(
  tx: Tx,
  actor: string,
  row: RollOutRow,
  state: RollOutState,
  reason: string | null,
  verb: string,
): Promise<void> {
  const now = new Date();
  await tx.rollOut.update({
    where: { id: row.id },
    data: {
      ...{ state, reason, version: { increment: 1 } },
      ...(row.startedAt === null && state === 'running' ? { startedAt: now } : {}),
      ...(state === 'done' || state === 'canceled' ? { finishedAt: now } : {}),
    },
  });
  const counts = await rollOutCounts(tx, row.id);
  await tell(tx, actor, verb, row, { target: targetOf(row), counts, ...(reason === null ? {} : { reason }) });
}

function tell(
  tx: Tx,
  actor: string,
  verb: string,
  { id, companyId, kind }: Pick<RollOutRow, 'id' | 'companyId' | 'kind'>,
  details: Record<string, unknown>,
): Promise<void> {
  const action = `roll_out.${verb}`;
  return recordAudit(tx, [
    { actor, action, objectType: 'roll_out', objectId: id, companyId, details: { kind, ...details } },
  ]);
}
