import t from 'tap';
import { coverOf } from '../../src/asterisk/pbx-port/astdb-cover.ts';
import { editCategory, packOperations } from '../../src/asterisk/pbx-port/config-edit.ts';
import type { ConfigFile } from '../../src/asterisk/pbx-port/config-text.ts';
import { fnv1a } from '../../src/asterisk/pbx-port/fnv.ts';
import { placeOf, voicemailFileOf } from '../../src/asterisk/pbx-port/place.ts';

const numbers = (from: number, count: number) => Array.from({ length: count }, (_, index) => String(from + index));

t.test('few keys are read one by one', async (t) => {
  t.same(coverOf(numbers(1000, 199)), { keys: numbers(1000, 199), prefixes: [] });
  t.same(coverOf([]), { keys: [], prefixes: [] });
});

t.test('many neighbours are read by their prefix', async (t) => {
  t.same(coverOf(numbers(10_000, 1_000)), { keys: [], prefixes: ['10'] });
  t.same(coverOf(numbers(100_000, 10_000).map((key) => `acme-${key}`)), { keys: [], prefixes: ['acme-10'] });
});

t.test('a thousand keys among a million are not read with the million', async (t) => {
  const keys = Array.from({ length: 1_000 }, (_, index) => String(1_000_000 + index * 1_000));
  const { prefixes, keys: single } = coverOf(keys);
  t.same(prefixes, []);
  t.equal(single.length, 1_000);
});

t.test('no cover reads the whole family', async (t) => {
  const { prefixes } = coverOf([...numbers(1_000, 1_000), ...numbers(90_000, 1_000)]);
  t.same(prefixes, ['1', '90']);
});

t.test('every key is covered once, whatever the keys', async (t) => {
  const keys = [...numbers(1_000, 900), ...numbers(20_000, 450), ...numbers(5, 30), 'acme-1', 'acme', 'acme-10'];
  const { keys: single, prefixes } = coverOf([...keys, ...keys]);
  for (const key of keys) {
    const times = single.filter((one) => one === key).length + prefixes.filter((one) => key.startsWith(one)).length;
    t.ok(times >= 1, key);
  }
  t.equal(new Set(single).size, single.length);
});

t.test('the file of a mailbox never changes, and a context is in one file', async (t) => {
  t.equal(fnv1a(''), 0x811c9dc5);
  t.equal(fnv1a('a'), 0xe40c292c);
  t.equal(fnv1a('foobar'), 0xbf9cf968);
  t.match(placeOf('mailbox/1001@lk-acme', 32), { file: voicemailFileOf('lk-acme', 32), variable: '1001' });
  t.match(placeOf('mailbox/2002@lk-acme', 32), { file: voicemailFileOf('lk-acme', 32), variable: '2002' });
  const files = new Set(numbers(1, 500).map((slug) => voicemailFileOf(`lk-${slug}`, 32)));
  t.equal(files.size, 32, 'contexts spread over all files');
});

t.test('refs have one place each', async (t) => {
  t.same(placeOf('endpoint/acme-1001', 32), { in: 'astdb', family: 'linekeeper/endpoint', key: 'acme-1001' });
  t.same(placeOf('extension/acme/1001', 32), { in: 'astdb', family: 'linekeeper/extension/acme', key: '1001' });
  t.match(placeOf('context/lk-acme', 32), { in: 'companies', category: 'lk-acme' });
  for (const ref of [
    '',
    'endpoint',
    'endpoint/a b',
    'endpoint/%',
    'extension/1',
    'number/1/2',
    'mailbox/1',
    'context/a/b',
  ]) {
    t.throws(() => placeOf(ref, 32), { code: 'AMI_UNSAFE_VALUE' }, ref);
  }
});

t.test('a keyed section is changed line by line', async (t) => {
  const file: ConfigFile = [
    {
      name: 'a',
      lines: [
        ['1', 'x'],
        ['2', 'y'],
        ['3', 'z'],
      ],
    },
  ];
  t.same(
    editCategory(
      file,
      'a',
      [
        ['1', 'x'],
        ['3', 'new'],
        ['4', 'w'],
      ],
      true,
    ),
    [
      { op: 'Delete', category: 'a', variable: '2' },
      { op: 'Update', category: 'a', variable: '3', value: 'new' },
      { op: 'Append', category: 'a', variable: '4', value: 'w' },
    ],
  );
  t.same(editCategory(file, 'a', [], true), [{ op: 'DelCat', category: 'a' }]);
  t.same(editCategory(file, 'b', undefined, true), []);
  t.same(
    editCategory(file, 'b', [['1', 'x']], true).map(({ op }) => op),
    ['NewCat', 'Append'],
  );
});

t.test('what is doubled, or has an order, is written anew', async (t) => {
  const doubledLine: ConfigFile = [
    {
      name: 'a',
      lines: [
        ['1', 'x'],
        ['1', 'y'],
      ],
    },
  ];
  t.same(
    editCategory(doubledLine, 'a', [['1', 'z']], true).map(({ op }) => op),
    ['EmptyCat', 'Append'],
  );
  const doubledSection: ConfigFile = [
    { name: 'a', lines: [['1', 'x']] },
    { name: 'a', lines: [['2', 'y']] },
  ];
  t.same(
    editCategory(doubledSection, 'a', [['1', 'z']], true).map(({ op }) => op),
    ['DelCat', 'NewCat', 'Append'],
  );
  const ordered: ConfigFile = [
    {
      name: 'a',
      lines: [
        ['exten', '1'],
        ['exten', '2'],
      ],
    },
  ];
  t.same(
    editCategory(
      ordered,
      'a',
      [
        ['exten', '2'],
        ['exten', '1'],
      ],
      false,
    ).map(({ op }) => op),
    ['EmptyCat', 'Append', 'Append'],
  );
});

t.test('an UpdateConfig never has more than 128 lines, and a section that fits is not torn', async (t) => {
  const group = (name: string, lines: number) =>
    editCategory(
      [],
      name,
      numbers(0, lines).map((number): [string, string] => [number, 'x']),
      true,
    );
  const messages = packOperations('f.conf', [group('a', 20), group('b', 20), group('c', 100)]);
  for (const fields of messages) t.ok(Object.keys(fields).length + 2 <= 128);
  t.equal(messages.filter((fields) => Object.values(fields).includes('b')).length, 1);
  t.equal(messages.length, 5);
});
