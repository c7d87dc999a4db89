import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { createSeal, readOrCreateKey } from '../../src/store/seal.ts';

const key = randomBytes(32);
const seal = createSeal(key);
const MISMATCH = { code: 'KEY_MISMATCH' };

t.test('what was sealed opens again, whatever it was', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (plain, purpose) => {
      return seal.open(seal.seal(plain, purpose), purpose) === plain;
    }),
  );
  t.equal(
    createSeal(Buffer.from(key)).open(seal.seal('471100', 'Mailbox:1'), 'Mailbox:1'),
    '471100',
    'after a restart',
  );
});

t.test('the sealed text says nothing of what it holds and never stands twice', async (t) => {
  const sealed = Array.from({ length: 2000 }, () => seal.seal('471100', 'Mailbox:1'));
  t.equal(new Set(sealed.map((text) => text.slice(0, 16))).size, 2000, 'a nonce is used once');
  t.notMatch(Buffer.from(sealed.join(), 'base64').toString('latin1'), '471100');
});

t.test('a value cannot be moved to another place', async (t) => {
  const sealed = seal.seal('471100', 'Mailbox:1');
  t.throws(() => seal.open(sealed, 'Mailbox:2'), MISMATCH);
  t.throws(() => seal.open(sealed, ''), MISMATCH);
});

t.test('another key opens nothing', async (t) => {
  t.throws(() => createSeal(randomBytes(32)).open(seal.seal('x', 'p'), 'p'), MISMATCH);
});

t.test('every changed bit is found', async (t) => {
  const bytes = Buffer.from(seal.seal('471100', 'Mailbox:1'), 'base64');
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    t.throws(() => seal.open(changed.toString('base64'), 'Mailbox:1'), MISMATCH, `bit ${bit}`);
  }
});

t.test('what was cut off, or is no sealed text at all, is refused', async (t) => {
  const sealed = seal.seal('471100', 'p');
  for (const text of ['', 'x', sealed.slice(0, -4), sealed.slice(0, 20), `${sealed.slice(0, 36)}`, '0000', '471100']) {
    t.throws(() => seal.open(text, 'p'), MISMATCH, text);
  }
});

t.test('the error names no secret', async (t) => {
  try {
    seal.open(seal.seal('471100', 'a'), 'b');
    t.fail('opened');
  } catch (error) {
    t.notMatch(JSON.stringify([String(error), (error as Error).cause]), '471100');
  }
});

t.test('fingerprints tell equal from different, and only with the key', async (t) => {
  t.equal(seal.fingerprint('471100'), seal.fingerprint('471100'));
  t.not(seal.fingerprint('471100'), seal.fingerprint('471101'));
  t.not(createSeal(randomBytes(32)).fingerprint('471100'), seal.fingerprint('471100'), 'another key, another print');
  t.match(seal.fingerprint('x'), /^[A-Za-z0-9_-]{22}$/);
});

t.test('the key file', async (t) => {
  const file = join(t.testdir(), 'linekeeper.key');
  const first = readOrCreateKey(file);
  t.equal(first.length, 32);
  t.equal(statSync(file).mode & 0o777, 0o600, 'nobody else may read it');
  t.same(readOrCreateKey(file), first, 'is read, not made anew');
  t.match(readFileSync(file, 'utf8'), /^[0-9a-f]{64}\n$/);
  const hex = first.toString('hex');
  const more = [`${hex}00`, `${hex}zz`, `${hex} # of the old server`, `${hex}\n${hex}`, `${hex.slice(1)} 0`];
  for (const content of ['', 'not hex at all', hex.slice(2), hex.slice(1), ...more]) {
    writeFileSync(file, content);
    t.throws(() => readOrCreateKey(file), MISMATCH, `refused: ${JSON.stringify(content)}`);
    t.equal(readFileSync(file, 'utf8'), content, 'and left as it is');
  }
  writeFileSync(file, `  ${hex.toUpperCase()}\r\n`);
  t.same(readOrCreateKey(file), first, 'blanks around it and capitals change nothing');
  rmSync(file);
  t.not(readOrCreateKey(file).toString('hex'), first.toString('hex'), 'every key is another');
  t.ok(existsSync(file));
});
