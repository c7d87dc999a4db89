import type { PhoneLine, PhoneView } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';
import { accountPlaces } from '../shared/places.ts';
import { codecWords, hostAndPort } from '../shared/values.ts';
import { param, yesNo } from './profile.ts';

/** What the two engines say differently about a line. */
export interface LineDialect {
  codecs: Readonly<Record<string, string>>;
  /** Codecs with a switch of their own: `<name>_Enable_N_`. */
  switches: readonly string[];
  more(phone: PhoneView, line: PhoneLine): NativeParam[];
}

/** Every account that the model has; one that is not used is switched off. */
export function lineParams(phone: PhoneView, dialect: LineDialect): NativeParam[] {
  return accountPlaces(phone).flatMap(({ index, line }) =>
    line === undefined ? unused(index) : used(phone, line, dialect),
  );
}

function unused(n: number): NativeParam[] {
  return [
    param(`Line_Enable_${n}_`, 'No'),
    param(`User_ID_${n}_`, ''),
    param(`Password_${n}_`, ''),
    param(`Auth_ID_${n}_`, ''),
  ];
}

function used(phone: PhoneView, line: PhoneLine, dialect: LineDialect): NativeParam[] {
  const { settings, registrar } = phone;
  const n = line.index;
  const backup = settings['sip.backupHost'];
  const keepAlive = settings['sip.keepAliveSeconds'] ?? 0;
  return [
    param(`Line_Enable_${n}_`, 'Yes'),
    param(`Display_Name_${n}_`, line.displayName),
    param(`User_ID_${n}_`, line.endpoint),
    param(`Auth_ID_${n}_`, line.endpoint),
    param(`Password_${n}_`, line.secret),
    param(`Proxy_${n}_`, `${registrar.host}:${registrar.port}`),
    param(`Use_DNS_SRV_${n}_`, 'No'),
    param(`Outbound_Proxy_${n}_`, settings['sip.outboundProxy'] ?? ''),
    param(`Alternate_Proxy_${n}_`, backup === null ? '' : withPort(backup, registrar.port)),
    // Without it the alternate proxy is not asked.
    param(`Dual_Registration_${n}_`, yesNo(backup !== null)),
    param(`Register_${n}_`, 'Yes'),
    param(`Register_Expires_${n}_`, settings['sip.expirySeconds'] ?? 3600),
    param(`SIP_Transport_${n}_`, (settings['sip.transport'] ?? 'udp').toUpperCase()),
    param(`NAT_Keep_Alive_Enable_${n}_`, yesNo(keepAlive > 0)),
    // A NOTIFY is not answered with 401: the PBX has no password for it, and only it knows the phone's contact.
    param(`Auth_Resync-Reboot_${n}_`, 'No'),
    ...voicemail(phone, line),
    ...codecs(phone, line, dialect),
    param(`DTMF_Tx_Method_${n}_`, DTMF[settings.dtmf ?? 'rfc4733']),
    ...differentiated(phone, n),
    ...dialect.more(phone, line),
  ];
}

const DTMF = { rfc4733: 'AVT', info: 'INFO', inband: 'InBand' };

function withPort(text: string, fallback: number): string {
  const { host, port } = hostAndPort(text);
  return `${host}:${port ?? fallback}`;
}

/** The phone subscribes to message-summary of `Mailbox_ID` at the server named here. */
function voicemail({ settings, registrar }: PhoneView, { index, endpoint, hasMailbox }: PhoneLine): NativeParam[] {
  const lamp = hasMailbox && settings['voicemail.lamp'] === true;
  return [
    param(`Mailbox_ID_${index}_`, lamp ? endpoint : ''),
    param(`Voice_Mail_Server_${index}_`, lamp ? `${registrar.host}:${registrar.port}` : ''),
  ];
}

function codecs(phone: PhoneView, line: PhoneLine, dialect: LineDialect): NativeParam[] {
  const wanted = codecWords(line, phone.model.codecs, dialect.codecs);
  const n = line.index;
  return [
    ...['Preferred_Codec', 'Second_Preferred_Codec', 'Third_Preferred_Codec'].map((name, place) =>
      param(`${name}_${n}_`, wanted[place] ?? (place === 0 ? 'G711a' : 'Unspecified')),
    ),
    param(`Use_Pref_Codec_Only_${n}_`, 'No'),
    ...dialect.switches.map((codec) => param(`${codec}_Enable_${n}_`, yesNo(wanted.includes(codec)))),
  ];
}

/** The whole byte of the IP header: the code point and two bits after it. */
function differentiated({ settings }: PhoneView, n: number): NativeParam[] {
  const byte = (codePoint: number) => `0x${(codePoint << 2).toString(16).padStart(2, '0')}`;
  const [sip, rtp] = [settings['qos.sip'], settings['qos.rtp']];
  return [
    ...(sip === null ? [] : [param(`SIP_TOS_DiffServ_Value_${n}_`, byte(sip))]),
    ...(rtp === null ? [] : [param(`RTP_TOS_DiffServ_Value_${n}_`, byte(rtp))]),
  ];
}
