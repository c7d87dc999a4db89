/** Names of display languages where they differ from the usual two letters. */
const NAMED: Readonly<Record<string, string>> = { ca: 'cat', cs: 'cz', eu: 'eus', sk: 'slo', uk: 'ua', zh: 'cn' };
const NAMES = 'en cn ru it fr de he es cat eus tr hr slo cz nl ko ua pt pl ar'.split(' ');
/** Of older models: numbers that hold for all of them. */
const NUMBERS: Readonly<Record<string, string>> = { de: '16', en: '0', it: '7', nl: '3' };

/** undefined: not known to the phone. */
export function displayLanguage(language: string | null, form: 'names' | 'numbers'): string | undefined {
  const base = (language ?? '').split('-')[0] ?? '';
  if (form === 'numbers') return NUMBERS[base];
  const name = NAMED[base] ?? base;
  return NAMES.includes(name) ? name : undefined;
}

const TONES: Readonly<Record<string, number>> = {
  AU: 15,
  AT: 22,
  BE: 0,
  BR: 16,
  CA: 18,
  CL: 20,
  CN: 1,
  TW: 10,
  CZ: 12,
  DK: 23,
  FI: 24,
  FR: 25,
  DE: 2,
  GR: 26,
  HU: 27,
  LT: 28,
  IN: 29,
  IT: 21,
  JP: 4,
  MX: 30,
  NZ: 31,
  NL: 5,
  NO: 6,
  PT: 32,
  RU: 19,
  ZA: 14,
  ES: 33,
  SE: 8,
  CH: 9,
  GB: 13,
  US: 11,
};

/** undefined: the phone has no tones of this country and keeps its own. */
export function toneSet(country: string): number | undefined {
  return TONES[country];
}
