import { registrarOf, wantedCodecs } from '../wanted.ts';
import type { PhoneLine, PhoneView } from '../../phone-view.ts';
import type { MapperContext, NativeParam } from '../mapper.ts';
import { type AccountCodes, deskCodes, portCodes } from './account-codes.ts';
import { fleetValues } from './fleet-values.ts';
import { keyValues } from './keys.ts';
import { profileValues } from './profile-values.ts';
import * as words from './words.ts';

/** A phone in P-values (config version 1): desk phones, adapters, DECT bases. */
export function pValues(phone: PhoneView, context: MapperContext): NativeParam[] {
  return [...accounts(phone), ...fleetValues(phone, context), ...keyValues(phone)];
}

function accounts(phone: PhoneView): NativeParam[] {
  const { layout } = phone.model.caps;
  if (layout === 'profile') return profileValues(phone);
  const codes = layout === 'ports' ? portCodes : deskCodes;
  return Array.from({ length: phone.model.accounts }, (_, at) => at + 1).flatMap((index) => {
    const line = phone.lines.find((one) => one.index === index);
    // An account that is no longer there must go from the phone as well, with its secret.
    return line === undefined
      ? [p(codes(index).active, 0), p(codes(index).secret, '')]
      : [...lineValues(codes(index), line), ...serverValues(codes(index), phone, line)];
  });
}

/** Who the account is. */
function lineValues(codes: AccountCodes, line: PhoneLine): NativeParam[] {
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

export function p(code: number, value: string | number): NativeParam {
  return { name: `P${code}`, value: String(value) };
}

export function maybe(code: number | undefined, value: string | number | null): NativeParam[] {
  return code === undefined || value === null ? [] : [p(code, value)];
}
