import { z } from 'zod';
import { rule } from '../domain/rule.ts';
import { LinekeeperError } from '../errors.ts';

/** Characters of a password that are looked at; a longer one would make hashing slow. */
const LONGEST = 128;

/** As it comes from outside. Anything goes but what cannot be text; how good it is, `checkPassword` says. */
export const passwordSchema = rule(
  z.string(),
  'PASSWORD_LENGTH',
  `must have 1 to ${LONGEST} characters`,
  (v) => v.length > 0 && v.length <= LONGEST * 2 && [...v].length <= LONGEST && !/\p{Surrogate}/u.test(v),
);

/**
 * The rules of NIST SP 800-63B for a new password: long enough, not among the common ones, not made of what everybody
 * knows of the person. No rules on kinds of characters. `own`: user name, names, e-mail, company.
 * @throws PASSWORD_WEAK
 */
export async function checkPassword(password: string, minLength: number, own: readonly string[]): Promise<void> {
  const weakness = await weaknessOf(password, minLength, own);
  if (weakness === undefined) return;
  throw new LinekeeperError('PASSWORD_WEAK', `the password ${weakness}`, {
    fields: [{ path: 'password', code: 'PASSWORD_WEAK', message: weakness }],
  });
}

async function weaknessOf(password: string, minLength: number, own: readonly string[]): Promise<string | undefined> {
  const plain = password.normalize('NFKC').toLowerCase();
  if ([...plain].length < minLength) return `must have at least ${minLength} characters`;
  if (/^(.{1,4}?)\1+.{0,3}$/su.test(plain)) return 'is one pattern repeated';
  if (isRun(plain)) return 'is a run of characters';
  const common = await commonPasswords();
  if (common.has(plain) || common.has(plain.replace(/[^\p{Letter}]+$/u, ''))) return 'is among the most used ones';
  const left = own
    .flatMap(wordsOf)
    .sort((one, other) => other.length - one.length)
    .reduce((rest, word) => rest.replaceAll(word, ''), plain);
  if (left !== plain && left.replace(/[^\p{Letter}\p{Number}]/gu, '').length < minLength / 2) {
    return 'is made of your own data';
  }
  return undefined;
}

/** `abcdefgh`, `87654321`: each character next to the one before. */
function isRun(text: string): boolean {
  const codes = [...text].map((one) => one.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, i) => code - (codes[i] ?? 0));
  // 9 -> 0 goes on a run of digits.
  return steps.every((step) => step === 1 || step === -9) || steps.every((step) => step === -1 || step === 9);
}

/** `anna.berg@example.org` -> anna, berg, example: parts of at least four letters, and the whole. */
function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKC').toLowerCase();
  return [plain, ...plain.split(/[^\p{Letter}\p{Number}]+/u)].filter((word) => word.length >= 4);
}

let loaded: Promise<ReadonlySet<string>> | undefined;

/** Loaded when first needed: 50,000 words are not for every start. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  loaded ??= import('@zxcvbn-ts/language-common').then(({ dictionary }) => new Set(dictionary['passwords-common']));
  return loaded;
}
