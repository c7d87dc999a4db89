import type { PhoneView, Stage1View } from '../../phone-view.ts';
import type { TimeRule } from '../../time/posix-rule.ts';
import type { NativeParam, VendorMapper } from '../mapper.ts';
import { firmwareUrl } from '../shared/file-url.ts';
import { BASE_DATA, deviceOfBase } from './base.ts';
import { number, pin, pinOf, text } from './item.ts';
import { deviceOfManager, MANAGER_DATA } from './manager.ts';
import { LANGUAGES, ZONES } from './tables.ts';

/** N510 IP PRO (one base) and N720 DM PRO (a manager of bases): items of a symbol table, in ISO 8859-1. */
export const mapper: VendorMapper = {
  stage1: (phone) => ({ params: server(phone), ...about(phone), firmware: [] }),
  device(phone, { time }) {
    const isManager = phone.model.caps.manager === true;
    const params = [
      ...server(phone),
      ...common(phone, time),
      ...(isManager ? deviceOfManager(phone) : deviceOfBase(phone)),
    ];
    return { params, ...about(phone), firmware: firmware(phone) };
  },
};

/** The device reads a profile only if schema and name in it are its own. */
function about({ model }: Stage1View) {
  return model?.caps.manager === true
    ? { schema: 'N720_general.xsd', profile: 'N720' }
    : { schema: 'N510.xsd', profile: 'N510' };
}

/** One load in the address that the device asks with; the N720 wants two different ones, which are not kept here. */
function firmware(phone: PhoneView): string[] {
  const url = firmwareUrl(phone);
  if (url === undefined || phone.model.caps.manager === true) return [];
  return [`${url}?mac=${phone.mac.toUpperCase()}&${phone.firmwareTarget?.file}`];
}

function data({ model }: Stage1View): string {
  return model?.caps.manager === true ? MANAGER_DATA : BASE_DATA;
}

/** The N510 takes its data server without http://. */
function server(phone: Stage1View): NativeParam[] {
  const { access, model } = phone;
  const address = access.url.replace(/\/$/, '');
  return [
    model?.caps.manager === true
      ? text(`${MANAGER_DATA}.aucS_DATA_SERVER[%]`, address)
      : text(`${BASE_DATA}.aucS_DATA_SERVER[0]`, address.replace(/^http:\/\//, '')),
    text('BS_IP_Data.aucS_HTTP_DIGEST_USERNAME', access.username),
    text('BS_IP_Data.aucS_HTTP_DIGEST_PASSWORD', access.password),
  ];
}

function common(phone: PhoneView, time: TimeRule): NativeParam[] {
  const { settings, passwords } = phone;
  const of = (name: string) => `${data(phone)}.${name}`;
  const [vlan, priority] = [settings['vlan.id'], settings['vlan.priority']];
  const language = LANGUAGES[(settings.language ?? '').split('-')[0] ?? ''];
  return [
    // Nobody beyond the own network reaches the web page.
    number(of('ucB_ACCEPT_FOREIGN_SUBNET'), 0),
    pin('BS_CUSTOM.aucKdsPin[0]', pinOf(passwords.admin)),
    ...(vlan === null ? [] : [number(of('ucB_VLAN_ENABLED'), 1), number(of('uiI_VLAN_ID'), vlan)]),
    ...(priority === null ? [] : [number(of('ucI_VLAN_PRIORITY'), priority)]),
    ...(language === undefined ? [] : [number(of('ucI_HTTPLANGUAGE'), language)]),
    ...clock(phone, time),
  ];
}

/** The device knows when the clocks of a zone change; whether they do is said here. */
function clock(phone: PhoneView, time: TimeRule): NativeParam[] {
  const of = (name: string) => `${data(phone)}.${name}`;
  const [ntp] = phone.settings['ntp.servers'] ?? [];
  const zone = ZONES.get(time.offsetMinutes);
  return [
    ...(ntp === undefined ? [] : [text(of('aucS_TIME_NTP_SERVER'), ntp)]),
    ...(zone === undefined
      ? []
      : [
          number(of('uiI_TIME_TIMEZONE'), zone),
          number(of('ucB_TIME_USE_AUTOMATIC_DST'), time.dst === undefined ? 0 : 1),
        ]),
  ];
}
