// `npm start`: installs and builds what is missing, then becomes the daemon. In this very process, so that signals and the
// exit code are the daemon's own.
import { pathToFileURL } from 'node:url';
import { ensureBuilt, ensureGenerated, ensureInstalled, root } from './prepare.mjs';

ensureInstalled();
ensureGenerated();
ensureBuilt();
process.argv = [process.argv[0], `${root}dist/src/main.js`, 'serve', ...process.argv.slice(2)];
await import(pathToFileURL(process.argv[1]).href);
