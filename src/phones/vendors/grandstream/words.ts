import type { PhoneSettings } from '../../../domain/phones/settings.ts';

const LANGUAGES: Readonly<Record<string, string>> = {
  ...{ ar: 'ar', cs: 'cz', de: 'de', en: 'en', es: 'es', fr: 'fr', he: 'he', hr: 'hr', hu: 'hu', it: 'it', ja: 'ja' },
  ...{ ko: 'ko', lv: 'lv', nl: 'nl', pl: 'pl', pt: 'pt', ru: 'ru', sl: 'sl', sv: 'se', tr: 'tr', zh: 'zh' },
  'zh-TW': 'zh-tw',
};

/** Of display and web page; what it has not is English. */
export function languageCode(language: string | null): string {
  const tag = language ?? 'en';
  return LANGUAGES[tag] ?? LANGUAGES[tag.split('-')[0]!] ?? 'en';
}

/** Adapters speak four languages. */
export function adapterLanguage(language: string | null): number {
  return { zh: 4, ru: 6, es: 10 }[language?.split('-')[0] ?? 'en'] ?? 0;
}

/** RTP payload numbers, which is what P-values call codecs. */
export const CODEC_NUMBERS: Readonly<Record<string, number>> = { ulaw: 0, alaw: 8, g722: 9, g729: 18, opus: 123 };

export const CODEC_NAMES: Readonly<Record<string, string>> = {
  ...{ ulaw: 'PCMU', alaw: 'PCMA', g722: 'G.722', g729: 'G.729A/B', opus: 'OPUS' },
};
/** The same on phones with Android. */
export const ANDROID_CODEC_NAMES: Readonly<Record<string, string>> = {
  ...CODEC_NAMES,
  ...{ g722: 'G_722', g729: 'G_729AOrB' },
};

/** A choice for each of `places`: once all wanted codecs are named, the last one is repeated, so that none comes uninvited. */
export function codecChoices<T>(codecs: readonly T[], places: number): T[] {
  return Array.from({ length: places }, (_, place) => codecs[place] ?? codecs[codecs.length - 1]!);
}

export const DATE_NUMBERS = { ymd: 0, mdy: 1, dmy: 2 } as const;
export const DATE_NAMES = { ymd: 'yyyy-mm-dd', mdy: 'mm-dd-yyyy', dmy: 'dd-mm-yyyy' } as const;
export const SRTP_NUMBERS = { off: 0, optional: 1, required: 2 } as const;
export const SRTP_NAMES = { off: 'Disabled', optional: 'EnabledButNotForced', required: 'EnabledAndForced' } as const;
export const TRANSPORT_NUMBERS = { udp: 0, tcp: 1, tls: 2 } as const;
export const TRANSPORT_NAMES = { udp: 'UDP', tcp: 'TCP', tls: 'TlsOrTcp' } as const;

/** Registrations last whole minutes here. */
export function expiryMinutes(settings: PhoneSettings): number {
  return Math.max(1, Math.round((settings['sip.expirySeconds'] ?? 3600) / 60));
}

/** Seconds between packets that keep NAT open; undefined: none. */
export function keepAlive(settings: PhoneSettings): number | undefined {
  const seconds = settings['sip.keepAliveSeconds'] ?? 0;
  return seconds === 0 ? undefined : Math.min(160, Math.max(10, seconds));
}

/** The display's light is timed in minutes; there is no "always". */
export function lightMinutes(seconds: number): number {
  return seconds === 0 ? 90 : Math.min(90, Math.max(1, Math.ceil(seconds / 60)));
}
