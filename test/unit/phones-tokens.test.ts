import t from 'tap';
import { hashPhoneToken, httpPassword, siteToken, stage1Token, stage2Token } from '../../src/store/phones/tokens.ts';
import { createSeal } from '../../src/store/seal.ts';

const seal = createSeal(Buffer.alloc(32, 7));
const other = createSeal(Buffer.alloc(32, 8));

t.test('tokens of phones are made of key file, purpose, id and generation, and of nothing else', async (t) => {
  const id = '0199-abc';
  const all = [
    siteToken(seal, id, 1),
    stage1Token(seal, id, 1),
    stage2Token(seal, id, 1),
    stage2Token(seal, id, 2),
    stage2Token(seal, `${id}d`, 1),
    stage2Token(other, id, 1),
    httpPassword(seal, id, 1),
  ];
  t.equal(new Set(all).size, all.length, 'no two are the same');
  t.equal(stage2Token(createSeal(Buffer.alloc(32, 7)), id, 1), stage2Token(seal, id, 1), 'made again, it is the same');
  for (const token of all.slice(0, -1)) t.match(token, /^[A-Za-z0-9_-]{32}$/, '192 bits that fit into an address');
});

t.test('HTTP passwords have letters and digits only', async (t) => {
  for (let generation = 1; generation <= 200; generation++) {
    t.match(httpPassword(seal, 'device', generation), /^[A-Za-z0-9]{24}$/);
  }
});

t.test('the database keeps SHA-256 of a token', async (t) => {
  t.equal(hashPhoneToken('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
