import type { PhoneLine, PhoneView } from '../../phone-view.ts';
import type { MapperContext, NativeParam } from '../mapper.ts';
import { registrarOf, wantedCodecs } from '../wanted.ts';
import { fleetAliases } from './fleet-aliases.ts';
import { keyAliases } from './keys.ts';
import { named, yes } from './named.ts';
import * as words from './words.ts';

/** A phone by names (config version 2): GRP, and GXV with Android. */
export function aliases(phone: PhoneView, context: MapperContext): NativeParam[] {
  const accounts = Array.from({ length: phone.model.accounts }, (_, at) => at + 1).flatMap((index) => {
    const line = phone.lines.find((one) => one.index === index);
    const found = line === undefined ? { enable: 'No', 'sip.subscriber.password': '' } : account(phone, line);
    return named(found, `account.${index}.`);
  });
  return [...accounts, ...fleetAliases(phone, context), ...keyAliases(phone)];
}

function account(phone: PhoneView, line: PhoneLine): Record<string, string | number> {
  const { settings, model, pickupPrefix } = phone;
  const isAndroid = model.caps.android === true;
  return {
    enable: yes(line.isEnabled),
    name: line.label,
    'sip.server.1.address': registrarOf(phone),
    // Phones with Android have no second server, and write the next but one with a capital letter.
    ...(isAndroid ? {} : { 'sip.server.2.address': settings['sip.backupHost'] ?? '' }),
    'sip.outboundProxy.1.address': settings['sip.outboundProxy'] ?? '',
    'sip.userid': line.endpoint,
    [isAndroid ? 'sip.subscriber.userId' : 'sip.subscriber.userid']: line.endpoint,
    'sip.subscriber.password': line.secret,
    'sip.subscriber.name': line.displayName,
    'sip.voicemail.number': settings['voicemail.number'] ?? '',
    'network.natTraversal': words.keepAlive(settings) === undefined ? 'No' : 'KeepAlive',
    'sip.registration': 'Yes',
    'sip.unregisterOnReboot': 'No',
    'sip.registerExpiration': words.expiryMinutes(settings),
    'sip.transport': words.TRANSPORT_NAMES[settings['sip.transport'] ?? 'udp'],
    'sip.uriSchemeWhenUsingTls': 'sip',
    'sip.subscribe.forMwi': yes(settings['voicemail.lamp'] === true && line.hasMailbox),
    ...(isAndroid ? {} : { 'sip.allowSipReset': 'No', 'sip.blf.callPickup.prefix': pickupPrefix }),
    'sip.validate.incomingServer': yes(settings['sip.onlyFromProxy'] ?? true),
    ...codecs(phone, line),
    'audio.srtpMode': words.SRTP_NAMES[settings.srtp ?? 'off'],
    'dtmf.sendInAudio': yes(settings.dtmf === 'inband'),
    'dtmf.sendInRtp': yes((settings.dtmf ?? 'rfc4733') === 'rfc4733'),
    'dtmf.sendInSip': yes(settings.dtmf === 'info'),
    'call.autoAnswer': yes(settings['calls.autoAnswer'] ?? false),
  };
}

function codecs(phone: PhoneView, line: PhoneLine): Record<string, string> {
  const isAndroid = phone.model.caps.android === true;
  const names = isAndroid ? words.ANDROID_CODEC_NAMES : words.CODEC_NAMES;
  const wanted = wantedCodecs(phone, line).map((codec) => names[codec] ?? 'PCMU');
  const choices = words.codecChoices(wanted, isAndroid ? 7 : 8);
  return Object.fromEntries(choices.map((codec, place) => [`codec.choice.${place + 1}`, codec]));
}
