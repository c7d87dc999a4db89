/** RFC 5321: a path has at most 256 octets with its brackets. */
const LONGEST = 254;

/**
 * True for exactly one address without a name. Everything that could end a header, start another recipient or a comment
 * is refused, also where RFC 5321 would take it in quotes.
 */
export function isMailAddress(text: string): boolean {
  if (Buffer.byteLength(text) > LONGEST) return false;
  return (
    /^[^\s\p{C}\ufffd@<>()[\],;:"\\]{1,64}@[^\s\p{C}\ufffd@<>()[\],;:"\\]+$/u.test(text) &&
    !/^\.|\.\.|\.@|@[.-]|[.-]$/.test(text)
  );
}
