import type { PhoneView, ProvisioningAccess } from '../../phone-view.ts';

/** Address of one of the phone's files; what is an address already stays one. */
export function fileUrl({ url }: ProvisioningAccess, name: string): string {
  return /^https?:\/\//.test(name) ? name : url + name;
}

/** undefined: no firmware is kept here for this phone. */
export function firmwareUrl({ access, firmwareTarget }: PhoneView): string | undefined {
  return firmwareTarget && fileUrl(access, `firmware/${firmwareTarget.file}`);
}
