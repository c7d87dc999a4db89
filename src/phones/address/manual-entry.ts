import type { Tx } from '../../store/database.ts';
import type { ChangeContext } from '../change.ts';
import type { DeviceDeps } from '../devices/deps.ts';
import { firstAddress, openWindow } from '../devices/state.ts';
import { issueShortCode } from './short-codes.ts';

export interface ManualEntry {
  /** The phone's own first address, with a slash at its end. */
  address: string;
  /** The same, short enough for a telephone's keys. */
  shortAddress: string;
  shortUntil: Date;
  windowUntil: Date;
}

/** Everything that somebody in front of the phone needs: its window open, its first address, and a short form of it. */
export async function manualEntry(tx: Tx, deps: DeviceDeps, context: ChangeContext, id: string): Promise<ManualEntry> {
  const now = new Date();
  await openWindow(tx, deps, context, id, undefined);
  const address = await firstAddress(tx, deps, { ...context, ifVersion: undefined }, id);
  const { code, expiresAt } = await issueShortCode(tx, id, now);
  const { windowUntil } = await tx.device.findUniqueOrThrow({ where: { id } });
  const shortAddress = `${deps.facts.publicUrl}/s/${code}`;
  return { address, shortAddress, shortUntil: expiresAt, windowUntil: windowUntil ?? now };
}
