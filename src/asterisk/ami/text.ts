/** Text from the wire as a person may see it: control characters become visible, the length has an end (characters). */
export function visible(text: string, limit = 200): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return cut.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * A copy with memory of its own, for text that is kept: a piece of what was read keeps the whole of it alive (V8 cuts strings of
 * 13 characters and more without copying), 64 KB for one channel's name.
 */
export function owned(text: string): string {
  return text.length < 13 ? text : Buffer.from(text).toString();
}
