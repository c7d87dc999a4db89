import { generate } from 'otplib';
import t, { type Test } from 'tap';
import { renewBackupCodes, takeBackupCode } from '../../src/people/second-factor/backup-codes.ts';
import { qrOf } from '../../src/people/second-factor/qr.ts';
import { keyUri, newSeed, stepOf, takeTotp, totpPurpose } from '../../src/people/second-factor/totp.ts';
import { openStore } from '../support/imports.ts';

const NOW = Date.UTC(2026, 10, 22, 12, 0, 15);
const STEP = Math.floor(NOW / 30_000);

const codeAt = (secret: string, step: number) => generate({ secret, epoch: step * 30 });

/** A database with one user, who has an authenticator. */
async function oneUser(t: Test, seed: string) {
  const db = await openStore(t.testdir());
  t.teardown(() => db.close());
  const stamps = { createdAt: new Date(NOW), updatedAt: new Date(NOW) };
  await db.write(async (tx) => {
    const pbx = { id: 'p', name: 'main', host: '127.0.0.1', amiPort: 5038, loginsSealed: '' };
    await tx.pbx.create({ data: { ...pbx, ...stamps } });
    const company = { id: 'c', pbxId: 'p', name: 'Acme', slug: 'acme', endpointPrefix: '', ranges: '[]' };
    await tx.company.create({ data: { ...company, country: 'DE', timezone: 'UTC', ...stamps } });
    const user = { id: 'u', companyId: 'c', username: 'anna', firstName: 'Anna', lastName: 'Berg' };
    const totpSealed = db.seal.seal(seed, totpPurpose('u'));
    await tx.user.create({ data: { ...user, totpSealed, ...stamps } });
  });
  const take = (code: string, now = NOW) =>
    db.write(async (tx) => takeTotp(tx, db.seal, await tx.user.findUniqueOrThrow({ where: { id: 'u' } }), code, now));
  return { db, take };
}

t.test('codes are those of RFC 6238, cut to six digits', async (t) => {
  // Appendix B, SHA-1: the seed is the ASCII text 12345678901234567890.
  const seed = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  for (const [seconds, code] of [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_234_567_890, '005924'],
    [20_000_000_000, '353130'],
  ] as const) {
    t.equal(await stepOf(seed, code, seconds * 1000), Math.floor(seconds / 30), `${seconds}`);
  }
});

t.test('a seed has 160 bits and is never the same', async (t) => {
  const seeds = new Set(await Promise.all(Array.from({ length: 100 }, newSeed)));
  t.equal(seeds.size, 100);
  for (const seed of seeds) t.match(seed, /^[A-Z2-7]{32}$/);
});

t.test('a code is taken one step before and after its own, and no further', async (t) => {
  const seed = await newSeed();
  for (const [off, ok] of [
    [-2, false],
    [-1, true],
    [0, true],
    [1, true],
    [2, false],
  ] as const) {
    t.equal(await stepOf(seed, await codeAt(seed, STEP + off), NOW), ok ? STEP + off : undefined, `${off}`);
  }
});

t.test('a code has one spelling: exactly six ASCII digits', async (t) => {
  const seed = await newSeed();
  const code = await codeAt(seed, STEP);
  const fullWidth = [...code].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('');
  const arabic = [...code].map((digit) => String.fromCodePoint(0x660 + Number(digit))).join('');
  const others = [` ${code}`, `${code} `, `${code}\n`, `${code.slice(0, 3)} ${code.slice(3)}`, `${code}\u0000`];
  for (const typed of [...others, fullWidth, arabic, code.slice(1), `0${code}`, '', `+${code.slice(1)}`]) {
    t.equal(await stepOf(seed, typed, NOW), undefined, JSON.stringify(typed));
  }
  t.equal(await stepOf(seed, code, NOW), STEP);
});

t.test('of fifty requests with one code at once, one gets in', async (t) => {
  const seed = await newSeed();
  const { take } = await oneUser(t, seed);
  const code = await codeAt(seed, STEP);
  const results = await Promise.all(Array.from({ length: 50 }, () => take(code)));
  t.equal(results.filter(Boolean).length, 1);
});

t.test('a used code stays used, also when the clock steps back', async (t) => {
  const seed = await newSeed();
  const { take } = await oneUser(t, seed);
  const code = await codeAt(seed, STEP);
  t.equal(await take(code), true);
  t.equal(await take(code), false);
  t.equal(await take(code, NOW + 30_000), false, 'a step later');
  t.equal(await take(await codeAt(seed, STEP - 1)), false, 'the one before it is over too');
  const back = NOW - 300_000;
  t.equal(await take(await codeAt(seed, STEP - 10), back), false, 'five minutes back');
  t.equal(await take(await codeAt(seed, STEP + 1)), true, 'the next one is good');
});

t.test('the address of the seed names company and account, whatever they are called', async (t) => {
  const seed = await newSeed();
  const uri = new URL(await keyUri(seed, 'anna+x@acme.example', 'Müller: Söhne & Co?'));
  t.match(uri.href, /^otpauth:\/\/totp\//);
  t.equal(decodeURIComponent(uri.pathname.slice(1)), 'Müller  Söhne & Co?:anna+x@acme.example');
  t.equal(uri.searchParams.get('secret'), seed);
  t.equal(uri.searchParams.get('issuer'), 'Müller  Söhne & Co?');
  const { qrPng, qrSvg } = await qrOf(uri.href);
  const png = Buffer.from(qrPng.replace('data:image/png;base64,', ''), 'base64');
  t.same([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  t.match(qrSvg, /^<svg [\s\S]*<\/svg>\s*$/);
  t.notMatch(qrSvg, /<script|href/);
});

t.test('backup codes work once each, forgive capitals and dashes, and die with the next ten', async (t) => {
  const { db } = await oneUser(t, await newSeed());
  const renew = () => db.write((tx) => renewBackupCodes(tx, db.seal, 'u'));
  const take = (code: string) => db.write((tx) => takeBackupCode(tx, db.seal, 'u', code));
  const codes = await renew();
  t.equal(new Set(codes).size, 10);
  for (const code of codes) t.match(code, /^[a-z2-7]{5}-[a-z2-7]{5}$/);
  const [first = '', second = '', third = '', fourth = ''] = codes;
  const results = await Promise.all(Array.from({ length: 50 }, () => take(first)));
  t.equal(results.filter(Boolean).length, 1, 'one of fifty at once');
  t.equal(await take(second.toUpperCase().replace('-', '')), true);
  t.equal(await take(second), false);
  t.equal(await take(` ${third}`), false, 'a space is no dash');
  t.equal(await db.read.backupCode.count(), 8);
  const stored = JSON.stringify(await db.read.backupCode.findMany());
  for (const code of codes) t.notMatch(stored, code.replace('-', ''));
  t.equal((await renew()).length, 10);
  t.equal(await take(fourth), false, 'old ones are dead');
  t.equal(await db.read.backupCode.count(), 10);
});
