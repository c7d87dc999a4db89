import { LinekeeperError } from '../../errors.ts';

/** Headers of an action without `Action` and `ActionID`, in the order in which they are sent. */
export type AmiFields = Readonly<Record<string, string>>;

/** Bytes of `name: value`, measured on Asterisk 22.10.1: one more and the whole message is dropped. */
export const MAX_LINE_BYTES = 1022;
/** Lines of one message, `Action` and `ActionID` included (Asterisk's AST_MAX_MANHEADERS). */
export const MAX_LINES = 128;

const HEADER_NAME = /^[A-Za-z][A-Za-z0-9-]*$/;
const RESERVED_NAME = /^action(id)?$/i;
/** Names that were judged before: there are a few dozen, and an import sends them 100,000 times. */
const goodNames = new Set<string>();
const MAX_GOOD_NAMES = 1000;
/** Visible ASCII without a blank in front: one look instead of all those below. */
const PLAIN = /^[!-~][ -~]*$/;
/** With the u flag a surrogate that is half of a pair does not match. */
const LONE_SURROGATE = /[\ud800-\udfff]/u;
const LINE_BREAKERS = /[\r\n\0]/;

/**
 * Refuses what Asterisk would misread. Throws, never strips: a stripped value is one that nobody asked for.
 *
 * A line feed alone ends a line for Asterisk, so a value with one is a second action (measured). Leading blanks are
 * skipped by its parser, so such a value would come back different. Error texts name the header only: the value
 * may be a secret.
 *
 * @throws LinekeeperError AMI_UNSAFE_VALUE, AMI_LINE_TOO_LONG
 */
export function checkAction(action: string, fields: AmiFields): void {
  checkLine('Action', action);
  let lines = 2;
  for (const name in fields) {
    if (!goodNames.has(name)) checkName(name);
    checkLine(name, fields[name]!);
    lines += 1;
  }
  if (lines > MAX_LINES) {
    throw new LinekeeperError('AMI_LINE_TOO_LONG', `A message of ${lines} lines; Asterisk takes ${MAX_LINES}.`);
  }
}

function checkName(name: string): void {
  if (!HEADER_NAME.test(name) || RESERVED_NAME.test(name)) {
    throw new LinekeeperError('AMI_UNSAFE_VALUE', 'A header name is not one that may be sent to Asterisk.');
  }
  if (goodNames.size < MAX_GOOD_NAMES) goodNames.add(name);
}

function checkLine(name: string, value: string): void {
  if (typeof value === 'string' && value.length + name.length + 2 <= MAX_LINE_BYTES && PLAIN.test(value)) return;
  if (typeof value !== 'string' || LINE_BREAKERS.test(value)) {
    throw unsafe(name, 'holds a line break or a NUL');
  }
  if (value.charCodeAt(0) <= 0x20) throw unsafe(name, 'starts with a blank, which Asterisk drops');
  // A UTF-16 unit is at most 3 bytes of UTF-8: short values need no counting.
  const budget = MAX_LINE_BYTES - name.length - 2;
  if (value.length * 3 > budget && Buffer.byteLength(value) > budget) {
    throw new LinekeeperError('AMI_LINE_TOO_LONG', `The value of ${name} does not fit into ${budget} bytes.`);
  }
  if (LONE_SURROGATE.test(value)) throw unsafe(name, 'is not valid Unicode');
}

function unsafe(name: string, why: string): LinekeeperError {
  return new LinekeeperError('AMI_UNSAFE_VALUE', `The value of ${name} ${why}.`);
}

/**
 * The bytes of one action, as a string. `ActionID` comes first, so that Asterisk can name it even in the error about a
 * line further down.
 *
 * @throws LinekeeperError AMI_UNSAFE_VALUE, AMI_LINE_TOO_LONG
 */
export function encodeAction(actionId: string, action: string, fields: AmiFields): string {
  checkAction(action, fields);
  checkLine('ActionID', actionId);
  let text = `ActionID: ${actionId}\r\nAction: ${action}\r\n`;
  for (const name in fields) text += `${name}: ${fields[name]}\r\n`;
  return `${text}\r\n`;
}
