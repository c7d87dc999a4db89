import type { PhoneLine, PhoneView } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';
import { registrarOf, wantedCodecs } from '../wanted.ts';
import { type AccountCodes, accountCodes } from './account-codes.ts';
import { p } from './param.ts';

const TRANSPORTS = { udp: 0, tcp: 1, tls: 2 } as const;
const SRTP = { off: 0, optional: 1, required: 2 } as const;
const DTMF = { inband: 0, rfc4733: 1, info: 2 } as const;
const CODECS: Readonly<Record<string, number>> = { ulaw: 0, alaw: 8, g722: 9, g729: 18 };

/** Every account that the model has; one that is no longer there goes from the phone with its secret. */
export function accounts(phone: PhoneView): NativeParam[] {
  return Array.from({ length: phone.model.accounts }, (_, at) => at + 1).flatMap((index) => {
    const codes = accountCodes(index);
    const line = phone.lines.find((one) => one.index === index);
    return line === undefined
      ? [p(codes.active, `Account${index}.Active`, 0), p(codes.secret, `Account${index}.AuthenticatePassword`, '')]
      : account(codes, phone, line);
  });
}

function account(codes: AccountCodes, phone: PhoneView, line: PhoneLine): NativeParam[] {
  const { settings } = phone;
  const of = (code: number, name: string, value: string | number) => p(code, `Account${line.index}.${name}`, value);
  return [
    of(codes.active, 'Active', Number(line.isEnabled)),
    of(codes.server, 'Sipserver', registrarOf(phone)),
    of(codes.backup, 'FailoverSipserver', settings['sip.backupHost'] ?? ''),
    of(codes.proxy, 'OutboundProxy', settings['sip.outboundProxy'] ?? ''),
    of(codes.transport, 'SipTransport', TRANSPORTS[settings['sip.transport'] ?? 'udp']),
    of(codes.nat, 'NatTraversal', settings['sip.keepAliveSeconds'] === 0 ? 0 : 2),
    of(codes.label, 'Lable', line.label),
    of(codes.user, 'SipUserId', line.endpoint),
    of(codes.authId, 'AuthenticateID', line.endpoint),
    of(codes.secret, 'AuthenticatePassword', line.secret),
    of(codes.display, 'DispalyName', line.displayName),
    of(codes.register, 'SipRegistration', 1),
    of(codes.unregister, 'UnregisterOnReboot', 0),
    of(codes.expiry, 'RegisterExpiration', Math.max(1, Math.round((settings['sip.expirySeconds'] ?? 3600) / 60))),
    of(codes.voicemail, 'VoiceMailId', settings['voicemail.number'] ?? ''),
    of(codes.lamp, 'SubscribeForMWI', Number(settings['voicemail.lamp'] === true && line.hasMailbox)),
    of(codes.checkUser, 'CheckSIPUserID', 1),
    of(codes.autoAnswer, 'AutoAnswer', Number(settings['calls.autoAnswer'] ?? false)),
    of(codes.srtp, 'SRtpMode', SRTP[settings.srtp ?? 'off']),
    of(codes.dtmf, 'DtmfMode', DTMF[settings.dtmf ?? 'rfc4733']),
    of(codes.pickup, 'DirectCallPickupCode', phone.pickupPrefix),
    ...codecs(codes, phone, line),
  ];
}

/** Six choices: once all that are wanted are named, the last one is repeated, so that none comes uninvited. */
function codecs({ codecs: codes }: AccountCodes, phone: PhoneView, line: PhoneLine): NativeParam[] {
  const wanted = wantedCodecs(phone, line);
  return codes.map((code, place) => {
    const codec = wanted[place] ?? wanted[wanted.length - 1] ?? 'alaw';
    return p(code, `Account${line.index}.Choice${place + 1}`, CODECS[codec] ?? 0);
  });
}
