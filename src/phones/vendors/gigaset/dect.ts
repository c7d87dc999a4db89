import type { PhoneLine, PhoneView } from '../../phone-view.ts';
import type { TimeRule } from '../../time/posix-rule.ts';
import type { NativeParam } from '../mapper.ts';
import { fileUrl } from '../shared/file-url.ts';
import { hostAndPort } from '../shared/values.ts';
import { param, withCredentials } from './param.ts';
import { dectZone } from './zones.ts';

const TRANSPORT = { udp: 1, tcp: 2, tls: 3 };
/** A sum of bits: in the voice | RFC 4733 | SIP INFO. */
const DTMF = { inband: 1, rfc4733: 2, info: 4 };

/** How a base numbers handsets. */
export function handset(index: number): string {
  return String(index).padStart(5, '0');
}

/** A DECT manager: one provider, and an account with a handset for each line. */
export function deviceOfDect(phone: PhoneView, time: TimeRule): NativeParam[] {
  return [
    param('Provisioning.global.ProvisioningServer', withCredentials(phone.access, `${phone.mac}.xml`)),
    // A NOTIFY fetches the file; it restarts nothing under running calls.
    param('SystemSettings.global.CheckSyncRebootEnabled', 0),
    param('WebUIAccounts.1.Password', phone.passwords.admin),
    param(
      'Telephony.0.ToneScheme',
      (phone.settings['tones.country'] ?? phone.country) === 'DE' ? 'Germany' : 'International',
    ),
    ...clock(phone, time),
    ...provider(phone),
    ...phone.lines.filter(({ isEnabled }) => isEnabled).flatMap((line) => account(phone, line)),
    ...phonebook(phone),
  ];
}

function clock({ settings }: PhoneView, time: TimeRule): NativeParam[] {
  const [server] = settings['ntp.servers'] ?? [];
  const zone = dectZone(time);
  return [
    ...(server === undefined ? [] : [param('DmGlobal.0.NtpServer', server)]),
    ...(zone === undefined ? [] : [param('DmGlobal.0.TimeZone', zone)]),
  ];
}

function provider({ settings, registrar, label }: PhoneView): NativeParam[] {
  const of = (name: string, value: string | number | boolean) => param(`SipProvider.0.${name}`, value);
  const proxy = settings['sip.outboundProxy'];
  const backup = settings['sip.backupHost'];
  const isTls = settings['sip.transport'] === 'tls';
  return [
    of('Name', label === '' ? registrar.host : label),
    of('Domain', registrar.host),
    of('ProxyServerAddress', registrar.host),
    of('ProxyServerPort', registrar.port),
    of('RegServerAddress', registrar.host),
    of('RegServerPort', registrar.port),
    of('RegServerRefreshTimer', settings['sip.expirySeconds'] ?? 3600),
    of('TransportProtocol', TRANSPORT[settings['sip.transport'] ?? 'udp']),
    of('UseSIPS', isTls),
    of('SRTP_Enabled', settings.srtp !== 'off'),
    of('AcceptNonSRTPCalls', settings.srtp !== 'required'),
    of('DTMFTransmission', DTMF[settings.dtmf ?? 'rfc4733']),
    of('MWISubscription', settings['voicemail.lamp'] === true),
    of('DnsQuery', 0),
    ...server('OutboundProxy', proxy, registrar.port, [of('OutboundProxyMode', proxy === null ? 2 : 0)]),
    ...server('FailoverServer', backup, registrar.port, [of('FailoverServerEnabled', backup !== null)]),
  ];
}

function server(name: string, text: string | null, fallback: number, before: NativeParam[]): NativeParam[] {
  if (text === null) return before;
  const { host, port } = hostAndPort(text);
  return [...before, param(`SipProvider.0.${name}Address`, host), param(`SipProvider.0.${name}Port`, port ?? fallback)];
}

function account({ settings }: PhoneView, line: PhoneLine): NativeParam[] {
  const of = (name: string, value: string | number | boolean) =>
    param(`SipAccount.${handset(line.index)}.${name}`, value);
  return [
    // What is typed on the handset while the base takes new ones.
    param(`hs.${handset(line.index)}.DECT_AC`, accessCode(line.number)),
    of('AuthName', line.endpoint),
    of('AuthPassword', line.secret),
    of('UserName', line.endpoint),
    of('DisplayName', line.displayName),
    of('ProviderId', 0),
    of('VoiceMailMailbox', settings['voicemail.number'] ?? ''),
    of('VoiceMailActive', line.hasMailbox),
  ];
}

/** The last four digits of the extension. */
export function accessCode(number: string): string {
  return number.replace(/\D/g, '').slice(-4).padStart(4, '0');
}

/** The directory that the base fetches once a day and searches itself. */
function phonebook({ access, phonebookName }: PhoneView): NativeParam[] {
  if (phonebookName === undefined) return [param('Netdir.21.Activated', 0)];
  return [
    param('Netdir.21.Activated', 1),
    param('CentralBook.0.Name', 'Phonebook'),
    param(
      'CentralBook.0.ServerURL',
      fileUrl(access, phonebookName).startsWith(access.url) ? withCredentials(access, phonebookName) : phonebookName,
    ),
    param('CentralBook.0.DownloadTime', '03:00'),
    param('CentralBook.0.StartWithList', 1),
  ];
}
