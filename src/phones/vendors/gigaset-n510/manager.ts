import type { PhoneLine, PhoneView } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';
import { accountPlaces } from '../shared/places.ts';
import { codecWords, hostAndPort } from '../shared/values.ts';
import { list, number, text } from './item.ts';
import { CODECS, DTMF } from './tables.ts';

export const MANAGER_DATA = 'BS_IP_Data';

/** No codec: fills a list of five. */
const NO_CODEC = 0xff;

/** N720: one provider for all accounts. */
export function deviceOfManager(phone: PhoneView): NativeParam[] {
  const { settings } = phone;
  return [
    number(`${MANAGER_DATA}.ucB_DO_CHECK_FOR_PROFILE_UPDATES`, 1),
    number('BS_VOIP_Data.ucB_VOIP_CALLWAITING_STATUS', settings['calls.waiting'] ? 1 : 0),
    number('BS_VOIP_Data.ucB_DTMF_TX_MODE_AUTO', 0),
    number('BS_VOIP_Data.ucI_DTMF_TX_MODE_BITS', DTMF[settings.dtmf ?? 'rfc4733']),
    ...provider(phone),
    ...accountPlaces(phone).flatMap(({ index, line }) => (line === undefined ? unused(index) : account(phone, line))),
  ];
}

function provider({ settings, registrar, label }: PhoneView): NativeParam[] {
  const of = (name: string) => `BS_VOIP_Data.astVoipProviders[0].${name}`;
  const proxy = settings['sip.outboundProxy'];
  const outbound = proxy === null ? undefined : hostAndPort(proxy);
  return [
    number(of('ucONESHOT_PROVISIONING_MODE_1'), 1),
    text(of('aucSIP_PROVIDER_NAME[%]'), label),
    text(of('aucSIP_DOMAIN[%]'), registrar.host),
    text(of('aucSIP_SERVER[%]'), registrar.host),
    number(of('uiSIP_SERVER_PORT'), registrar.port),
    text(of('aucSIP_REGISTRAR[%]'), registrar.host),
    number(of('uiSIP_REGISTRAR_PORT'), registrar.port),
    number(of('uiRE_REGISTRATION_TIMER'), settings['sip.expirySeconds'] ?? 3600),
    number(of('ucSIP_USE_STUN'), 0),
    number(of('uiNAT_REFRESH_TIME'), settings['sip.keepAliveSeconds'] ?? 0),
    number(of('ucOUTBOUND_PROXY_MODE'), outbound === undefined ? 2 : 0),
    ...(outbound === undefined
      ? []
      : [
          text(of('aucOUTBOUND_PROXY[%]'), outbound.host),
          number(of('uiOUTBOUND_PROXY_PORT'), outbound.port ?? registrar.port),
        ]),
  ];
}

function accountItem(index: number, name: string): string {
  return `BS_VOIP_Data.astVoipAccounts[${index - 1}].${name}`;
}

function unused(index: number): NativeParam[] {
  return [
    number(accountItem(index, 'ucB_SIP_ACCOUNT_IS_ACTIVE_1'), 0),
    text(accountItem(index, 'aucS_SIP_PASSWORD[0]'), ''),
  ];
}

function account(phone: PhoneView, line: PhoneLine): NativeParam[] {
  const { settings } = phone;
  const of = (name: string) => accountItem(line.index, name);
  const codecs = codecWords(line, phone.model.codecs, CODECS).map(Number);
  return [
    number(of('ucVoipProviderIndex'), 0),
    text(of('aucS_SIP_DISPLAYNAME[0]'), line.displayName),
    text(of('aucS_SIP_LOGIN_ID[0]'), line.endpoint),
    text(of('aucS_SIP_PASSWORD[0]'), line.secret),
    text(of('aucS_SIP_USER_ID[0]'), line.endpoint),
    number(of('ucB_SIP_ACCOUNT_IS_ACTIVE_1'), 1),
    list(
      of('aucI_SIP_PREFERRED_VOCODER[%]'),
      [...codecs, NO_CODEC, NO_CODEC, NO_CODEC, NO_CODEC, NO_CODEC].slice(0, 5),
    ),
    text(of('aucS_VOIP_NET_AM_NUMBER_1[%]'), settings['voicemail.number'] ?? ''),
    number(of('ucB_VOIP_NET_AM_ENABLED_1'), line.hasMailbox && settings['voicemail.lamp'] ? 1 : 0),
  ];
}
