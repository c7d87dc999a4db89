import type { RollOutLimits, RollOutTarget } from '../../domain/phones/roll-out.ts';
import type { AskedDevice, DeviceOutcome } from '../../store/phones/roll-outs.ts';

/** Milliseconds in which the files of a phone that was asked are certainly made anew. */
const SETTLE_MS = 3000;

/** Pure: what has become of a phone that was asked; undefined: that is not decided yet. */
export function judgeDevice(
  device: AskedDevice,
  target: RollOutTarget,
  limits: RollOutLimits,
  now: number,
): DeviceOutcome | undefined {
  const { position, followState } = device;
  const failed = (reason: string): DeviceOutcome => [position, 'failed', reason];
  if (!device.exists) return [position, 'skipped', 'the device was deleted'];
  const isMade = !device.isDirty && now - device.askedAt > SETTLE_MS;
  if (isMade) {
    if (device.problems !== null) return failed('its files cannot be made any more');
    if (followState === 'failed' || followState === 'timeout') return failed(device.followReason ?? followState);
    const hasFetched = device.fetchedRevision === device.wantedRevision;
    const isSettled = followState === null || followState === 'registered';
    const hasVersion = 'releaseHash' in target || device.firmware === target.version;
    if (hasFetched && isSettled && hasVersion) return [position, 'done', null];
  }
  if (now - device.askedAt <= limits.waitMinutes * 60_000) return undefined;
  const saw = device.followReason ?? `it is ${followState ?? 'not asked'}`;
  const runs = 'version' in target && device.firmware !== null ? `, it runs ${device.firmware}` : '';
  return failed(`not done within ${limits.waitMinutes} min: ${saw}${runs}`);
}
