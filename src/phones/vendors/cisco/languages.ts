/** Names of dictionaries by language; the phone needs the dictionary itself for all but English. */
const LANGUAGES: Readonly<Record<string, readonly [name: string, locale: string]>> = {
  da: ['Danish', 'da-DK'],
  de: ['German', 'de-DE'],
  en: ['English', 'en-US'],
  es: ['Spanish', 'es-ES'],
  fr: ['French', 'fr-FR'],
  it: ['Italian', 'it-IT'],
  nl: ['Dutch', 'nl-NL'],
  pl: ['Polish', 'pl-PL'],
  pt: ['Portuguese', 'pt-PT'],
  ru: ['Russian', 'ru-RU'],
  sv: ['Swedish', 'sv-SE'],
};

/** undefined: there is no dictionary of this language. */
export function dictionary(language: string | null): { name: string; locale: string } | undefined {
  const [base = '', region] = (language ?? '').split('-');
  const found = LANGUAGES[base];
  return found && { name: found[0], locale: region === undefined ? found[1] : `${base}-${region}` };
}
