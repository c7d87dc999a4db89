import type { PhoneLine, PhoneView } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';
import { codecWords } from '../shared/values.ts';
import { CODECS, SAVP } from './words.ts';

/** Every identity that the model has: one that was taken away is switched off and forgets its password. */
export function accountParams(phone: PhoneView): NativeParam[] {
  const all: NativeParam[] = [];
  for (let index = 1; index <= phone.model.accounts; index++) {
    const line = phone.lines.find((one) => one.index === index);
    const values = line === undefined ? EMPTY : account(phone, line);
    const attributes = { idx: String(index), perm: 'R' };
    for (const [name, value] of Object.entries(values)) all.push({ name, value: String(value), attributes });
  }
  return all;
}

const EMPTY = { user_active: 'off', user_realname: '', user_name: '', user_pname: '', user_pass: '', user_host: '' };

function account(phone: PhoneView, line: PhoneLine): Record<string, string | number> {
  const { settings, registrar, model } = phone;
  const codecs = codecWords(line, model.codecs, CODECS);
  if (settings.dtmf !== 'inband') codecs.push('telephone-event');
  return {
    user_active: line.isEnabled ? 'on' : 'off',
    user_realname: line.displayName,
    user_name: line.endpoint,
    user_pname: line.endpoint,
    user_pass: line.secret,
    user_host: withPort(registrar.host, registrar.port),
    user_outbound: outbound(phone),
    user_expiry: settings['sip.expirySeconds'] ?? '',
    user_idle_text: settings['display.text'] ?? line.label,
    user_mailbox: line.hasMailbox && settings['voicemail.lamp'] ? (settings['voicemail.number'] ?? '') : '',
    user_srtp: settings.srtp === 'off' ? 'off' : 'on',
    user_savp: SAVP[settings.srtp ?? 'off'],
    user_dtmf_info: settings.dtmf === 'info' ? 'sip_info_only' : 'off',
    user_auto_connect: settings['calls.autoAnswer'] ? 'on' : 'off',
    keepalive_interval: settings['sip.keepAliveSeconds'] || '',
    codec_priority_list: codecs.join(','),
  };
}

/** Where its SIP goes first, and how: the transport stands nowhere else. */
function outbound({ settings, registrar }: PhoneView): string {
  const proxy = settings['sip.outboundProxy'];
  const transport = settings['sip.transport'] ?? 'udp';
  if (proxy === null && transport === 'udp') return '';
  return `${proxy ?? withPort(registrar.host, registrar.port)};transport=${transport}`;
}

function withPort(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
