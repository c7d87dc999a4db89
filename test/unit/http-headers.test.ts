import t from 'tap';
import { decodeCursor, encodeCursor } from '../../src/http/cursor.ts';
import { etagOf, matchesNone, versionOfIfMatch } from '../../src/http/etag.ts';
import { waitSeconds } from '../../src/http/prefer.ts';
import { generateToken, hashToken } from '../../src/store/tokens.ts';

t.test('Prefer: wait=N', async (t) => {
  for (const [header, seconds] of [
    ['wait=10', 10],
    ['respond-async, wait=10', 10],
    ['wait=10; x=y', 10],
    ['WAIT = "5"', 5],
    ['wait=3600', 60],
    ['wait=0', 0],
    ['await=10', undefined],
    ['wait=ten', undefined],
    ['wait', undefined],
    ['wait=-1', undefined],
    [['respond-async', 'wait=3'], 3],
    ['', undefined],
    [undefined, undefined],
  ] as const) {
    t.equal(waitSeconds(header as string), seconds, String(header));
  }
});

t.test('an ETag is of everything that lasts', async (t) => {
  const body = { version: 3, name: 'x', sync: { state: 'pending' } };
  t.match(etagOf(body), /^"3-[\w-]{10}"$/);
  t.equal(etagOf(body), etagOf({ ...body }));
  t.not(etagOf(body), etagOf({ ...body, sync: { state: 'synced' } }));
  t.equal(etagOf(body), etagOf({ ...body, credentials: { pin: '1' }, token: 'x' }));
  t.equal(etagOf({ name: 'x' }), undefined, 'without a version there is none');
});

t.test('If-Match names a version', async (t) => {
  t.equal(versionOfIfMatch('"3"'), 3);
  t.equal(versionOfIfMatch(' "3-abc_DEF-12" '), 3);
  t.equal(versionOfIfMatch('*'), undefined);
  t.equal(versionOfIfMatch(undefined), undefined);
  for (const bad of ['', '3', 'W/"3"', '"3", "4"', '"-1"', '"3-"', `"${'9'.repeat(16)}"`]) {
    t.throws(() => versionOfIfMatch(bad), { code: 'PRECONDITION_FAILED' }, bad);
  }
});

t.test('If-None-Match compares whole tags, weakly', async (t) => {
  t.ok(matchesNone('"3-a"', '"3-a"'));
  t.ok(matchesNone('"x", W/"3-a"', '"3-a"'));
  t.ok(matchesNone('*', '"3-a"'));
  t.notOk(matchesNone('"3"', '"3-a"'));
  t.notOk(matchesNone(undefined, '"3-a"'));
});

t.test('a cursor comes back as it was, and only for its sort', async (t) => {
  for (const position of [
    ['Zoë "x"', 'id'],
    [1e15, 7],
    ['', ''],
  ] as [string | number, string | number][]) {
    t.same(decodeCursor(encodeCursor('name', position), 'name'), position);
  }
  t.throws(() => decodeCursor(encodeCursor('name', ['a', 'b']), '-name'), { code: 'CURSOR_INVALID' });
});

t.test('tokens have 256 bits and are kept as a hash', async (t) => {
  const tokens = new Set(Array.from({ length: 1000 }, generateToken));
  t.equal(tokens.size, 1000);
  for (const token of tokens) t.match(token, /^lk_[A-Za-z0-9_-]{43}$/);
  t.match(hashToken('lk_x'), /^[0-9a-f]{64}$/);
});
