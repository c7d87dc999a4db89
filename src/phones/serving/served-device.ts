import type { SpentRecord } from '../../store/phones/fetches.ts';
import type { ServedDeviceRow, ServedSiteRow } from '../../store/phones/served-devices.ts';
import { httpPassword, stage2Token } from '../../store/phones/tokens.ts';
import type { Seal } from '../../store/seal.ts';
import { type Networks, networksOf } from './address.ts';

interface DeviceLogin {
  token: string;
  passwords: readonly string[];
}

/** A device as the listener knows it. */
export interface ServedDevice extends Omit<ServedDeviceRow, 'networks'> {
  /** undefined: nobody said where it is. */
  networks: Networks | undefined;
  /** Its token of now and what it may log in with, the older password while that is good. Made when first wanted. */
  login(): DeviceLogin;
  /** The last address that took its first file. */
  stage1Address?: string;
}

/** What a token opens. */
export type TokenUse =
  | { stage: 2; device: ServedDevice; isOld: boolean; site?: undefined }
  | { stage: 1; device: ServedDevice; site?: undefined }
  | { stage: 1; site: ServedSiteRow; device?: undefined };

export function servedDevice({ networks, ...row }: ServedDeviceRow, seal: Seal): ServedDevice {
  let login: DeviceLogin | undefined;
  const device: ServedDevice = {
    ...row,
    networks: networksIn(networks),
    login() {
      const { id, stage2Generation: now, stage2OldHash } = device;
      const generations = stage2OldHash === null ? [now] : [now, now - 1];
      // The older password goes when the older address does.
      if (login?.passwords.length !== generations.length) {
        login = { token: stage2Token(seal, id, now), passwords: generations.map((one) => httpPassword(seal, id, one)) };
      }
      return login;
    },
  };
  return device;
}

/** undefined: nobody said. */
export function networksIn(json: string | null): Networks | undefined {
  const cidrs = JSON.parse(json ?? '[]') as string[];
  return cidrs.length === 0 ? undefined : networksOf(cidrs);
}

/** Its first address, its older one and its window are over, as far as they are still those that were seen then. */
export function endStage1(device: ServedDevice, seen: SpentRecord): void {
  if (device.stage1Hash === seen.stage1Hash) device.stage1Hash = null;
  if (device.stage2OldHash === seen.stage2OldHash) device.stage2OldHash = null;
  if (device.windowUntil === seen.windowUntil) device.windowUntil = null;
  if (device.state === 'pending') device.state = 'active';
}

export function hashesOf({ stage1Hash, stage2Hash, stage2OldHash }: ServedDevice): string[] {
  return [stage1Hash, stage2Hash, stage2OldHash].filter((hash) => hash !== null);
}

export function useOf(device: ServedDevice, hash: string): TokenUse {
  if (hash === device.stage1Hash) return { stage: 1, device };
  return { stage: 2, device, isOld: hash === device.stage2OldHash };
}
