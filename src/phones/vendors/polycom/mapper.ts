import type { PhoneView } from '../../phone-view.ts';
import type { VendorMapper } from '../mapper.ts';
import { fullDeviceAttributes, provisioningAttributes } from './device.ts';
import { keyAttributes, speedDialMark, speedDials } from './keys.ts';
import { registrations } from './registrations.ts';
import { siteAttributes } from './site.ts';

/** What a phone asks for when it is told of no firmware. There is none, so it keeps its own. */
const NO_FIRMWARE = 'sip.ld';

export const mapper: VendorMapper = {
  stage1: (phone) => ({
    params: [],
    configFiles: `${phone.mac}-provision.cfg`,
    appFile: NO_FIRMWARE,
    provisioning: provisioningAttributes(phone),
  }),
  // For phones that have no file of their own name; they fill in the macro.
  common: () => ({ params: [], configFiles: '[PHONE_MAC_ADDRESS]-provision.cfg', appFile: NO_FIRMWARE }),
  device: (phone, context) => ({
    params: [...fullDeviceAttributes(phone), ...registrations(phone), ...keyAttributes(phone)],
    // What stands in the first of these files wins.
    configFiles: `${phone.mac}-reg.cfg, ${phone.mac}-site.cfg`,
    appFile: phone.firmwareTarget === undefined ? NO_FIRMWARE : `firmware/${phone.firmwareTarget.file}`,
    provisioning: provisioningAttributes(phone),
    site: siteAttributes(phone, context),
    speedDialMark: speedDialMark(phone),
  }),
  phonebook: (phone) => ({ params: [], contacts: contacts(phone) }),
};

/** Numbers of keys first: their place is what the keys name. A place of 0 is none. */
function contacts(phone: PhoneView): { name: string; number: string; place: number }[] {
  return [...speedDials(phone), ...phone.phonebook.map((contact) => ({ ...contact, place: 0 }))].map(
    ({ name, number, place }) => ({ name, number, place }),
  );
}
