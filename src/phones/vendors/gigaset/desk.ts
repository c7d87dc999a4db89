import type { PhoneView } from '../../phone-view.ts';
import type { TimeRule } from '../../time/posix-rule.ts';
import type { NativeParam } from '../mapper.ts';
import { type AccountPlace, accountPlaces } from '../shared/places.ts';
import { hostAndPort } from '../shared/values.ts';
import { keyParams } from './desk-keys.ts';
import { param, withCredentials } from './param.ts';
import { deskZone } from './zones.ts';

const DTMF = { inband: 0, rfc4733: 1, info: 3 };
const LANGUAGES: Readonly<Record<string, string>> = {
  de: 'de-de',
  en: 'en-us',
  es: 'es-es',
  fr: 'fr-fr',
  it: 'it-it',
  nl: 'nl-nl',
};
const TONES: Readonly<Record<string, string>> = { IT: 'ITA', US: 'USA' };

/** A Maxwell desk phone. */
export function deviceOfDesk(phone: PhoneView, time: TimeRule): NativeParam[] {
  const { settings, passwords } = phone;
  return [
    param('System.Provision.ProvisioningServer', withCredentials(phone.access, `${phone.mac}.xml`)),
    // Minutes.
    param('System.Provision.Period', 1440),
    param('WebUI.AdminPassword', passwords.admin),
    param('WebUI.UserPassword', passwords.user),
    ...clock(phone, time),
    param('Telephony.ToneScheme', TONES[settings['tones.country'] ?? phone.country] ?? 'INT'),
    ...language(settings.language),
    ...signalling(phone),
    ...accountPlaces(phone).flatMap((place) => account(phone, place)),
    ...keyParams(phone),
    ...screenAndNetwork(phone),
  ];
}

function clock({ settings }: PhoneView, time: TimeRule): NativeParam[] {
  const of = (name: string, value: string) => param(`System.DateAndTime.${name}`, value);
  const [server] = settings['ntp.servers'] ?? [];
  const zone = deskZone(time);
  return [
    of('AutoAdjustTime', server === undefined ? 'NTPServiceDHCP' : 'NTPServiceEnabled'),
    ...(server === undefined ? [] : [of('TimeServer', server)]),
    ...(zone === undefined
      ? []
      : [of('TimeZone', zone), of('AutoAdjustClockForDST', 'AutomatedDaylightSavingEnabled')]),
    of('TimeFormat', settings['time.format'] === '12' ? '12h' : '24h'),
    of('DateOrder', settings['date.format'] === 'mdy' ? 'mm.dd.yyyy' : 'dd.mm.yyyy'),
  ];
}

function language(wanted: string | null): NativeParam[] {
  const name = LANGUAGES[(wanted ?? '').split('-')[0] ?? ''];
  return name === undefined ? [] : [param('PhoneUI.Settings.Language', name), param('WebUI.Language', name)];
}

/** How SIP is carried is one choice for all accounts: 1 UDP, 2 TLS; for TCP no number is known, and UDP is kept. */
function signalling({ settings }: PhoneView): NativeParam[] {
  const isTls = settings['sip.transport'] === 'tls';
  return [
    param('SIP.TransportProtocol', isTls ? 2 : 1),
    param('SIP.Security.UseSIPS', isTls),
    param('SIP.Security.SRTP', settings.srtp !== 'off'),
    param('SIP.Security.AcceptNonSRTPCalls', settings.srtp !== 'required'),
    param('SIP.DefaultAccount', 0),
  ];
}

/** Accounts count from 0. */
function account({ settings, registrar }: PhoneView, { index, line }: AccountPlace): NativeParam[] {
  const of = (name: string, value: string | number | boolean) => param(`SIP.Account.${index - 1}.${name}`, value);
  if (line === undefined) return [of('Active', false), of('AuthName', ''), of('AuthPassword', ''), of('Username', '')];
  const proxy = settings['sip.outboundProxy'];
  const backup = settings['sip.backupHost'];
  return [
    of('AccountName', line.label),
    of('Active', true),
    of('AuthName', line.endpoint),
    of('AuthPassword', line.secret),
    of('DisplayName', line.displayName),
    of('Username', line.endpoint),
    of('Domain', registrar.host),
    of('CallWaiting', settings['calls.waiting'] === true),
    of('ProxyServer.Address', registrar.host),
    of('ProxyServer.Port', registrar.port),
    of('RegistrationServer.Address', registrar.host),
    of('RegistrationServer.Port', registrar.port),
    of('OutboundProxy.Mode', proxy === null ? 2 : 0),
    ...(proxy === null ? [] : address(of, 'OutboundProxy', proxy, registrar.port)),
    of('FailoverServer.Enabled', backup !== null),
    ...(backup === null ? [] : address(of, 'FailoverServer', backup, registrar.port)),
    of('DTMFTransmission', DTMF[settings.dtmf ?? 'rfc4733']),
    of('VoiceMail.Active', line.hasMailbox),
    of('VoiceMail.Mailbox', settings['voicemail.number'] ?? ''),
  ];
}

function address(
  of: (name: string, value: string | number) => NativeParam,
  name: string,
  text: string,
  fallback: number,
): NativeParam[] {
  const { host, port } = hostAndPort(text);
  return [of(`${name}.Address`, host), of(`${name}.Port`, port ?? fallback)];
}

function screenAndNetwork({ settings }: PhoneView): NativeParam[] {
  const light = settings['display.backlightSeconds'];
  const [vlan, priority] = [settings['vlan.id'], settings['vlan.priority']];
  return [
    // Minutes.
    ...(light === null ? [] : [param('PhoneUI.Settings.BacklightTimeout', Math.ceil(light / 60))]),
    ...(vlan === null ? [] : [param('NET.VLAN.Tagging', 1), param('NET.VLAN.LAN.Identifier', vlan)]),
    ...(priority === null ? [] : [param('NET.VLAN.LAN.Priority', priority)]),
  ];
}
