import type { PhoneView, Stage1View } from '../../phone-view.ts';
import type { MapperContext, NativeParam } from '../mapper.ts';
import { firmwareFolder } from '../wanted.ts';
import { maybe, p } from './param.ts';
import { timeParams } from './time.ts';

const LANGUAGES: Readonly<Record<string, number>> = {
  ...{ en: 0, fr: 1, de: 2, es: 3, pt: 4, ru: 5, it: 6, pl: 7, tr: 8, zh: 9, nl: 10 },
};
const DATES = { ymd: 0, mdy: 1, dmy: 2 } as const;

/** Where the next file is, and with what. Of stage 1 this is all but `hourly`. */
export function accessParams({ access, verifyServer }: Stage1View): NativeParam[] {
  return [
    ...modeParams(access.url),
    p(237, 'FirmwareUpGrade.ConfigServerPath', access.url.replace(/\/+$/, '')),
    p(1360, 'FirmwareUpGrade.UserName', access.username),
    p(1361, 'FirmwareUpGrade.Password', access.password),
    // DHCP led here; from now on it would only lead back.
    p(145, 'FirmwareUpGrade.ToOverrideServer', 0),
    p(240, 'FirmwareUpGrade.AuthenticateCfgFile', 0),
    p(194, 'FirmwareUpGrade.AutoUpgrade', 1),
    p(23_376, null, Number(verifyServer)),
    p(23_377, null, Number(verifyServer)),
  ];
}

/** Sources disagree about the number of HTTPS, so it is left as it is: the path says it, and it led here. */
function modeParams(url: string): NativeParam[] {
  return url.startsWith('https:') ? [] : [p(212, 'FirmwareUpGrade.UrgrateMode', 1)];
}

export function hourly(): NativeParam {
  return p(193, 'FirmwareUpGrade.CheckUpgradeTimes', 60);
}

/** Everything but accounts and keys. */
export function fleet(phone: PhoneView, context: MapperContext): NativeParam[] {
  const { passwords } = phone;
  return [
    ...accessParams(phone),
    // In case a NOTIFY was lost.
    p(193, 'FirmwareUpGrade.CheckUpgradeTimes', 1440),
    ...maybe(192, 'FirmwareUpGrade.FirmwareServerPath', firmwareFolder(phone)?.replace(/\/$/, '')),
    p(2, 'AdminPassword', passwords.admin),
    p(196, 'UserPassword', passwords.user),
    ...look(phone),
    ...clock(phone, context),
    ...network(phone),
    ...phonebook(phone),
    p(24_012, 'RemoteControl.Sipnotify', 1),
    // A NOTIFY that the phone challenges is one that Asterisk cannot answer: the phone would not do it.
    p(20_983, null, 0),
    p(20_165, null, 0),
  ];
}

function look({ settings, label }: PhoneView): NativeParam[] {
  const language = LANGUAGES[settings.language?.split('-')[0] ?? 'en'] ?? 0;
  return [
    p(8621, 'Preference.LcdLanguage', language),
    p(2525, 'Preference.WebLanguage', language),
    p(8951, 'GlobalConfig.LogoText', settings['display.text'] ?? label),
    p(8849, 'CallWaiting.OnOff', Number(settings['calls.waiting'] ?? true)),
  ];
}

function clock({ settings }: PhoneView, context: MapperContext): NativeParam[] {
  const [first, second] = settings['ntp.servers'] ?? [];
  return [
    ...maybe(30, 'UrlOrIpAddress', first),
    ...maybe(8622, null, second),
    p(144, 'DHCPOverrideNTP', Number(first === undefined)),
    ...timeParams(context),
    p(102, 'Preference.DateDisplayFormat', DATES[settings['date.format'] ?? 'ymd']),
    p(8624, 'Preference.TimeFormat', Number(settings['time.format'] === '12')),
  ];
}

function network({ settings }: PhoneView): NativeParam[] {
  const seconds = settings['sip.keepAliveSeconds'] ?? 0;
  return [
    ...maybe(51, 'VLAN.WANPort.VID', settings['vlan.id']),
    ...maybe(87, 'VLAN.WANPort.Priority', settings['vlan.priority']),
    ...maybe(38, 'Layer3QoS', settings['qos.sip']),
    ...maybe(84, 'KeepAtiveInterval', seconds === 0 ? null : seconds),
    ...maybe(207, 'SNMPService.SyslogServer', settings['syslog.server']),
  ];
}

/** The address holds the way in: what the phone asks with is not documented of phonebooks. */
function phonebook({ access: { url, username, password }, phonebookName }: PhoneView): NativeParam[] {
  if (phonebookName === undefined) return [p(4401, 'RemotePhoneBook1.Url', '')];
  const address = new URL(phonebookName, url);
  address.username = username;
  address.password = password;
  return [p(4401, 'RemotePhoneBook1.Url', address.href), p(23_166, 'UpdateRemotePhoneBook.time', 360)];
}
