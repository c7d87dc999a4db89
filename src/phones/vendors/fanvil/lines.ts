import type { PhoneLine, PhoneView } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';
import { accountPlaces } from '../shared/places.ts';
import { codecWords, hostAndPort } from '../shared/values.ts';
import { param } from './tree.ts';

const TRANSPORT = { udp: 0, tcp: 1, tls: 3 };
const DTMF = { inband: 0, rfc4733: 1, info: 2 };
const CODECS = { ulaw: 'PCMU', alaw: 'PCMA', g722: 'G722', g729: 'G729', opus: 'opus' };

/** Every account that the model has; one that is not used is emptied. */
export function lineParams(phone: PhoneView): NativeParam[] {
  return accountPlaces(phone).flatMap(({ index, line }) => {
    const values = line === undefined ? UNUSED : used(phone, line);
    return Object.entries(values).map(([name, value]) => param(`sip.line.${index}.${name}`, value));
  });
}

const UNUSED = { PhoneNumber: '', DisplayName: '', RegisterAddr: '', RegisterUser: '', RegisterPswd: '', EnableReg: 0 };

function used(phone: PhoneView, line: PhoneLine): Record<string, string | number> {
  const { settings, registrar, pickupPrefix } = phone;
  const expiry = settings['sip.expirySeconds'] ?? 3600;
  const keepAlive = settings['sip.keepAliveSeconds'] ?? 0;
  const transport = TRANSPORT[settings['sip.transport'] ?? 'udp'];
  return {
    PhoneNumber: line.endpoint,
    DisplayName: line.displayName,
    SipName: line.endpoint,
    RegisterAddr: registrar.host,
    RegisterPort: registrar.port,
    RegisterUser: line.endpoint,
    RegisterPswd: line.secret,
    RegisterTTL: expiry,
    EnableReg: 1,
    ...outboundProxy(phone, line),
    ...backup(phone, transport, expiry),
    Transport: transport,
    VoiceCodecMap: codecWords(line, phone.model.codecs, CODECS).join(','),
    DTMFMode: DTMF[settings.dtmf ?? 'rfc4733'],
    PickupNum: pickupPrefix,
    MWINum: settings['voicemail.number'] ?? '',
    Subscribe: line.hasMailbox && settings['voicemail.lamp'] ? 1 : 0,
    SubExpire: expiry,
    AutoAnswer: settings['calls.autoAnswer'] ? 1 : 0,
    // 2: with OPTIONS, which the PBX answers.
    NATUDPUpdate: keepAlive > 0 ? 2 : 0,
    ...(keepAlive > 0 ? { UDPUpdateTTL: keepAlive } : {}),
  };
}

function outboundProxy({ settings, registrar }: PhoneView, line: PhoneLine): Record<string, string | number> {
  const proxy = settings['sip.outboundProxy'];
  if (proxy === null) return { ProxyAddr: '' };
  const { host, port } = hostAndPort(proxy);
  return { ProxyAddr: host, ProxyPort: port ?? registrar.port, ProxyUser: line.endpoint, ProxyPswd: line.secret };
}

function backup(
  { settings, registrar }: PhoneView,
  transport: number,
  expiry: number,
): Record<string, string | number> {
  const server = settings['sip.backupHost'];
  if (server === null) return { BackupAddr: '' };
  const { host, port } = hostAndPort(server);
  return { BackupAddr: host, BackupPort: port ?? registrar.port, BackupTransport: transport, BackupTTL: expiry };
}
