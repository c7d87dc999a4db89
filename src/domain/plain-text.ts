/** Letters that are no plain letter with an accent. */
const SPELLED = new Map(
  Object.entries({ ß: 'ss', ẞ: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i', ς: 'σ' }),
);
const LETTERS = new RegExp(`[${[...SPELLED.keys()].join('')}]`, 'g');

// Accents of Latin, Greek and Cyrillic, points of Hebrew, short vowels of Arabic. Marks of other scripts are letters.
const ACCENTS = /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u064b-\u0655\u0670]/g;

/** As text is searched: lower case, without accents, each letter in its plain form (Unicode NFKD). */
export function plainText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(ACCENTS, '')
    .toLowerCase()
    .replace(ACCENTS, '')
    .replace(LETTERS, (letter) => SPELLED.get(letter) ?? letter);
}
