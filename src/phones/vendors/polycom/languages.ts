const LANGUAGES: Readonly<Record<string, string>> = {
  da: 'Danish_Denmark',
  de: 'German_Germany',
  en: 'English_United_States',
  'en-GB': 'English_United_Kingdom',
  es: 'Spanish_Spain',
  fr: 'French_France',
  it: 'Italian_Italy',
  ja: 'Japanese_Japan',
  ko: 'Korean_Korea',
  nb: 'Norwegian_Norway',
  nl: 'Dutch_Netherlands',
  no: 'Norwegian_Norway',
  pl: 'Polish_Poland',
  pt: 'Portuguese_Portugal',
  ru: 'Russian_Russia',
  sl: 'Slovenian_Slovenia',
  sv: 'Swedish_Sweden',
  zh: 'Chinese_China',
};

/** Language of the display; what it has not is English. */
export function languageName(language: string | null): string {
  const tag = language ?? 'en';
  return LANGUAGES[tag] ?? LANGUAGES[tag.split('-')[0]!] ?? 'English_United_States';
}
