import type { PhoneLine, PhoneView } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';
import { accountPlaces } from '../shared/places.ts';
import { codecWords, hostAndPort } from '../shared/values.ts';
import { list, number, text } from './item.ts';
import { CODECS, DTMF, TONES } from './tables.ts';

/** What is called differently by the two models. */
export const BASE_DATA = 'BS_IP_Data1';

/** All codecs the base has: those that are not wanted come last, for the list has five places. */
const ALL_CODECS = [5, 1, 0, 2, 3];

/** N510: accounts are numbered, the first one without its number. */
export function deviceOfBase(phone: PhoneView): NativeParam[] {
  const tone = TONES[phone.settings['tones.country'] ?? phone.country] ?? 0;
  return [
    number('BS_IP_Data.ucB_AUTO_UPDATE_PROFILE', 1),
    number('BS_IP_Data3.ucI_ONESHOT_PROVISIONING_MODE_1', 1),
    number('BS_AE_SwConfig.ucCountryCodeTone', tone),
    number(`${BASE_DATA}.ucB_DTMF_TX_MODE_AUTO`, 0),
    number(`${BASE_DATA}.ucI_DTMF_TX_MODE_BITS`, DTMF[phone.settings.dtmf ?? 'rfc4733']),
    ...accountPlaces(phone).flatMap(({ index, line }) => (line === undefined ? unused(index) : account(phone, line))),
  ];
}

function active(index: number, value: number): NativeParam {
  return number(`${BASE_DATA}.ucB_SIP_ACCOUNT_IS_ACTIVE_${index}`, value);
}

function suffixOf(index: number): string {
  return index === 1 ? '' : `_${index}`;
}

function unused(index: number): NativeParam[] {
  return [active(index, 0), text(`${BASE_DATA}.aucS_SIP_PASSWORD${suffixOf(index)}`, '')];
}

function account(phone: PhoneView, line: PhoneLine): NativeParam[] {
  const { settings, registrar } = phone;
  const n = line.index;
  const suffix = suffixOf(n);
  const words = (name: string, value: string) => text(`${BASE_DATA}.${name}${suffix}`, value);
  const count = (name: string, value: number) => number(`${BASE_DATA}.${name}${suffix}`, value);
  const proxy = settings['sip.outboundProxy'];
  const outbound = proxy === null ? undefined : hostAndPort(proxy);
  return [
    text(`BS_Accounts.astAccounts[${n - 1}].aucAccountName[0]`, line.displayName),
    // Each handset has the account of its own number.
    number(`BS_Accounts.astAccounts[${n - 1}].uiSendMask`, 1 << (n - 1)),
    number(`BS_Accounts.astAccounts[${n - 1}].uiReceiveMask`, 1 << (n - 1)),
    text(`${BASE_DATA}.aucS_SIP_ACCOUNT_NAME_${n}`, line.displayName),
    words('aucS_SIP_DISPLAYNAME', line.displayName),
    text(`BS_IP_Data3.aucS_SIP_LOGIN_ID${suffix}`, line.endpoint),
    words('aucS_SIP_PASSWORD', line.secret),
    words('aucS_SIP_USER_ID', line.endpoint),
    words('aucS_SIP_DOMAIN', registrar.host),
    words('aucS_SIP_SERVER', registrar.host),
    words('aucS_SIP_REGISTRAR', registrar.host),
    count('uiI_SIP_SERVER_PORT', registrar.port),
    count('uiI_SIP_REGISTRAR_PORT', registrar.port),
    count('uiI_RE_REGISTRATION_TIMER', settings['sip.expirySeconds'] ?? 3600),
    count('ucB_SIP_USE_STUN', 0),
    words('aucS_OUTBOUND_PROXY', outbound?.host ?? ''),
    count('ucI_OUTBOUND_PROXY_MODE', outbound === undefined ? 2 : 0),
    ...(outbound === undefined ? [] : [count('uiI_OUTBOUND_PROXY_PORT', outbound.port ?? registrar.port)]),
    active(n, 1),
    text(`BS_AE_Subscriber.stMtDat[${n - 1}].aucTlnName`, line.number),
    codecs(phone, line, suffix),
    text(`${BASE_DATA}.aucS_VOIP_NET_AM_NUMBER_${n}`, settings['voicemail.number'] ?? ''),
    number(`${BASE_DATA}.ucB_VOIP_NET_AM_ENABLED_${n}`, line.hasMailbox && settings['voicemail.lamp'] ? 1 : 0),
  ];
}

function codecs(phone: PhoneView, line: PhoneLine, suffix: string): NativeParam {
  const wanted = codecWords(line, phone.model.codecs, CODECS).map(Number);
  const rest = ALL_CODECS.filter((codec) => !wanted.includes(codec));
  return list(`${BASE_DATA}.ucI_SIP_PREFERRED_VOCODER${suffix}`, [...wanted, ...rest]);
}
