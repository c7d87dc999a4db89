import t from 'tap';
import { golden, goldenFiles, nastyView, shippedCatalogue } from '../support/phones.ts';

// The smallest, a common one, the biggest, a base station.
const MODELS: Record<string, string[]> = {
  yealink: ['T19P_E2', 'T46U', 'T88', 'W70B'],
  snom: ['D120', 'D735', 'D865'],
};

for (const [vendor, models] of Object.entries(MODELS)) {
  for (const model of models) {
    t.test(`${vendor} ${model}: every file, byte by byte`, async (t) => {
      const catalogue = await shippedCatalogue();
      golden(t, vendor, model, await goldenFiles(catalogue, nastyView(catalogue, vendor, model)));
    });
  }
}

t.test('complaint 19: fspbx#570: a phonebook is UTF-8 without a mark, and not blank', async (t) => {
  const catalogue = await shippedCatalogue();
  for (const [vendor, models] of Object.entries(MODELS)) {
    const files = await goldenFiles(catalogue, nastyView(catalogue, vendor, models[0]!));
    const book = files.find(({ name }) => name === 'phonebook.xml');
    t.equal(book?.bytes[0], '<'.charCodeAt(0), vendor);
    t.match(book?.bytes.toString('utf8'), /Zoë &lt;Ünal&gt; &amp; &#34;Sons&#34; 😀[\s\S]*\+4930123456/, vendor);
  }
});
