// `npm run check`: everything that can be said of the code without running it. All at once; silent about what is clean.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { ensureGenerated, ensureInstalled, root, say } from './prepare.mjs';

ensureInstalled();
ensureGenerated();

const bin = (name, ...args) => [`${root}node_modules/.bin/${name}`, ...args];
const CHECKS = {
  types: bin('tsc', '--noEmit', '-p', '.'),
  'style (npm run format mends most)': bin('biome', 'check', '--error-on-warnings', '.'),
  floors: bin('depcruise', 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'err'),
  'unused code': bin('knip', '--no-progress', '--no-config-hints'),
  migrations: ['npm', 'run', '--silent', 'migration', '--', '--check'],
};

const failures = await Promise.all([...Object.entries(CHECKS).map(perform), environmentCheck()]);
process.exitCode = failures.some(Boolean) ? 1 : 0;
if (process.exitCode === 0) say('checked: types, style, floors, unused code, migrations, environment');

function perform([name, [command, ...args]]) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.once('error', (error) => {
      output += error.message;
    });
    child.once('close', (code) => {
      if (code !== 0) say(`\n=== ${name}\n${output.trim()}`);
      resolve(code !== 0);
    });
  });
}

/** Few places read the environment, so that the documentation of the settings is whole. */
async function environmentCheck() {
  const readers = ['config.ts', 'environment.ts'];
  const found = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !readers.includes(path) && !path.startsWith('store/generated/'))
    .filter((path) => /process\s*\.\s*env\b|process\['env'\]/.test(readFileSync(`${root}src/${path}`, 'utf8')));
  if (found.length > 0)
    say(`\n=== environment\nOnly src/${readers.join(' and src/')} read it: src/${found.join(', src/')}`);
  return found.length > 0;
}
