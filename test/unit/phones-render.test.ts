import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import t from 'tap';
import { FORMATS } from '../../src/phones/definitions/schema.ts';
import { createEngine } from '../../src/phones/render/engines.ts';
import { ESCAPERS } from '../../src/phones/render/escape.ts';
import { withNative } from '../../src/phones/render/native.ts';
import { renderAll, renderPreview, revisionHash } from '../../src/phones/render/render.ts';
import { validated } from '../../src/phones/render/validate.ts';
import { text } from '../../src/phones/vendors/gigaset-n510/item.ts';
import { CLOCK, nastyView, phoneLine, shippedCatalogue } from '../support/phones.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 60 });
const hostile = fc.oneof(anyText, fc.string({ unit: fc.constantFrom(...'&<>"\'\t\n\r\0;#%$]={}😀é\ud800') }));
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

/** Text and attribute of an element as a parser reads them. */
function readXml(text: string): { text: string; attribute: string } {
  const read = { text: '', attribute: '' };
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('text', (value) => {
    read.text += value;
  });
  parser.on('opentag', ({ attributes }) => {
    read.attribute = String(attributes.b);
  });
  parser.write(text).close();
  return read;
}

const check = (property: fc.IProperty<unknown>) => fc.assert(property, { numRuns: 2000 });

t.test('whatever text is put into XML is read back from elements and attributes in either quote', async () => {
  check(
    fc.property(hostile, (value) => {
      const escaped = ESCAPERS.xml(value);
      const kept = value.replace(NOT_XML, '');
      for (const quote of ['"', "'"]) {
        const { text, attribute } = readXml(`<a b=${quote}${escaped}${quote}>${escaped}</a>`);
        if (text !== kept || attribute !== kept) throw new Error(`${text} | ${attribute}`);
      }
    }),
  );
});

t.test('whatever text is put into ISO 8859-1 XML survives being written as bytes', async () => {
  check(
    fc.property(hostile, (value) => {
      const bytes = Buffer.from(`<a b="${ESCAPERS['xml-latin1'](value)}"/>`, 'latin1');
      if (readXml(bytes.toString('latin1')).attribute !== value.replace(NOT_XML, '')) throw new Error(value);
    }),
  );
});

for (const format of ['kv', 'text'] as const) {
  t.test(`a value in ${format} is printed as it is or refused, and never ends its line`, async () => {
    check(
      fc.property(hostile, (value) => {
        let printed: string;
        try {
          printed = ESCAPERS[format](value);
        } catch (error) {
          if ((error as { code?: string }).code !== 'DEVICE_NOT_RENDERABLE') throw error;
          if (!/[\u0000-\u001f\u007f\u0085\u2028\u2029]/.test(value)) throw new Error('refused without need');
          return;
        }
        if (printed !== value || /[\r\n\0]/.test(printed)) throw new Error(printed);
      }),
    );
  });
}

t.test('what is neither text nor a number is a mistake of the template', async (t) => {
  for (const format of FORMATS) {
    for (const value of [undefined, null, {}, ['a'], () => 1]) {
      t.throws(() => ESCAPERS[format](value), { code: 'TEMPLATE_INVALID' });
    }
    t.equal(ESCAPERS[format](5), '5');
    t.equal(ESCAPERS[format](true), 'true');
  }
});

const values = { mac: '001565000000', list: ['a'], params: [{ name: 'a', value: 'x & y', attributes: { idx: '1' } }] };
const engineFor = (template: string, more: Record<string, string> = {}) =>
  createEngine('xml', new Map(Object.entries({ 'x/a': template, ...more })));

const FORBIDDEN: [sentence: string, template: string][] = [
  ['leaves out the escaping', '{{ mac | raw }}'],
  ['reads a file of the machine', "{% render '/etc/passwd' %}"],
  ['reads a file beside it', "{% render '../../../../../etc/passwd' %}"],
  ['includes a file', "{% include '/etc/passwd' %}"],
  ['takes a layout', "{% layout '/etc/passwd' %}"],
  ['loops without end', '{% for i in (1..100000000) %}x{% endfor %}'],
  [
    'loops in loops',
    '{% for i in (1..10000) %}{% for j in (1..10000) %}{% for k in (1..100) %}x{% endfor %}{% endfor %}{% endfor %}',
  ],
  ['calls itself', "{% render 'x/a' %}"],
  ['uses a name that is not there', '{{ nothing }}'],
  ['uses a filter that is not there', '{{ mac | shout }}'],
  ['looks at the clock', "{{ 'now' | date: '%Y' }}"],
  ['looks into the prototype', '{{ mac.constructor }}'],
  ['looks into the prototype of the scope', '{{ __proto__ }}'],
  ['prints an object', '{{ params[0] }}'],
  ['keeps printed text', '{% capture x %}a{% endcapture %}'],
  ['prints a list that is none', '{% params mac %}'],
  ['prints a list that is not there', '{% params others %}'],
];
for (const [sentence, template] of FORBIDDEN) {
  t.test(`a template that ${sentence} is refused`, async (t) => {
    const engine = await engineFor(template);
    t.throws(() => engine.render('x/a', values), { code: 'TEMPLATE_INVALID', message: /^x\/a: / });
  });
}

t.test('a template may branch, loop, take a part of another, and print lists of parameters', async (t) => {
  const engine = await engineFor(
    "{% if mac %}{% for one in list %}{{ one | upcase }}{% endfor %}{% endif %}{% render 'part/b', v: mac %}\n{% params %}<e{% attributes %}/>",
    { 'part/b': '<{{ v }}>' },
  );
  t.equal(engine.render('x/a', values), 'A<001565000000>\n<a idx="1">x &amp; y</a>\n<e a="x &amp; y"/>');
});

t.test('an error of a value does not show the value', async (t) => {
  const engine = await createEngine('kv', new Map([['x/a', '{% params %}']]));
  const secret = 'topsecret\nstatic.x = 1';
  try {
    engine.render('x/a', { params: [{ name: 'a', value: secret }] });
    t.fail('it was printed');
  } catch (error) {
    t.match(error, { code: 'DEVICE_NOT_RENDERABLE' });
    t.notMatch(String(error), /topsecret/);
  }
});

const FILES: [sentence: string, format: (typeof FORMATS)[number], text: string, reason: RegExp | undefined][] = [
  ['a kv file', 'kv', '#!version:1.0.0.1\na.b = c\n# note\n\nd = \n', undefined],
  ['a kv file without header', 'kv', 'a = b\n', /does not begin/],
  ['a kv file with a parameter twice', 'kv', '#!version:1.0.0.1\na = 1\na = 2\n', /a twice/],
  ['a kv file with a line that is none', 'kv', '#!version:1.0.0.1\nhello\n', /no parameter in line 2/],
  [
    'the passwords of two users',
    'kv',
    '#!version:1.0.0.1\nstatic.security.user_password = admin:a\nstatic.security.user_password = user:b\n',
    undefined,
  ],
  [
    'two passwords of one user',
    'kv',
    '#!version:1.0.0.1\nstatic.security.user_password = admin:a\nstatic.security.user_password = admin:b\n',
    /twice/,
  ],
  ['well-formed XML', 'xml', '<a b="1"/>', undefined],
  ['XML that is not closed', 'xml', '<a>', /not well-formed/],
  ['XML with an attribute twice', 'xml', '<a b="1" b="2"/>', /not well-formed/],
  ['XML with a document type', 'xml', '<!DOCTYPE a [<!ENTITY x "y">]><a/>', /document type/],
  ['XML beyond ISO 8859-1', 'xml-latin1', '<a>€</a>', /8859/],
  ['nothing', 'text', ' \n', /empty/],
  ['too much', 'text', 'x'.repeat(1_048_577), /larger/],
];
for (const [sentence, format, text, reason] of FILES) {
  t.test(`${sentence} is ${reason === undefined ? 'taken' : 'refused'}`, async (t) => {
    const made = validated('some.file', format, text);
    if (reason === undefined) t.equal((await made).toString('latin1'), text);
    else await t.rejects(made, { code: 'TEMPLATE_INVALID', message: reason });
  });
}

t.test('native settings replace a parameter where it stands, or come last', async (t) => {
  const params = [
    { name: 'a', value: '1' },
    { name: 'u', value: '2', attributes: { idx: '1', perm: 'R' } },
    { name: 'b', value: '3' },
  ];
  const native = new Map([
    ['u[1]', 'x'],
    ['u[2]', 'y'],
    ['b', ''],
    ['c', 'z'],
  ]);
  t.same(withNative(params, native, 'xml'), [
    { name: 'a', value: '1' },
    { name: 'u', value: 'x', attributes: { idx: '1', perm: 'R' } },
    { name: 'b', value: '' },
    { name: 'u', value: 'y', attributes: { idx: '2' } },
    { name: 'c', value: 'z' },
  ]);
  t.throws(() => withNative([], new Map([['a]b', 'x']]), 'xml'), { code: 'DEVICE_NOT_RENDERABLE', message: /a\]b/ });
  t.throws(() => withNative([params[0]!, params[0]!], new Map(), 'xml'), { message: /a is there twice/ });
});

t.test('a native setting reaches the file of its vendor, and a line end in it is refused', async (t) => {
  const catalogue = await shippedCatalogue();
  const text = async (vendor: string, model: string, native: Map<string, string>) => {
    const [file] = await renderAll(catalogue, nastyView(catalogue, vendor, model, { native }), CLOCK);
    return file?.bytes.toString() ?? '';
  };
  const yealink = await text(
    'yealink',
    'T31P',
    new Map([
      ['sip.trust_ctrl', '0'],
      ['features.dnd.enable', '1'],
    ]),
  );
  t.match(yealink, /\nsip\.trust_ctrl = 0\n[\s\S]*\nfeatures\.dnd\.enable = 1\n$/);
  t.equal(yealink.match(/sip\.trust_ctrl/g)?.length, 1);
  const snom = await text(
    'snom',
    'D735',
    new Map([
      ['user_name[1]', 'a<b'],
      ['guess_number', 'off'],
    ]),
  );
  t.match(snom, /<user_name idx="1" perm="R">a&lt;b<\/user_name>[\s\S]*<guess_number>off<\/guess_number>/);
  await t.rejects(text('yealink', 'T31P', new Map([['a', 'b\nc = d']])), { code: 'DEVICE_NOT_RENDERABLE' });
});

t.test('complaint 1: fusionpbx#2328: an ampersand in a password', async (t) => {
  const catalogue = await shippedCatalogue();
  for (const { id, format, files } of catalogue.vendors.values()) {
    const [model] = catalogue.models.get(id)!;
    const secret = `a&b<c>"d'e`;
    const view = nastyView(catalogue, id, model!.id, { lines: [phoneLine(1, { secret })] });
    const texts = (await renderAll(catalogue, view, CLOCK)).map(({ bytes }) => bytes.toString('latin1'));
    const main = files.find(({ isMain }) => isMain);
    // Its values stand in quotes of their own, which no quote can be part of.
    const written = id === 'gigaset-n510' ? text('', secret).value : secret;
    const shown = ESCAPERS[main?.format ?? format](written);
    t.ok(
      texts.some((one) => one.includes(shown)),
      `${id} holds it in the form of its file`,
    );
  }
});

t.test('a preview masks tokens, passwords and what looks like one among native settings', async (t) => {
  const catalogue = await shippedCatalogue();
  const native = new Map([
    ['static.network.wifi.1.password', 'WifiCanary1'],
    ['features.dnd.enable', '1'],
  ]);
  const files = await renderPreview(catalogue, nastyView(catalogue, 'yealink', 'T54W', { native }), CLOCK);
  const text = files.map(({ bytes }) => bytes.toString()).join('');
  t.notMatch(text, /Canary/);
  t.match(text, /account\.1\.password = \*{8}\n[\s\S]*features\.dnd\.enable = 1/);
});

t.test('a contact more does not make a new revision, a label does', async (t) => {
  const catalogue = await shippedCatalogue();
  const hash = async (changed: Parameters<typeof nastyView>[3]) =>
    revisionHash(await renderAll(catalogue, nastyView(catalogue, 'yealink', 'T54W', changed), CLOCK));
  const before = await hash({});
  t.equal(await hash({ phonebook: [{ name: 'New', number: '1' }] }), before);
  t.not(await hash({ lines: [phoneLine(1, { label: 'New' })] }), before);
});
