/** Of `lang.gui` and `lang.wui`. */
export const LANGUAGES: Readonly<Record<string, string>> = {
  en: 'English',
  de: 'German',
  fr: 'French',
  'fr-CA': 'French_CA',
  it: 'Italian',
  pl: 'Polish',
  pt: 'Portuguese',
  'pt-BR': 'Portuguese_LA',
  es: 'Spanish',
  'es-MX': 'Spanish_LA',
  tr: 'Turkish',
  cs: 'Czech',
  ru: 'Russian',
  nl: 'Dutch',
  he: 'Hebrew',
  ar: 'Arabic',
  zh: 'Chinese_S',
  'zh-TW': 'Chinese_T',
};

/** Of `voice.tone.country`. */
export const TONES: Readonly<Record<string, string>> = {
  AU: 'Australia',
  AT: 'Austria',
  BR: 'Brazil',
  BE: 'Belgium',
  CL: 'Chile',
  CN: 'China',
  CZ: 'Czech',
  DK: 'Denmark',
  FI: 'Finland',
  FR: 'France',
  DE: 'Germany',
  GB: 'Great Britain',
  GR: 'Greece',
  HU: 'Hungary',
  LT: 'Lithuania',
  IN: 'India',
  IT: 'Italy',
  JP: 'Japan',
  MX: 'Mexico',
  NZ: 'New Zealand',
  NL: 'Netherlands',
  NO: 'Norway',
  PT: 'Portugal',
  ES: 'Spain',
  CH: 'Switzerland',
  SE: 'Sweden',
  RU: 'Russia',
  US: 'United States',
};

/** Of `account.N.codec.<word>`. */
export const CODECS: Readonly<Record<string, string>> = {
  ulaw: 'pcmu',
  alaw: 'pcma',
  g722: 'g722',
  g729: 'g729',
  opus: 'opus',
};

export const TRANSPORTS = { udp: '0', tcp: '1', tls: '2' } as const;
export const SRTP = { off: '0', optional: '1', required: '2' } as const;
export const DTMF = { inband: '0', rfc4733: '1', info: '2' } as const;
export const DATE_FORMATS = { ymd: '2', dmy: '3', mdy: '4' } as const;
/** Seconds that `phone_setting.backlight_time` takes; 0: always on. */
export const BACKLIGHT = [15, 30, 60, 120, 300, 600, 1800] as const;
