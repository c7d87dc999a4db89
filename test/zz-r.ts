import { shippedCatalogue, nastyView, goldenFiles } from '/tmp/wt-vendors-b/test/support/phones.ts';
const c = await shippedCatalogue();
const [vendor, model, only] = process.argv.slice(2);
const v = nastyView(c, vendor!, model!);
for (const f of await goldenFiles(c, v)) if (!only || f.name.includes(only)) console.log(`=== ${f.name}\n${f.bytes.toString()}`);
