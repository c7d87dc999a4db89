import fc from 'fast-check';
import t from 'tap';
import { maskValue } from '../../src/plan/mask.ts';

const MASKED: [sentence: string, ref: string, value: string, shown: string][] = [
  ['the PIN of a mailbox', 'mailbox/1001@lk-acme-01', '471100,Ann,,,x', '****,Ann,,,x'],
  ['a mailbox that is nothing but a PIN', 'mailbox/1001@lk-acme-01', '471100', '****'],
  [
    'the digest of an auth',
    'auth/1001',
    '{"auth_type":"md5","md5_cred":"0123456789abcdef0123456789abcdef"}',
    '{"auth_type":"md5","md5_cred":"****"}',
  ],
  [
    'a password that somebody wrote',
    'auth/1001',
    '{"password":"canary","username":"a"}',
    '{"password":"****","username":"a"}',
  ],
  ['a digest of the new kind', 'auth/1001', '{"password_digest": "MD5:canary"}', '{"password_digest":"****"}'],
  ['a quote within a password', 'auth/1001', '{"password":"can\\"ary","x":"y"}', '{"password":"****","x":"****"}'],
  ['JSON that was cut off', 'auth/1001', '{"md5_cred":"canary', '****'],
  ['two of them', 'auth/1001', '{"password":"canary","md5_cred":"canary"}', '{"password":"****","md5_cred":"****"}'],
  ['nothing of an aor', 'aor/1001', '{"max_contacts":"1"}', '{"max_contacts":"1"}'],
];
for (const [sentence, ref, value, shown] of MASKED) {
  t.test(`masked: ${sentence}`, async (t) => t.equal(maskValue(ref, value), shown));
}

t.test('no digest and no PIN is ever shown', async (t) => {
  const secret = fc.stringMatching(/^[a-z]{16}$/);
  const spaces = fc.stringMatching(/^[ \t\n]{0,3}$/);
  const field = fc.constantFrom('md5_cred', 'password', 'password_digest');
  fc.assert(
    fc.property(secret, field, spaces, spaces, (secret, field, a, b) => {
      const shown = maskValue('auth/1', `{"username":"x","${field}"${a}:${b}"${secret}"}`);
      return !shown.includes(secret) && shown.includes('username');
    }),
  );
  fc.assert(fc.property(secret, (secret) => !maskValue('mailbox/1@c', `${secret},Ann`).includes(secret)));
  for (const broken of [
    'canary',
    '"canary"',
    "{'password':'canary'}",
    '{"md5_cred":canary}',
    '["canary"]',
    '{"":"canary"}',
    '{"username":{"md5_cred":"canary"}}',
    'md5_cred=canary',
    '{"MD5_CRED":"canary"}',
  ]) {
    t.notMatch(maskValue('auth/1001', broken), 'canary', broken);
  }
});
