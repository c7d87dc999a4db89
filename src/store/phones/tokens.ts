import { hash } from 'node:crypto';
import type { Seal } from '../seal.ts';

type Purpose = 'site' | 'stage1' | 'stage2' | 'http';

/**
 * What phones are given is made of the key file, so that a file can be made again byte for byte and a stolen database opens
 * nothing. A new one is the next generation. 32 characters of base64url, 192 bits.
 */
export function phoneSecret(seal: Seal, purpose: Purpose, id: string, generation: number): string {
  return seal.derive(`phone ${purpose}:${id}:${generation}`);
}

/** In the address that DHCP gives to all phones of a site (`Site.phoneTokenGeneration`). */
export function siteToken(seal: Seal, siteId: string, generation: number): string {
  return phoneSecret(seal, 'site', siteId, generation);
}

/** A device's own first address (`Device.stage1Generation`). */
export function stage1Token(seal: Seal, deviceId: string, generation: number): string {
  return phoneSecret(seal, 'stage1', deviceId, generation);
}

/** In the address of everything a device fetches after its first file (`Device.stage2Generation`). */
export function stage2Token(seal: Seal, deviceId: string, generation: number): string {
  return phoneSecret(seal, 'stage2', deviceId, generation);
}

/** Goes with the token of the same generation; the user is the MAC. Letters and digits: some phones take no others. */
export function httpPassword(seal: Seal, deviceId: string, generation: number): string {
  return phoneSecret(seal, 'http', deviceId, generation).replaceAll('-', 'x').replaceAll('_', 'y').slice(0, 24);
}

/** As the database keeps a token: it is random enough for a fast hash. */
export function hashPhoneToken(token: string): string {
  return hash('sha256', token, 'hex');
}
