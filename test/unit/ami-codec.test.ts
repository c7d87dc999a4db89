import fc from 'fast-check';
import t from 'tap';
import { AmiDecoder, type AmiMessage, encodeAction, MAX_LINE_BYTES, MAX_LINES } from '../../src/asterisk/ami/codec.ts';

const BANNER = 'Asterisk Call Manager/11.0.0\r\n';

function decodeIn(bytes: Uint8Array, sizes: Iterable<number>): AmiMessage[] {
  const decoder = new AmiDecoder();
  const messages: AmiMessage[] = [];
  let at = 0;
  for (const size of sizes) {
    if (at >= bytes.length) break;
    messages.push(...decoder.push(bytes.subarray(at, at + size)));
    at += size;
  }
  messages.push(...decoder.push(bytes.subarray(at)));
  return messages;
}

const name = fc
  .stringMatching(/^[A-Z][A-Za-z0-9-]{0,20}$/)
  .filter((text) => !/^action(id)?$|^newpassword$/i.test(text));
const safe = fc
  .string({ unit: 'grapheme', maxLength: 100 })
  .filter((text) => !/[\r\n\0]|^[\u0000-\u0020]/.test(text) && !/[\ud800-\udfff]/u.test(text));

t.test('what is encoded is decoded to the same, wherever the bytes are torn', async (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(name, safe, { maxKeys: 8, noNullPrototype: true }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 300 }),
      (actions, sizes) => {
        const text = actions.map((fields, index) => encodeAction(`id-${index}`, 'DBPut', fields)).join('');
        const messages = decodeIn(Buffer.from(BANNER + text), sizes);
        t.equal(messages.length, actions.length);
        actions.forEach((fields, index) => {
          const expected = [['ActionID', `id-${index}`], ['Action', 'DBPut'], ...Object.entries(fields)];
          t.same([...messages[index]!], expected);
        });
      },
    ),
    { numRuns: 300 },
  );
});

t.test('a value with a line break or a NUL is refused, without a word of it', async (t) => {
  fc.assert(
    fc.property(safe, fc.constantFrom('\r', '\n', '\0', '\r\n'), safe, (before, breaker, after) => {
      const value = `secret${before}${breaker}${after}`;
      try {
        encodeAction('id', 'DBPut', { Val: value });
        t.fail('it was encoded');
      } catch (error) {
        t.match(error, { code: 'AMI_UNSAFE_VALUE' });
        t.notMatch((error as Error).message, 'secret');
      }
    }),
  );
});

t.test('a header name that is none is refused', async (t) => {
  for (const bad of ['', 'A B', 'A:B', 'A\nB', 'A\r', ' A', 'Ä', 'Action', 'actionid', '__proto__x', '1']) {
    t.throws(() => encodeAction('id', 'DBPut', { [bad]: 'x' }), { code: 'AMI_UNSAFE_VALUE' }, JSON.stringify(bad));
  }
});

t.test('values that Asterisk would change are refused', async (t) => {
  for (const bad of [' x', '\tx', ' ', '\u0001x', '\ud800', 'x\udc00y']) {
    t.throws(() => encodeAction('id', 'DBPut', { Val: bad }), { code: 'AMI_UNSAFE_VALUE' }, JSON.stringify(bad));
  }
  for (const good of ['', 'x ', 'Zoë 😀', 'a: b']) {
    t.match(encodeAction('id', 'DBPut', { Val: good }), `Val: ${good}\r\n`);
  }
});

t.test('a line holds 1022 bytes of UTF-8 and not one more', async (t) => {
  const budget = MAX_LINE_BYTES - 'Val: '.length;
  t.ok(encodeAction('id', 'DBPut', { Val: 'x'.repeat(budget) }));
  t.throws(() => encodeAction('id', 'DBPut', { Val: 'x'.repeat(budget + 1) }), { code: 'AMI_LINE_TOO_LONG' });
  t.ok(encodeAction('id', 'DBPut', { Val: 'é'.repeat(Math.floor(budget / 2)) }));
  t.throws(() => encodeAction('id', 'DBPut', { Val: 'é'.repeat(budget / 2 + 1) }), { code: 'AMI_LINE_TOO_LONG' });
});

t.test('a message holds 128 lines and not one more', async (t) => {
  const fields = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`V-${index}`, 'x']));
  t.ok(encodeAction('id', 'UpdateConfig', fields(MAX_LINES - 2)));
  t.throws(() => encodeAction('id', 'UpdateConfig', fields(MAX_LINES - 1)), { code: 'AMI_LINE_TOO_LONG' });
});

t.test('the ActionID comes first, so that Asterisk can name it in an error about a later line', async (t) => {
  t.match(encodeAction('id', 'Ping', {}), /^ActionID: id\r\nAction: Ping\r\n\r\n$/);
});

t.test('a header named like a property of every object is only a header', async (t) => {
  const text = 'Event: X\r\n__proto__: polluted\r\nconstructor: c\r\ntoString: s\r\n\r\n';
  const [message] = decodeIn(Buffer.from(BANNER + text), []);
  t.equal(message!.get('__proto__'), 'polluted');
  t.equal(message!.get('constructor'), 'c');
  t.equal(message!.get('hasOwnProperty'), undefined);
  t.equal(({} as Record<string, unknown>).polluted, undefined);
});

t.test('repeated headers are all kept', async (t) => {
  const [message] = decodeIn(Buffer.from(`${BANNER}Response: Success\r\nOutput: a\r\nOutput: b\r\n\r\n`), []);
  t.same(message!.all('output'), ['a', 'b']);
  t.equal(message!.get('Output'), 'a');
});

t.test('a bare line feed inside a value starts nothing new', async (t) => {
  const text = `${BANNER}Event: DBGetTreeResponse\r\nVal: a\n\nEvent: Shutdown\r\n\r\n`;
  const messages = decodeIn(Buffer.from(text), []);
  t.equal(messages.length, 1);
  t.equal(messages[0]!.get('Event'), 'DBGetTreeResponse');
});

t.test('the new PIN of a mailbox is dropped before anybody can see it', async (t) => {
  const text = `${BANNER}Event: VoicemailPasswordChange\r\nMailbox: 1001\r\nNewPassword: 481516\r\n\r\n`;
  const [message] = decodeIn(Buffer.from(text), []);
  t.equal(message!.get('NewPassword'), undefined);
  t.notMatch(JSON.stringify([...message!]), '481516');
});

t.test('a peer without limits is given up', async (t) => {
  const noBanner = new AmiDecoder();
  t.throws(() => noBanner.push(Buffer.alloc(300, 'x')), { code: 'AMI_CLOSED' });
  const longLine = new AmiDecoder({ lineLength: 100 });
  t.throws(() => longLine.push(Buffer.from(`${BANNER}A: ${'x'.repeat(200)}\r\n\r\n`)), { code: 'AMI_CLOSED' });
  const noEnd = new AmiDecoder({ messageBytes: 1000 });
  noEnd.push(Buffer.from(BANNER));
  t.throws(
    () => {
      for (let count = 0; count < 20; count += 1) noEnd.push(Buffer.alloc(100, 'x'));
    },
    { code: 'AMI_CLOSED' },
  );
});
