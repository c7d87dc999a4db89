import type { PhoneLine, PhoneView } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';
import { codecWords, flag, hostAndPort, params } from '../shared/values.ts';
import { CODECS, DTMF, SRTP, TRANSPORTS } from './words.ts';

/** Every account that the model has: one that was taken away is switched off and forgets its password. */
export function accountParams(phone: PhoneView): NativeParam[] {
  const all: NativeParam[] = [];
  for (let index = 1; index <= phone.model.accounts; index++) {
    const line = phone.lines.find((one) => one.index === index);
    all.push(...(line === undefined ? emptyAccount(index) : account(phone, line)));
  }
  return all;
}

function emptyAccount(index: number): NativeParam[] {
  const names = ['label', 'display_name', 'user_name', 'auth_name', 'password'];
  const reset = names.map((name) => [`account.${index}.${name}`, '%NULL%']);
  return params({ [`account.${index}.enable`]: '0', ...Object.fromEntries(reset) });
}

function account(phone: PhoneView, line: PhoneLine): NativeParam[] {
  const { settings, registrar, model } = phone;
  const values: Record<string, string | number> = {
    enable: flag(line.isEnabled),
    label: line.label,
    display_name: line.displayName,
    user_name: line.endpoint,
    auth_name: line.endpoint,
    password: line.secret,
    'sip_server.1.address': registrar.host,
    'sip_server.1.port': registrar.port,
    'sip_server.1.transport_type': TRANSPORTS[settings['sip.transport'] ?? 'udp'],
    'sip_server.1.expires': settings['sip.expirySeconds'] ?? '%NULL%',
    ...backup(settings['sip.backupHost'], registrar.port),
    ...outbound(settings['sip.outboundProxy']),
    srtp_encryption: SRTP[settings.srtp ?? 'off'],
    'dtmf.type': DTMF[settings.dtmf ?? 'rfc4733'],
    'dtmf.info_type': settings.dtmf === 'info' ? '1' : '%NULL%',
    'nat.udp_update_enable': flag((settings['sip.keepAliveSeconds'] ?? 30) > 0),
    'nat.udp_update_time': settings['sip.keepAliveSeconds'] || '%NULL%',
    subscribe_mwi: flag(line.hasMailbox && settings['voicemail.lamp']),
    subscribe_mwi_to_vm: '0',
    auto_answer: flag(settings['calls.autoAnswer']),
  };
  const chosen = codecWords(line, model.codecs, CODECS);
  for (const codec of model.codecs.flatMap((name) => CODECS[name] ?? [])) {
    const place = chosen.indexOf(codec);
    values[`codec.${codec}.enable`] = flag(place >= 0);
    values[`codec.${codec}.priority`] = place + 1;
  }
  const named = Object.entries(values).map(([name, value]) => [`account.${line.index}.${name}`, value]);
  return [
    ...params(Object.fromEntries(named)),
    {
      name: `voice_mail.number.${line.index}`,
      value: line.hasMailbox ? (settings['voicemail.number'] ?? '%NULL%') : '%NULL%',
    },
  ];
}

function backup(text: string | null, registrarPort: number): Record<string, string | number> {
  if (text === null) return { 'sip_server.2.address': '%NULL%', 'sip_server.2.port': '%NULL%' };
  const { host, port } = hostAndPort(text);
  return { 'sip_server.2.address': host, 'sip_server.2.port': port ?? registrarPort };
}

function outbound(text: string | null): Record<string, string | number> {
  const named = text === null ? undefined : hostAndPort(text);
  return {
    outbound_proxy_enable: flag(named !== undefined),
    'outbound_proxy.1.address': named?.host ?? '%NULL%',
    'outbound_proxy.1.port': named?.port ?? '%NULL%',
  };
}
