import { z } from 'zod';
import { CODECS } from '../sip-account.ts';
import { text } from '../text.ts';
import { timezoneSchema } from '../timezone.ts';

/** One neutral setting: what it means is the same on every phone; each vendor says how it is written, or that it cannot. */
export interface SettingDefinition<T = unknown> {
  schema: z.ZodType<T>;
  /** Of a phone for which nobody set anything; null: the phone's own. */
  default: T | null;
  description: string;
  /** Sealed at rest, never shown. */
  secret?: true;
}

const host = z
  .string()
  .max(253)
  .regex(/^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$|^[0-9a-fA-F:]+$/, {
    error: 'must be a host name or an IP address',
  });
const hostPort = z
  .string()
  .max(260)
  .regex(/^[A-Za-z0-9.-]+(:[0-9]{1,5})?$/, { error: 'must be host or host:port' });
const password = z
  .string()
  .regex(/^[A-Za-z0-9]{8,32}$/, { error: 'must be 8 to 32 letters and digits: some phones take no others' });

function setting<S extends z.ZodType>(
  schema: S,
  fallback: z.output<S> | null,
  description: string,
): SettingDefinition<z.output<S>> {
  return { schema: schema as unknown as z.ZodType<z.output<S>>, default: fallback, description };
}

const on = z.boolean();

/**
 * Every neutral setting. `null` leaves the matter to the phone, or to what is found otherwise, as described. Generated into
 * docs/phone-settings.md with the vendors that support each.
 */
export const PHONE_SETTINGS = {
  language: setting(
    z.string().regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, { error: 'must be a language such as en or pt-BR (BCP 47)' }),
    'en',
    'Language of display and web page (BCP 47).',
  ),
  timezone: setting(timezoneSchema, null, 'IANA time zone; null: that of the site, else of the company.'),
  'time.format': setting(z.enum(['12', '24']), '24', 'Hours of the clock.'),
  'date.format': setting(z.enum(['ymd', 'dmy', 'mdy']), 'ymd', 'Order of year, month and day on the display.'),
  'ntp.servers': setting(z.array(host).min(1).max(2), null, "Time servers; null: the phone's own, or DHCP's."),
  'tones.country': setting(
    z.string().regex(/^[A-Z]{2}$/, { error: 'must be an ISO 3166 country such as DE' }),
    null,
    'Country of dial and busy tones; null: that of the company.',
  ),
  'sip.host': setting(host, null, 'Where phones register; null: the host of the PBX.'),
  'sip.port': setting(z.int().min(1).max(65_535), null, 'Port of it; null: that of the PBX, else 5060 (TLS: 5061).'),
  'sip.transport': setting(z.enum(['udp', 'tcp', 'tls']), 'udp', 'How SIP is carried.'),
  'sip.backupHost': setting(hostPort, null, 'A second registrar, host or host:port.'),
  'sip.outboundProxy': setting(hostPort, null, 'Where all SIP of a phone goes first, host or host:port.'),
  'sip.expirySeconds': setting(z.int().min(60).max(86_400), 3600, 'Seconds after which a phone registers again.'),
  'sip.keepAliveSeconds': setting(z.int().min(0).max(600), 30, 'Seconds between packets that keep NAT open; 0: none.'),
  'sip.onlyFromProxy': setting(on, true, 'Refuse calls that do not come from the registrar (ghost calls).'),
  srtp: setting(z.enum(['off', 'optional', 'required']), 'off', 'Encryption of the voice (SRTP).'),
  codecs: setting(
    z.array(z.enum(CODECS)).min(1).max(6),
    null,
    'Codecs, best first; null: those of the SIP account. What a model cannot is left out.',
  ),
  dtmf: setting(z.enum(['rfc4733', 'info', 'inband']), 'rfc4733', 'How keys pressed in a call are sent.'),
  'voicemail.number': setting(
    z.string().regex(/^[0-9*#+]{1,32}$/),
    '*97',
    'What the message key dials; the own mailbox.',
  ),
  'voicemail.lamp': setting(on, true, 'Show waiting messages (subscribe to message-summary, RFC 3842).'),
  'calls.waiting': setting(on, true, 'A second call may come in during a call.'),
  'calls.autoAnswer': setting(on, false, 'Take every call at once.'),
  'display.text': setting(text(40), null, "Shown while nothing happens; null: the phone's label."),
  'display.backlightSeconds': setting(z.int().min(0).max(3600), null, 'Seconds of light after use; 0: always.'),
  'web.enabled': setting(on, true, "The phone's own web page."),
  'web.httpsOnly': setting(on, true, 'Its web page speaks TLS only, where the phone can.'),
  'admin.password': {
    ...setting(password, null, "Of the phone's administrator; null: a random one of each phone."),
    secret: true,
  },
  'user.password': {
    ...setting(password, null, "Of the phone's user; null: a random one of each phone."),
    secret: true,
  },
  'vlan.id': setting(z.int().min(1).max(4094), null, 'VLAN of the voice; null: none is set.'),
  'vlan.priority': setting(z.int().min(0).max(7), null, '802.1p priority of it.'),
  'qos.sip': setting(z.int().min(0).max(63), null, 'DSCP of signalling.'),
  'qos.rtp': setting(z.int().min(0).max(63), null, 'DSCP of voice.'),
  'syslog.server': setting(host, null, 'Where the phone sends its log.'),
  'phonebook.enabled': setting(on, true, "The company's phonebook on the phone."),
  'provisioning.verifyServer': setting(on, true, 'The phone checks the certificate of this server (https).'),
  'firmware.version': setting(
    z.string().regex(/^[A-Za-z0-9._-]{1,40}$/, { error: 'must be a version' }),
    null,
    'What phones of this model shall run; null: whatever they run.',
  ),
} as const satisfies Record<string, SettingDefinition>;

export type SettingKey = keyof typeof PHONE_SETTINGS;
export const SETTING_KEYS = Object.keys(PHONE_SETTINGS) as SettingKey[];

/** The settings of one phone, every key with a value. */
export type PhoneSettings = {
  [K in SettingKey]: (typeof PHONE_SETTINGS)[K] extends { schema: z.ZodType<infer T> } ? T | null : never;
};

/** `native.<vendor>.<parameter>`: a vendor's own parameter, printed as it is. Nothing in it may end a line or a quote. */
export const NATIVE_KEY = /^native\.([a-z][a-z0-9-]{1,30})\.([A-Za-z0-9_.[\]-]{1,100})$/;
export const nativeValueSchema = text(500);

/** Layers, the later one wins. */
export const SETTING_SCOPES = ['company', 'vendor', 'family', 'model', 'site', 'layout', 'device'] as const;
export type SettingScope = (typeof SETTING_SCOPES)[number];
