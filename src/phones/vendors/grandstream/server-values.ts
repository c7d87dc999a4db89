import type { PhoneLine, PhoneView } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';
import { registrarOf, wantedCodecs } from '../wanted.ts';
import type { AccountCodes } from './account-codes.ts';
import { maybe, p } from './param.ts';
import * as words from './words.ts';

/** Who the account is. */
export function lineValues(codes: AccountCodes, line: PhoneLine): NativeParam[] {
  return [
    p(codes.active, Number(line.isEnabled)),
    ...maybe(codes.name, line.label),
    p(codes.user, line.endpoint),
    p(codes.authId, line.endpoint),
    p(codes.secret, line.secret),
    p(codes.display, line.displayName),
  ];
}

/** Where it registers, and how it talks. */
export function serverValues(codes: AccountCodes, phone: PhoneView, line: PhoneLine | undefined): NativeParam[] {
  const { settings, pickupPrefix } = phone;
  const lamp = settings['voicemail.lamp'] === true && line?.hasMailbox === true;
  return [
    p(codes.server, registrarOf(phone)),
    p(codes.backup, settings['sip.backupHost'] ?? ''),
    p(codes.proxy, settings['sip.outboundProxy'] ?? ''),
    p(codes.transport, words.TRANSPORT_NUMBERS[settings['sip.transport'] ?? 'udp']),
    // Asterisk is asked for sip:, over TLS too.
    p(codes.uriScheme, 0),
    p(codes.nat, words.keepAlive(settings) === undefined ? 0 : 2),
    p(codes.register, 1),
    p(codes.unregister, 0),
    p(codes.expiry, words.expiryMinutes(settings)),
    p(codes.lamp, Number(lamp)),
    p(codes.allowReset, 0),
    p(codes.onlyFromProxy, Number(settings['sip.onlyFromProxy'] ?? true)),
    ...maybe(codes.voicemail, settings['voicemail.number'] ?? ''),
    ...maybe(codes.pickup, pickupPrefix),
    ...codecValues(codes, phone, line),
    p(codes.srtp, words.SRTP_NUMBERS[settings.srtp ?? 'off']),
    ...dtmfValues(codes, phone),
    ...maybe(codes.autoAnswer, Number(settings['calls.autoAnswer'] ?? false)),
    ...maybe(codes.callWaiting, settings['calls.waiting'] === false ? 2 : 1),
    ...maybe(codes.noCallWaiting, Number(settings['calls.waiting'] === false)),
    ...maybe(codes.qos === undefined || settings['qos.sip'] === null ? undefined : codes.qos.sip, settings['qos.sip']),
    ...maybe(codes.qos === undefined || settings['qos.rtp'] === null ? undefined : codes.qos.rtp, settings['qos.rtp']),
  ];
}

function codecValues({ codecs }: AccountCodes, phone: PhoneView, line: PhoneLine | undefined): NativeParam[] {
  const wanted = wantedCodecs(phone, line).map((codec) => words.CODEC_NUMBERS[codec] ?? 0);
  return words.codecChoices(wanted, codecs.length).map((codec, place) => p(codecs[place]!, codec));
}

function dtmfValues({ dtmf, dtmfOrder }: AccountCodes, { settings }: PhoneView): NativeParam[] {
  const way = settings.dtmf ?? 'rfc4733';
  const flags = (['inband', 'rfc4733', 'info'] as const).map((one) => Number(one === way));
  if (dtmf !== undefined) return dtmf.map((code, place) => p(code, flags[place]!));
  const order = { inband: [100, 100, 100], rfc4733: [101, 101, 101], info: [102, 102, 102] }[way];
  return (dtmfOrder ?? []).map((code, place) => p(code, order[place]!));
}
