import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const scripts = fileURLToPath(new URL('../../scripts/', import.meta.url));

// Once, so that what is run from it is what these sources say; compiled, a process starts in half of the time.
const build = `import { ensureBuilt, ensureGenerated } from '${scripts}prepare.mjs'; ensureGenerated(); ensureBuilt();`;
execFileSync(process.execPath, ['--input-type=module', '--eval', build], { stdio: ['ignore', 'ignore', 'inherit'] });

/** The program as it is shipped. */
export const builtMain = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
