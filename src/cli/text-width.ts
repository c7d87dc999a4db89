/** East Asian wide and full-width characters (UAX #11) and what is drawn as an emoji: two columns. Half-width forms are not. */
const WIDE =
  /^(?![\uff61-\uffdc])[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\ufe0f/u;
/** Marks and format characters alone take no column. */
const NOTHING = /^[\p{Mark}\p{Cf}]+$/u;
/** What a terminal would obey, or what would turn the writing direction. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
const PLAIN = /^[\u0020-\u007e]*$/;

let segmenter: Intl.Segmenter | undefined;

function* graphemes(text: string): Iterable<{ text: string; width: number }> {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  for (const { segment } of segmenter.segment(text)) {
    yield { text: segment, width: NOTHING.test(segment) ? 0 : WIDE.test(segment) ? 2 : 1 };
  }
}

/** Columns that a text takes on a terminal. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const one of graphemes(text)) width += one.width;
  return width;
}

/** Text from outside for a terminal: what the terminal would obey becomes a visible escape. */
export function inert(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** At most `width` columns; what is cut ends with `…`. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return '';
  let kept = '';
  let taken = 0;
  for (const one of graphemes(text)) {
    if (taken + one.width > width - 1) break;
    kept += one.text;
    taken += one.width;
  }
  return `${kept}…`;
}

/** Exactly `width` columns. */
export function fit(text: string, width: number): string {
  const kept = cut(text, width);
  return kept + ' '.repeat(Math.max(0, width - widthOf(kept)));
}
