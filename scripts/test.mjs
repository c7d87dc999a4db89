// `npm test [folder ...]`: sets up what tests need and runs test/<folder>/**/*.test.ts, by default all of them. The last
// line is "N passed, N failed".
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { ensureGenerated, ensureInstalled, root, run, say } from './prepare.mjs';

ensureInstalled();
ensureGenerated();

const present = readdirSync(`${root}test`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && filesOf(entry.name).length > 0)
  .map(({ name }) => name);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !present.includes(name));
if (unknown.length > 0) {
  say(`There is no folder test/${unknown[0]} with tests; there are ${present.join(', ')}.`);
  process.exit(1);
}
const folders = wanted.length > 0 ? wanted : present;
const bin = (name) => `${root}node_modules/.bin/${name}`;
/** Everything but these runs a real Asterisk. */
const isLive = (name) => !['unit', 'http'].includes(name);

if (!existsSync(`${root}.tap/plugins`)) run(bin('tap'), ['build'], { stdio: ['ignore', 'ignore', 'inherit'] });
if (folders.some(isLive)) prepareLive();

const { createTally } = await import('./tap-tally.mjs');
const total = { passed: 0, failed: 0, skipped: 0 };
// The quick ones first. Each live test runs an Asterisk and phones of its own: more than one at a time only on more cores.
const quick = folders.filter((name) => !isLive(name));
if (quick.length > 0) await runTap(quick.flatMap(filesOf), 2);
const live = folders.filter(isLive);
if (live.length > 0) await runTap(live.flatMap(filesOf), availableParallelism() > 3 ? 2 : 1);
if (total.skipped > 0) say(`${total.skipped} skipped`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

function filesOf(folder) {
  return readdirSync(`${root}test/${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .sort()
    .map((path) => `test/${folder}/${path}`);
}

function prepareLive() {
  const missing = [
    ['sipp', 'sip-tester'],
    ['debootstrap', 'debootstrap'],
    ...(folders.includes('crash') ? [['faketime', 'faketime']] : []),
  ].filter(([program]) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0);
  if (missing.length > 0 && process.getuid?.() === 0) {
    const packages = missing.map(([, name]) => name);
    say(`Installing ${packages.join(' and ')}.`);
    const quiet = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    };
    run('apt-get', ['update', '-qq'], quiet);
    run('apt-get', ['install', '-qq', '-y', '--no-install-recommends', ...packages], quiet);
  } else if (missing.length > 0) {
    say(`Live tests need ${missing.map(([, name]) => name).join(' and ')}: install them, or run this as root.`);
  }
  run(process.execPath, ['--import=tsx', '--no-warnings', `${root}scripts/asterisk.ts`]);
}

async function runTap(files, jobs) {
  const { parser, tally, fail } = createTally({
    onFile: ({ ok, name, time }) =>
      say(`${ok ? 'ok    ' : 'FAILED'}  ${name}${time ? `  ${Math.round(time)} ms` : ''}`),
    onFailure: (names, diag) => say(`\n  FAILED  ${names.join(' > ')}\n${diag.replace(/^/gm, '    ')}`),
  });
  const args = ['run', '--reporter=tap', `--jobs=${jobs}`, ...files];
  const child = spawn(bin('tap'), args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.stdout.pipe(parser, { end: false });
  const code = await new Promise((resolve) => child.once('close', resolve));
  await new Promise((resolve) => {
    parser.once('complete', resolve);
    parser.end();
  });
  if (code !== 0 && tally.failed === 0) fail(['tap'], `it ended with ${code}`);
  for (const key of Object.keys(total)) total[key] += tally[key];
}
