import type { PhoneView } from '../../phone-view.ts';
import type { MapperContext, NativeParam } from '../mapper.ts';
import { wantedCodecs } from '../wanted.ts';
import { attributes } from './attributes.ts';
import { languageName } from './languages.ts';
import { timeAttributes } from './time.ts';

const CODECS: Readonly<Record<string, string>> = {
  ...{ opus: 'Opus', g722: 'G722', alaw: 'G711_A', ulaw: 'G711_Mu', g729: 'G729_AB' },
};
// Day and month; there is no year on the display.
const DATES = { ymd: 'D,Md', mdy: 'D,Md', dmy: 'D,dM' } as const;
const DTMF = { rfc4733: [1, 1, 0], info: [0, 0, 1], inband: [1, 0, 0] } as const;

/** How the phone behaves: no secret, and mostly the same for all phones of a site. */
export function siteAttributes(phone: PhoneView, context: MapperContext): NativeParam[] {
  return [
    ...clock(phone, context),
    ...calls(phone),
    ...codecs(phone),
    ...attributes({ 'prov.polling.enabled': 1, 'prov.polling.mode': 'random', 'prov.polling.period': 86_400 }),
    ...attributes({ 'prov.polling.time': '01:00', 'prov.polling.timeRandomEnd': '05:00' }),
    ...look(phone),
    ...network(phone),
  ];
}

function clock({ settings }: PhoneView, context: MapperContext): NativeParam[] {
  const [server] = settings['ntp.servers'] ?? [];
  return [
    ...attributes(server === undefined ? {} : { address: server, 'address.overrideDHCP': 1 }, 'tcpIpApp.sntp.'),
    ...timeAttributes(context),
    ...attributes({
      'lcl.datetime.time.24HourClock': settings['time.format'] !== '12',
      'lcl.datetime.date.format': DATES[settings['date.format'] ?? 'ymd'],
      'lcl.datetime.date.longFormat': settings['date.format'] !== 'ymd',
    }),
  ];
}

function calls({ settings }: PhoneView): NativeParam[] {
  const [viaRtp, rfc2833Control, rfc2976] = DTMF[settings.dtmf ?? 'rfc4733'];
  return attributes({
    'tone.dtmf.viaRtp': viaRtp,
    'tone.dtmf.rfc2833Control': rfc2833Control,
    'voIpProt.SIP.dtmfViaSignaling.rfc2976': rfc2976,
    'call.callWaiting.enable': settings['calls.waiting'] ?? true,
    'call.autoAnswer.SIP': settings['calls.autoAnswer'] ?? false,
    'up.oneTouchVoiceMail': 1,
    // A check-sync is to fetch what changed, not to throw a user out of the phone.
    'voIpProt.SIP.specialEvent.checkSync.alwaysReboot': 0,
    // Calls are taken from the registrar's address only.
    ...(settings['sip.onlyFromProxy'] === false
      ? {}
      : { 'voIpProt.SIP.requestValidation.1.request': 'INVITE', 'voIpProt.SIP.requestValidation.1.method': 'source' }),
    'nat.keepalive.interval': settings['sip.keepAliveSeconds'] ?? 0,
  });
}

/** 0: not used. Those of the first line, for all lines share them. */
function codecs(phone: PhoneView): NativeParam[] {
  const wanted = wantedCodecs(phone, phone.lines[0]);
  const order = (codec: string) => wanted.indexOf(codec) + 1;
  const known = Object.entries(CODECS).filter(([codec]) => phone.model.codecs.includes(codec));
  return attributes(Object.fromEntries(known.map(([codec, name]) => [name, order(codec)])), 'voice.codecPref.');
}

function look({ settings }: PhoneView): NativeParam[] {
  const light = settings['display.backlightSeconds'];
  const isOn = settings['web.enabled'] ?? true;
  const isSecure = settings['web.httpsOnly'] ?? true;
  return attributes({
    'lcl.ml.lang': languageName(settings.language),
    // 5 to 60 seconds until it dims; what is to be lit always does not dim.
    'up.backlight.timeout': light === null || light === 0 ? null : Math.min(60, Math.max(5, light)),
    'up.backlight.idleIntensity': light === 0 ? 2 : null,
    'httpd.enabled': isOn,
    'httpd.cfg.enabled': isOn,
    'httpd.cfg.secureTunnelEnabled': isOn,
    'httpd.cfg.secureTunnelRequired': isOn && isSecure,
  });
}

function network({ settings }: PhoneView): NativeParam[] {
  return attributes({
    'qos.ethernet.callControl.user_priority': settings['vlan.priority'],
    'qos.ethernet.rtp.user_priority': settings['vlan.priority'],
    'qos.ip.callControl.dscp': settings['qos.sip'],
    'qos.ip.rtp.dscp': settings['qos.rtp'],
  });
}
