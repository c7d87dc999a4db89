import t from 'tap';
import { createTestApp, type Json, type TestApp } from '../support/app.ts';

async function walk(api: TestApp, path: string): Promise<Json[]> {
  const seen: Json[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { status, body }: { status: number; body: Json } = await api.call(
      'GET',
      `${path}${cursor && `&cursor=${cursor}`}`,
    );
    if (status !== 200) throw new Error(JSON.stringify(body));
    seen.push(...body.items);
    cursor = body.nextCursor;
  }
  return seen;
}

t.test('pages by cursor: every item once, in order, with ties and both ways', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  const names = ['Zoe', 'ann', 'Bob', 'bob', 'BOB', 'bob', 'Émile', 'zoe', '  Q '];
  for (const displayName of names) {
    t.equal((await api.call('POST', '/extensions', { body: { companyId, displayName } })).status, 201);
  }
  const whole = (await api.call('GET', '/extensions?sort=displayName')).body;
  t.equal(whole.total, names.length);
  t.equal(whole.nextCursor, null);
  const ids = whole.items.map((item: Json) => item.id);
  for (const limit of [1, 2, 3, 8, 9, 10]) {
    const up = await walk(api, `/extensions?sort=displayName&limit=${limit}`);
    t.same(
      up.map((item) => item.id),
      ids,
      `upwards by ${limit}`,
    );
    const down = await walk(api, `/extensions?sort=-displayName&limit=${limit}`);
    t.same(
      down.map((item) => item.id),
      [...ids].reverse(),
      `downwards by ${limit}`,
    );
  }
  const lower = whole.items.map((item: Json) => item.displayName.toLowerCase());
  t.same(lower.slice(0, 6), ['ann', 'bob', 'bob', 'bob', 'bob', 'q'], 'case does not count');
});

t.test('an insert between two pages moves nothing', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  for (const number of ['1010', '1020', '1030', '1040']) await api.extension(companyId, number);
  const first = (await api.call('GET', '/extensions?limit=2')).body;
  await api.extension(companyId, '1005');
  await api.extension(companyId, '1025');
  const second = (await api.call('GET', `/extensions?limit=2&cursor=${first.nextCursor}`)).body;
  t.same(
    [...first.items, ...second.items].map((item: Json) => item.number),
    ['1010', '1020', '1025', '1030'],
  );
  t.equal(second.total, 6);
});

t.test('a cursor of another sort is refused', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  for (const number of ['1001', '1002']) await api.extension(companyId, number);
  const { nextCursor } = (await api.call('GET', '/extensions?limit=1')).body;
  t.match(await api.call('GET', `/extensions?limit=1&sort=-number&cursor=${nextCursor}`), {
    status: 400,
    body: { code: 'CURSOR_INVALID' },
  });
});

t.test('filters, search and chosen fields', async (t) => {
  const api = await createTestApp(t);
  const { id: companyId } = await api.company('acme');
  await api.extension(companyId, '1001', { displayName: '100% Ann_B' });
  await api.extension(companyId, '1002', { displayName: 'Bob', enabled: false });
  await api.extension(companyId, '1003', { displayName: "O'Hara\\" });
  const numbers = async (query: string) =>
    (await api.call('GET', `/extensions?${query}`)).body.items.map((item: Json) => item.number);
  t.same(await numbers('q=ann'), ['1001']);
  t.same(await numbers('q=%25ann'), ['1001'], 'a per cent sign is no wildcard');
  t.same(await numbers('q=n_b'), [], 'nor is an underscore, and a word is found by its beginning');
  t.same(await numbers('q=ann_b'), ['1001']);
  t.same(await numbers("q=o'hara%5C"), ['1003'], 'quotes and backslashes are text');
  t.same(await numbers('q=%25'), [], 'there is no word in it');
  t.same(await numbers('enabled=false'), ['1002']);
  t.same(await numbers('number=1003'), ['1003']);
  t.same(await numbers(`companyId=${companyId}&enabled=true`), ['1001', '1003']);
  t.same(await numbers('companyId=nobody'), []);
  const chosen = await api.call('GET', '/extensions?fields=number,displayName&limit=1');
  t.same(chosen.body.items, [{ number: '1001', displayName: '100% Ann_B' }]);
});
