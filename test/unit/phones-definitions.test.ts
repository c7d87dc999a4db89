import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { packageRoot } from '../../src/environment.ts';
import { catalogueOf } from '../../src/phones/definitions/catalogue.ts';
import { createCatalogues } from '../../src/phones/definitions/catalogues.ts';
import { capsOf, firmwareFits } from '../../src/phones/definitions/firmware-condition.ts';
import { renderAll } from '../../src/phones/render/render.ts';
import { CLOCK, nastyView, shippedCatalogue } from '../support/phones.ts';

type Files = Record<string, string>;

/** The shipped definitions with an operator's folder over them. */
async function withOwn(t: { testdir(): string }, files: Files) {
  const own = t.testdir();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(own, path)), { recursive: true });
    writeFileSync(join(own, path), text);
  }
  return createCatalogues({ root: packageRoot, own });
}

t.test('what is shipped has no problem, and is the same each time it is read', async (t) => {
  const [first, second] = [await shippedCatalogue(), await createCatalogues({ root: packageRoot, own: '' }).current()];
  t.same(first.problems, []);
  t.equal(first.hash, second.hash);
  t.match(first.hash, /^[0-9a-f]{32}$/);
  t.not(first, second);
});

t.test('a model is found by id and alias in any case, and has what its family shares', async (t) => {
  const catalogue = await shippedCatalogue();
  const model = catalogue.modelOf('yealink', 't54w');
  t.match(model, { id: 'T54W', family: 't5x', accounts: 16, keys: { line: 27 }, caps: { color: true, wifi: true } });
  t.equal(catalogue.modelOf('yealink', 'T54'), model);
  t.equal(catalogue.modelOf('snom', 'SNOMd735')?.id, 'D735');
  t.equal(catalogue.modelOf('yealink', 'constructor'), undefined);
  t.equal(catalogue.modelOf('nobody', 'T54W'), undefined);
});

t.test('complaint 16: NethServer#7764: a Gigaset P710 is found among the Snoms, whose hardware it is', async (t) => {
  const catalogue = await shippedCatalogue();
  t.equal(catalogue.modelOf('snom', 'P710')?.id, 'D713');
  t.equal(catalogue.modelOf('snom', 'P850W')?.id, 'D815W');
});

t.test('an operator adds a model to a family, changes one and keeps the others', async (t) => {
  const catalogues = await withOwn(t, {
    'provisioning/yealink/models/mine.yaml':
      'family: t5x\nmodels:\n  - { id: T59X, accounts: 20 }\n  - { id: T54W, keys: { line: 30 }, caps: { blue: true } }\n',
  });
  const catalogue = await catalogues.current();
  t.same(catalogue.problems, []);
  t.match(catalogue.modelOf('yealink', 'T59X'), { accounts: 20, keys: { line: 27 }, expansion: { type: 'EXP50' } });
  t.match(catalogue.modelOf('yealink', 'T54W'), { accounts: 16, keys: { line: 30 }, caps: { wifi: true, blue: true } });
  t.match(catalogue.modelOf('yealink', 'T53'), { accounts: 12 });
  t.not(catalogue.hash, (await shippedCatalogue()).hash);
});

t.test('an operator overrides a template and adds a vendor on a mapper that exists', async (t) => {
  const vendor = `id: acme
name: Acme
mapper: yealink
format: kv
userAgents: []
auth: [digest]
files:
  - { match: '^(?<mac>[0-9a-f]{12})\\.cfg$', kind: device, name: '{mac}.cfg', template: yealink/device.cfg, isMain: true }
notify: { resync: check-sync, reboot: null }
dhcp: { option66: '{base}' }
`;
  const catalogues = await withOwn(t, {
    'templates/phones/yealink/device.cfg.liquid': '#!version:1.0.0.1\n# ours\n{% params %}',
    'provisioning/acme/vendor.yaml': vendor,
    'provisioning/acme/models/all.yaml':
      'family: one\nmodels: [{ id: A1, accounts: 1, keys: { line: 1 }, codecs: [alaw] }]\n',
  });
  const catalogue = await catalogues.current();
  t.same(catalogue.problems, []);
  const [file] = await renderAll(catalogue, nastyView(catalogue, 'acme', 'A1'), CLOCK);
  t.match(file?.bytes.toString(), /^#!version:1\.0\.0\.1\n# ours\naccount\.1\.enable = 1\n/);
  t.equal(file?.name, '0015651a2b3c.cfg');
});

const BROKEN: [sentence: string, path: string, text: string, code: string, reason: RegExp][] = [
  ['that is no YAML', 'provisioning/yealink/vendor.yaml', 'auth: [digest', 'CONFIG_INVALID', /flow|\]/i],
  ['with an unknown field', 'provisioning/snom/vendor.yaml', 'colour: red', 'CONFIG_INVALID', /unknown: colour/],
  [
    'with a wrong expression',
    'provisioning/snom/vendor.yaml',
    'userAgents: ["("]',
    'CONFIG_INVALID',
    /regular expression/,
  ],
  [
    'with a mapper that is not',
    'provisioning/snom/vendor.yaml',
    'mapper: constructor',
    'CONFIG_INVALID',
    /no constructor/,
  ],
  [
    'with a template that is not',
    'provisioning/snom/vendor.yaml',
    'files: [{ match: x, kind: device, template: y, isMain: true }]',
    'CONFIG_INVALID',
    /no template y/,
  ],
  [
    'of a model without keys',
    'provisioning/yealink/models/x.yaml',
    'family: x\nmodels: [{ id: X }]',
    'CONFIG_INVALID',
    /X has no accounts/,
  ],
  [
    'of a model with the name of another',
    'provisioning/yealink/models/x.yaml',
    'family: t5x\nmodels: [{ id: X, aliases: [T53] }]',
    'CONFIG_INVALID',
    /T53 is a name of both/,
  ],
  ['that uses raw', 'templates/phones/yealink/device.cfg.liquid', '{{ mac | raw }}', 'TEMPLATE_INVALID', /raw/],
  ['that is no Liquid', 'templates/phones/snom/device.xml.liquid', '{% if %}', 'TEMPLATE_INVALID', /.+/],
  ['that is no JSON', 'provisioning/tz.json', '{', 'CONFIG_INVALID', /JSON/],
];
for (const [sentence, path, text, code, reason] of BROKEN) {
  t.test(`an operator's file ${sentence} is named, left out, and takes nothing else down`, async (t) => {
    const catalogue = await (await withOwn(t, { [path]: text })).current();
    t.match(catalogue.problems, [{ path: `own/${path}`, code, reason }]);
    t.equal(catalogue.problems.length, 1);
    for (const [vendor, model] of [
      ['yealink', 'T54W'],
      ['snom', 'D735'],
    ] as const) {
      const theirs = await renderAll(catalogue, nastyView(catalogue, vendor, model), CLOCK);
      const shipped = await shippedCatalogue();
      const ours = await renderAll(shipped, nastyView(shipped, vendor, model), CLOCK);
      t.same(
        theirs.map(({ etag }) => etag),
        ours.map(({ etag }) => etag),
        vendor,
      );
    }
  });
}

t.test('a shipped file that is wrong is an error that names it', async (t) => {
  const { files } = await shippedCatalogue();
  const wrong = { ...files, 'provisioning/snom/vendor.yaml': 'id: snom' };
  await t.rejects(catalogueOf(wrong), { code: 'CONFIG_INVALID', message: /^provisioning\/snom\/vendor\.yaml: / });
});

t.test('a catalogue made again of its files is the same', async (t) => {
  const catalogue = await (
    await withOwn(t, { 'templates/phones/yealink/common.cfg.liquid': '#!version:1.0.0.1\n# ours\n' })
  ).current();
  const again = await catalogueOf(JSON.parse(JSON.stringify(catalogue.files)));
  t.equal(again.hash, catalogue.hash);
  t.equal(again.templates.get('yealink/common.cfg'), '#!version:1.0.0.1\n# ours\n');
});

t.test('files are read once, again on demand, and releases are made again of theirs', async (t) => {
  const own = t.testdir({ templates: { phones: { yealink: { 'common.cfg.liquid': '#!version:1.0.0.1\n# one\n' } } } });
  const catalogues = createCatalogues({ root: packageRoot, own });
  const before = await catalogues.current();
  writeFileSync(join(own, 'templates/phones/yealink/common.cfg.liquid'), '#!version:1.0.0.1\n# two\n');
  t.equal(await catalogues.current(), before);
  const after = await catalogues.reload();
  t.not(after.hash, before.hash);
  t.equal(await catalogues.current(), after);
  t.equal(await catalogues.reload(), after, 'what did not change is kept, with all that was made of it');
  const release = await catalogues.ofRelease(before.hash, async () => before.files);
  t.equal(release.templates.get('yealink/common.cfg'), '#!version:1.0.0.1\n# one\n');
  t.equal(await catalogues.ofRelease(before.hash, () => t.fail('asked twice') as never), release);
  t.equal(await catalogues.ofRelease(after.hash, () => t.fail('it is the present one') as never), after);
});

const FIRMWARE: [expression: string, firmware: string | undefined, fits: boolean][] = [
  ['>=186.0', '186.0.0.70', true],
  ['>=186.1', '186.0.0.70', false],
  ['<96.86', '96.85.3.1', true],
  ['<96.86', '96.86.0.1', false],
  ['>=*.86', '96.86.0.70', true],
  ['>=*.86', '66.85.0.5', false],
  ['>=10.1 <10.2', '10.1.33.33', true],
  ['>=10.1, <10.2', '10.2.0', false],
  ['10.1', '10.1.5', true],
  ['>10.1', '10.1.5', false],
  ['>=10', undefined, false],
  ['>=10', 'unknown', false],
];
for (const [expression, firmware, fits] of FIRMWARE) {
  t.test(`firmware ${firmware} ${fits ? 'fits' : 'does not fit'} ${expression}`, async (t) => {
    t.equal(firmwareFits(expression, firmware), fits);
  });
}

t.test('complaint 15: fspbx#483: what differs by firmware stands in the definition of the model', async (t) => {
  const catalogues = await withOwn(t, {
    'provisioning/yealink/models/t7x.yaml': `family: t7x
models: [{ id: T74W }]
conditions:
  - { models: [T74W], firmware: ">=185.20", caps: { passwordForm: bare } }
  - { firmware: ">=185.0", caps: { passwordForm: other, more: true } }
`,
  });
  const catalogue = await catalogues.current();
  const model = catalogue.modelOf('yealink', 'T74W')!;
  t.same(capsOf(model, '185.20.0.1'), { ...model.caps, passwordForm: 'bare', more: true }, 'the first one wins');
  t.equal(capsOf(model, undefined).passwordForm, undefined);
  const passwords = async (firmware: string) => {
    const view = nastyView(catalogue, 'yealink', 'T74W', { firmware });
    const [file] = await renderAll(catalogue, view, CLOCK);
    return file?.bytes.toString().match(/^static\.security\.user_password = .*$/gm);
  };
  t.same(await passwords('185.20.0.1'), ['static.security.user_password = AdminPwCanary42x']);
  t.same(await passwords('184.86.0.1'), [
    'static.security.user_password = admin:AdminPwCanary42x',
    'static.security.user_password = user:UserPwCanary42x7',
  ]);
  t.equal(capsOf(catalogue.modelOf('yealink', 'T73U'), '185.20.0.1').passwordForm, 'other');
});
