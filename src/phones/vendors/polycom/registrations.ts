import type { PhoneLine, PhoneView } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';
import { attributes } from './attributes.ts';

const TRANSPORTS = { udp: 'UDPOnly', tcp: 'TCPOnly', tls: 'TLS' } as const;
const SRTP = { off: [0, 0, 0], optional: [1, 1, 0], required: [1, 1, 1] } as const;

/** Every line, and how its messages are heard. One without an address is no line: those that are gone are told so. */
export function registrations(phone: PhoneView): NativeParam[] {
  return Array.from({ length: phone.model.accounts }, (_, at) => at + 1).flatMap((index) => {
    const line = phone.lines.find((one) => one.index === index && one.isEnabled);
    return line === undefined
      ? attributes({ address: '', 'auth.password': '' }, `reg.${index}.`)
      : [...attributes(registration(phone, line), `reg.${index}.`), ...messages(phone, line)];
  });
}

function registration(phone: PhoneView, line: PhoneLine): Record<string, string | number> {
  const { settings, registrar } = phone;
  const transport = TRANSPORTS[settings['sip.transport'] ?? 'udp'];
  const [enable, offer, require] = SRTP[settings.srtp ?? 'off'];
  return {
    displayName: line.displayName,
    label: line.label,
    address: line.endpoint,
    'auth.userId': line.endpoint,
    'auth.password': line.secret,
    lineKeys: 1,
    ...server(1, `${registrar.host}:${registrar.port}`, phone),
    'server.1.register': 1,
    ...(settings['sip.backupHost'] === null ? {} : server(2, settings['sip.backupHost'], phone)),
    ...proxy(settings['sip.outboundProxy'], transport),
    'srtp.enable': enable,
    'srtp.offer': offer,
    'srtp.require': require,
  };
}

function server(index: number, hostPort: string, { settings }: PhoneView): Record<string, string | number> {
  const [host, port] = split(hostPort);
  return {
    [`server.${index}.address`]: host,
    [`server.${index}.port`]: port,
    [`server.${index}.transport`]: TRANSPORTS[settings['sip.transport'] ?? 'udp'],
    [`server.${index}.expires`]: settings['sip.expirySeconds'] ?? 3600,
  };
}

function proxy(hostPort: string | null, transport: string): Record<string, string | number> {
  if (hostPort === null) return {};
  const [host, port] = split(hostPort);
  return { 'outboundProxy.address': host, 'outboundProxy.port': port, 'outboundProxy.transport': transport };
}

/** 0: the port of the transport. An IPv6 address keeps its colons. */
function split(hostPort: string): [host: string, port: string] {
  const [, host = hostPort, port = '0'] = /^(.*):(\d{1,5})$/.exec(hostPort) ?? [];
  return [host, port];
}

function messages({ settings }: PhoneView, { index, endpoint, hasMailbox }: PhoneLine): NativeParam[] {
  const lamp = settings['voicemail.lamp'] === true && hasMailbox;
  return attributes(
    { subscribe: lamp ? endpoint : '', callBackMode: 'contact', callBack: settings['voicemail.number'] },
    `msg.mwi.${index}.`,
  );
}
