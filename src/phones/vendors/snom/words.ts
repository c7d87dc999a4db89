/** Of `language` and `web_language`. */
export const LANGUAGES: Readonly<Record<string, string>> = {
  en: 'English',
  'en-GB': 'English(UK)',
  'en-US': 'English(US)',
  ca: 'Catala',
  cs: 'Cestina',
  cy: 'Cymraeg',
  da: 'Dansk',
  de: 'Deutsch',
  es: 'Espanol',
  et: 'Eesti',
  fi: 'Suomi',
  fr: 'Francais',
  hu: 'Magyar',
  it: 'Italiano',
  nl: 'Nederlands',
  no: 'Norsk',
  nb: 'Norsk',
  pl: 'Polski',
  pt: 'Portugues',
  ru: 'Russian',
  sk: 'Slovencina',
  sl: 'Slovenscina',
  sv: 'Svenska',
  tr: 'Turkce',
};

/** Of `tone_scheme`. */
export const TONES: Readonly<Record<string, string>> = {
  AU: 'AUS',
  AT: 'AUT',
  BR: 'BRA',
  CH: 'SWI',
  CN: 'CHN',
  CZ: 'CZE',
  DE: 'GER',
  DK: 'DNK',
  ES: 'SPA',
  FR: 'FRA',
  GB: 'GBR',
  IN: 'IND',
  IT: 'ITA',
  JP: 'JPN',
  MX: 'MEX',
  NL: 'NLD',
  NO: 'NOR',
  NZ: 'NZL',
  SE: 'SWE',
  US: 'USA',
};

/** Of `codec_priority_list`. */
export const CODECS: Readonly<Record<string, string>> = {
  ulaw: 'pcmu',
  alaw: 'pcma',
  g722: 'g722',
  g729: 'g729',
  gsm: 'gsm',
  opus: 'opus',
};

/** `user_savp`; `user_srtp` is off or on. */
export const SAVP = { off: 'off', optional: 'optional', required: 'mandatory' } as const;
