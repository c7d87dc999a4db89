import type { PhoneView, Stage1View } from '../../phone-view.ts';
import type { NativeView, VendorMapper } from '../mapper.ts';
import { firmwareUrl } from '../shared/file-url.ts';
import { deviceOfDect, handset } from './dect.ts';
import { deviceOfDesk } from './desk.ts';
import { param, withCredentials } from './param.ts';

/** What the root element says the file is for; desk phones take one without it. */
const DECT_PRODUCT = 'e2';

/** DECT managers N610, N670, N770, N870 and the Maxwell desk phones: one format, two sets of parameters. */
export const mapper: VendorMapper = {
  stage1(phone) {
    const url = withCredentials(phone.access, `${phone.mac}.xml`);
    const dect = param('Provisioning.global.ProvisioningServer', url);
    const desk = [param('System.Provision.ProvisioningServer', url), param('System.Provision.Period', 10)];
    const params = phone.model === undefined ? [dect, ...desk] : isDect(phone) ? [dect] : desk;
    return { params, ...about(phone), isWhole: false, handsets: [], firmware: [] };
  },
  device(phone, { time }): NativeView {
    const params = isDect(phone) ? deviceOfDect(phone, time) : deviceOfDesk(phone, time);
    return {
      params,
      ...about(phone),
      isWhole: true,
      handsets: isDect(phone) ? handsets(phone) : [],
      firmware: firmware(phone),
    };
  },
  phonebook: ({ phonebook }) => ({ params: [], entries: phonebook }),
};

function isDect({ model }: Stage1View): boolean {
  return model?.caps.dect === true;
}

function about(phone: Stage1View) {
  return { product: isDect(phone) ? DECT_PRODUCT : '', isDect: isDect(phone) };
}

/** Places for handsets that may register, as the base numbers them. */
function handsets({ lines }: PhoneView): string[] {
  return lines.filter(({ isEnabled }) => isEnabled).map(({ index }) => handset(index));
}

function firmware(phone: PhoneView): { version: string; url: string }[] {
  const url = firmwareUrl(phone);
  if (url === undefined || phone.firmwareTarget === undefined) return [];
  return [{ version: phone.firmwareTarget.version, url }];
}
