import t from 'tap';
import { messageParts } from '../../src/domain/broadcast.ts';
import { publicUrl } from '../../src/domain/public-url.ts';

t.test('a text that fits is left as it is', async (t) => {
  t.same(messageParts('käse\n"x"', 10), ['käse\n"x"']);
});

t.test('a longer one is cut between words, never within a sign, and numbered', async (t) => {
  t.same(messageParts('one two three!!', 14), ['1/2 one two', '2/2 three!!']);
  for (const text of ['🎉'.repeat(400), 'ä'.repeat(1000), 'word '.repeat(200).trim(), `x${'🎉 y'.repeat(150)}`]) {
    const parts = messageParts(text, 100);
    for (const part of parts) {
      t.ok(Buffer.byteLength(part) <= 100);
      t.notMatch(part, /\p{Surrogate}/u);
    }
    const whole = parts.map((part) => part.replace(/^\d+\/\d+ /, '')).join('');
    t.equal(whole.replace(/\s/g, ''), text.replace(/\s/g, ''), 'nothing is lost');
  }
});

t.test('links start with what the settings say', async (t) => {
  const http = { publicUrl: '', host: '127.0.0.1', port: 8080 };
  t.equal(publicUrl(http), 'http://127.0.0.1:8080');
  t.equal(publicUrl({ ...http, host: '::1' }), 'http://[::1]:8080');
  t.equal(publicUrl({ ...http, publicUrl: 'https://pbx.example.org/phones/' }), 'https://pbx.example.org/phones');
});
