import type { PhoneView, Stage1View } from '../../phone-view.ts';
import type { MapperContext, NativeParam } from '../mapper.ts';
import { firmwareFolder } from '../wanted.ts';
import { serverPath } from './address.ts';
import { maybe, p } from './param.ts';
import { customZone } from './time.ts';
import * as words from './words.ts';

/** Everything but accounts and keys. */
export function fleetValues(phone: PhoneView, context: MapperContext): NativeParam[] {
  return [
    ...accessValues(phone),
    ...dailyValues(phone),
    ...firmwareValues(phone),
    ...timeValues(phone, context),
    ...lookValues(phone),
    ...securityValues(phone),
    ...networkValues(phone),
    ...phonebookValues(phone),
  ];
}

/** Where the next file is, and with what. Of stage 1 this is all. */
export function accessValues({ access, verifyServer }: Stage1View): NativeParam[] {
  const { tls, path } = serverPath(access.url);
  return [
    p(212, tls ? 2 : 1),
    p(237, path),
    p(1360, access.username),
    p(1361, access.password),
    // DHCP led here; from now on it would only lead back.
    p(145, 0),
    p(240, 0),
    p(8463, Number(verifyServer)),
    p(22_030, Number(verifyServer)),
  ];
}

/** Some look every hour until they have their files. Adapters have a number of their own for it. */
export function hourlyValues(): NativeParam[] {
  return [p(194, 1), p(22_296, 1), p(193, 60)];
}

/** Once a night at a random time between one and five, in case a NOTIFY was lost. */
function dailyValues({ model }: PhoneView): NativeParam[] {
  const isAdapter = model.caps.adapter === true;
  return [p(isAdapter ? 22_296 : 194, 2), p(285, 1), p(8459, 5), p(8458, 1)];
}

function firmwareValues(phone: PhoneView): NativeParam[] {
  const { access, model } = phone;
  const folder = firmwareFolder(phone);
  // 2: never look. The factory's setting asks the vendor, and takes what is newest there.
  if (folder === undefined) return [p(238, 2)];
  const { tls, path } = serverPath(folder);
  const own = [p(6767, tls ? 2 : 1), p(6768, access.username), p(6769, access.password)];
  return [p(238, 0), p(192, path), p(8375, 0), ...(model.caps.adapter === true ? [] : own)];
}

function timeValues({ settings, model }: PhoneView, context: MapperContext): NativeParam[] {
  const [first, second] = settings['ntp.servers'] ?? [];
  const clock = [
    p(102, words.DATE_NUMBERS[settings['date.format'] ?? 'ymd']),
    p(122, Number(settings['time.format'] !== '12')),
  ];
  return [
    p(64, 'customize'),
    p(246, customZone(context)),
    p(143, 0),
    p(144, Number(first === undefined)),
    ...maybe(first === undefined ? undefined : 30, first ?? ''),
    ...maybe(model.caps.adapter === true || second === undefined ? undefined : 8333, second ?? ''),
    ...(model.caps.display === false ? [] : clock),
  ];
}

function lookValues({ settings, model }: PhoneView): NativeParam[] {
  if (model.caps.adapter === true) return [p(342, words.adapterLanguage(settings.language))];
  if (model.caps.display === false) return [];
  const light = settings['display.backlightSeconds'];
  return [
    p(1362, words.languageCode(settings.language)),
    ...maybe(8356, light === null ? null : words.lightMinutes(light)),
  ];
}

function securityValues({ settings, model, passwords }: PhoneView): NativeParam[] {
  const both = model.caps.adapter === true || model.caps.dect === true ? 1 : 3;
  const page = settings['web.enabled'] === false ? 2 : settings['web.httpsOnly'] === false ? both : 0;
  return [
    p(2, passwords.admin),
    p(196, passwords.user),
    p(1650, page),
    p(276, 1),
    // A NOTIFY that the phone challenges is one that Asterisk cannot answer: the phone would not do it.
    p(4428, 1),
    p(1414, 0),
    p(1409, 0),
  ];
}

function networkValues({ settings, model }: PhoneView): NativeParam[] {
  const { adapter, dect, manualVlan } = model.caps;
  const isSplit = adapter === true || dect === true;
  const switched = dect === true ? 27_004 : manualVlan === true ? 22_174 : undefined;
  const priority = settings['vlan.priority'];
  const syslog = settings['syslog.server'];
  return [
    ...maybe(words.keepAlive(settings) === undefined ? undefined : 84, words.keepAlive(settings) ?? 0),
    ...maybe(settings['vlan.id'] === null ? undefined : switched, 1),
    ...maybe(51, settings['vlan.id']),
    ...(isSplit ? [...maybe(5038, priority), ...maybe(5042, priority)] : maybe(87, priority)),
    ...(isSplit ? [] : [...maybe(1558, settings['qos.sip']), ...maybe(1559, settings['qos.rtp'])]),
    ...maybe(207, syslog),
    p(208, syslog === null ? 0 : 2),
  ];
}

function phonebookValues({ model, access, phonebookName }: PhoneView): NativeParam[] {
  if (model.caps.display === false) return [];
  if (phonebookName === undefined) return [p(330, 0)];
  const { tls, path } = serverPath(access.url);
  return [
    p(330, tls ? 3 : 1),
    p(331, path),
    p(332, 720),
    p(6713, access.username),
    p(6714, access.password),
    p(333, 1),
  ];
}
