import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { settingsDocument } from '../../scripts/phone-settings.ts';
import { packageRoot } from '../../src/environment.ts';
import { shippedCatalogue } from '../support/phones.ts';

t.test('docs/phone-settings.md is what scripts/phone-settings.ts writes', async (t) => {
  const committed = readFileSync(join(packageRoot, 'docs', 'phone-settings.md'), 'utf8');
  t.equal(committed, settingsDocument(await shippedCatalogue()));
});

t.test('every vendor has a page that leads from the box to the dial tone', async (t) => {
  for (const id of ['yealink', 'snom', 'grandstream', 'polycom', 'htek', 'fanvil', 'cisco', 'gigaset']) {
    const page = readFileSync(join(packageRoot, 'docs', `phones-${id}.md`), 'utf8');
    for (const word of ['From box to dial tone', 'DHCP', 'Models']) t.match(page, new RegExp(word), `${id}: ${word}`);
  }
});
