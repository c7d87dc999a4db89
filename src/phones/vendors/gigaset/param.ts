import type { ProvisioningAccess } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';
import { fileUrl } from '../shared/file-url.ts';

export function param(name: string, value: string | number | boolean): NativeParam {
  return { name, value: typeof value === 'boolean' ? (value ? '1' : '0') : String(value) };
}

/** An address with user and password in it: the only way these devices are told both. */
export function withCredentials(access: ProvisioningAccess, name: string): string {
  return fileUrl(access, name).replace('://', `://${access.username}:${access.password}@`);
}
