// `npm run linekeeper -- ...`: the command line of a clone.
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ensureBuilt, ensureGenerated, ensureInstalled, root } from './prepare.mjs';

const main = `${root}dist/src/main.js`;
if (!existsSync(main)) {
  ensureInstalled();
  ensureGenerated();
  ensureBuilt();
}
process.argv = [process.argv[0], main, ...process.argv.slice(2)];
await import(pathToFileURL(main).href);
