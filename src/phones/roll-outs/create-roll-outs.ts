import { hasFailedTooOften, type RollOutLimits } from '../../domain/phones/roll-out.ts';
import type { Logger } from '../../log.ts';
import { createLookout } from '../../lookout.ts';
import type { Database, Tx } from '../../store/database.ts';
import { markDevices } from '../../store/phones/dirty.ts';
import { newestRelease, releaseDevices } from '../../store/phones/releases.ts';
import {
  askedDevices,
  type DeviceOutcome,
  rollOutCounts,
  setDeviceFirmware,
  setModelFirmware,
  setRollOutDevices,
  skipWaiting,
  waitingDevices,
} from '../../store/phones/roll-outs.ts';
import { judgeDevice } from './judge-device.ts';
import { moveRollOut, type RollOutRow, targetOf } from './roll-out-steps.ts';

export interface RollOutsOptions {
  db: Database;
  log: Logger;
  now?: () => number;
}

export interface RollOuts {
  start(): void;
  /** Looks at once; carries no work. */
  poke(): void;
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 2000;

/**
 * Brings running roll-outs to their phones, batch by batch: the next one begins when every phone of the one before has fetched
 * and registered, or failed. Where it stands is in the rows.
 */
export function createRollOuts({ db, log, now = Date.now }: RollOutsOptions): RollOuts {
  async function work(): Promise<void> {
    const running = await db.read.rollOut.findMany({ where: { state: 'running' }, orderBy: { createdAt: 'asc' } });
    for (const { id } of running) {
      if (lookout.isStopped) return;
      await goOn(id).catch((err) => log.error({ err, rollOut: id }, 'a roll-out got stuck'));
    }
  }

  async function goOn(id: string): Promise<void> {
    const row = await db.read.rollOut.findUniqueOrThrow({ where: { id } });
    const limits = JSON.parse(row.limits) as RollOutLimits;
    const target = targetOf(row);
    const outcomes = (await askedDevices(db.read, id))
      .map((one) => judgeDevice(one, target, limits, now()))
      .filter((outcome) => outcome !== undefined);
    const counts = await rollOutCounts(db.read, id);
    if (outcomes.length === 0 && counts.asked > 0) return;
    await db.write(async (tx) => {
      const current = await tx.rollOut.findUniqueOrThrow({ where: { id } });
      if (current.state !== 'running') return;
      await setRollOutDevices(tx, id, outcomes);
      await next(tx, current, limits);
    });
  }

  async function next(tx: Tx, row: RollOutRow, limits: RollOutLimits): Promise<void> {
    const target = targetOf(row);
    if ('releaseHash' in target && (await newestRelease(tx)) !== target.releaseHash) {
      const reason = 'there are newer templates: look at what they change, and start another roll-out';
      await skipWaiting(tx, row.id, reason);
      return moveRollOut(tx, 'system', row, 'canceled', reason, 'canceled');
    }
    const counts = await rollOutCounts(tx, row.id);
    const asked = counts.asked + counts.done + counts.failed;
    // Going on with a pause that it caused is somebody's decision: only failures since then stop it again.
    if (counts.failed > failedBefore(row) && hasFailedTooOften(limits, { failed: counts.failed, asked })) {
      const reason = `${counts.failed} of ${asked} phones failed`;
      return moveRollOut(tx, 'system', { ...row, reason: null }, 'paused', reason, 'paused');
    }
    if (counts.asked > 0) return;
    const batch = await waitingDevices(tx, row.id, asked === 0 ? limits.first : limits.batch);
    if (batch.length === 0) return finish(tx, row);
    await setRollOutDevices(
      tx,
      row.id,
      batch.map(([position]): DeviceOutcome => [position, 'asked', null]),
    );
    const ids = batch.map(([, deviceId]) => deviceId);
    if ('releaseHash' in target) await releaseDevices(tx, ids);
    else await setDeviceFirmware(tx, row.companyId, ids, target.version);
    // Also those of which nothing became different are looked at once more.
    await markDevices(tx, ids);
  }

  async function finish(tx: Tx, row: RollOutRow): Promise<void> {
    const target = targetOf(row);
    if ('version' in target) await setModelFirmware(tx, row.id, { companyId: row.companyId, ...target });
    await moveRollOut(tx, 'system', row, 'done', null, 'finished');
  }

  const lookout = createLookout(work, LOOK_EVERY_MS, (err) => log.error({ err }, 'roll-outs could not be looked at'));
  return { start: lookout.poke, poke: lookout.poke, stop: lookout.stop };
}

/** Failures that somebody has seen: it was paused for them, and resumed. */
function failedBefore({ reason }: RollOutRow): number {
  return Number(/^resumed after (\d+) failures$/.exec(reason ?? '')?.[1] ?? 0);
}
