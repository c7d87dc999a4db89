import type { FileKind } from '../definitions/schema.ts';
import { isPrivate } from './address.ts';
import type { ServedDevice, TokenUse } from './served-device.ts';

/** Where a request comes from. */
export interface Source {
  address: string;
  isTls: boolean;
}

/** Why a request is refused, in words for the operator; the phone sees 404. */
export type Refusal = { reason: string; isStranger: boolean };

const stranger = (reason: string): Refusal => ({ reason, isStranger: true });

/**
 * The device that a token and the MAC address in the path together stand for, or why there is none. A site's token opens
 * nothing but the first file of a device of that site whose window is open.
 */
export function deviceOf(
  token: TokenUse,
  mac: string | undefined,
  named: ServedDevice | undefined,
  now: number,
): ServedDevice | Refusal {
  const device = token.device ?? named;
  if (device === undefined) {
    return mac === undefined ? { reason: 'no MAC address', isStranger: false } : stranger('unknown MAC address');
  }
  if (token.site !== undefined && device.siteId !== token.site.id) return stranger('a phone of another site');
  if (device.state === 'suspended') return { reason: 'suspended', isStranger: token.stage === 1 };
  if (token.stage === 1 && (device.windowUntil === null || device.windowUntil <= now)) {
    return stranger('its window is closed');
  }
  return device;
}

/** Whether a device of these networks may fetch from there. Nobody said where it is: without TLS from private addresses only. */
export function isNear(networks: ServedDevice['networks'], { address, isTls }: Source): boolean {
  if (networks !== undefined) return networks(address);
  return isTls || isPrivate(address);
}

/**
 * Kinds for which a phone must log in. The others hold no secret, and the clients for phonebooks and firmware of many phones
 * send no credentials: the token is enough for them.
 */
export function needsLogin(kind: FileKind | 'upload' | 'firmware'): boolean {
  return kind === 'device' || kind === 'upload';
}
