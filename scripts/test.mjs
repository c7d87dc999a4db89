// `npm test [folder | file ...]`: sets up what tests need and runs test/<folder>/**/*.test.ts, by default all of them. The
// last line is "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { ensureBuilt, ensureGenerated, ensureInstalled, root, run, say } from './prepare.mjs';

ensureInstalled();
ensureGenerated();

const files = readdirSync(`${root}test`, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .map((path) => `test/${path}`)
  .sort();
const words = process.argv.slice(2);
const isMeant = (file) => (word) => file === word || file.startsWith(`test/${word}/`);
const unknown = words.find((word) => !files.some((file) => isMeant(file)(word)));
if (unknown !== undefined) {
  const folders = new Set(files.map((file) => file.split('/')[1]));
  say(
    `There is neither a folder test/${unknown} with tests nor a test ${unknown}; folders: ${[...folders].join(', ')}.`,
  );
  process.exit(1);
}
const wanted = words.length > 0 ? files.filter((file) => words.some(isMeant(file))) : files;
// Everything but these runs a real Asterisk.
const quick = wanted.filter((file) => /^test\/(unit|http)\//.test(file));
const live = wanted.filter((file) => !quick.includes(file));
/** They test configurations and are never started. */
const DHCP_SERVERS = [
  ['dnsmasq', 'dnsmasq-base'],
  ['dhcpd', 'isc-dhcp-server'],
  ['kea-dhcp4', 'kea-dhcp4-server'],
];

if (!existsSync(`${root}.tap/plugins`)) {
  run(`${root}node_modules/.bin/tap`, ['build'], { stdio: ['ignore', 'ignore', 'inherit'] });
}
// Those that need it would build it, too, but two of them at once.
if (wanted.length > 1) ensureBuilt();
if (live.length > 0) prepareLive();

// Only now: it needs a package.
const { runFile } = await import('./test-file.mjs');
const total = { passed: 0, failed: 0, skipped: 0 };
const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stopped.abort());
// A live test runs an Asterisk and phones of its own and mostly waits: quick ones fill the pauses, and when there are no
// more of them, a second live one.
const lanes = [[live, quick], [quick, live], ...Array(availableParallelism() > 3 ? 1 : 0).fill([live, quick])];
await Promise.all(lanes.map(work));
if (total.skipped > 0) say(`${total.skipped} skipped`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

function prepareLive() {
  const missing = [
    ['sipp', 'sip-tester'],
    ['debootstrap', 'debootstrap'],
    ...(live.some((file) => file.startsWith('test/crash/')) ? [['faketime', 'faketime']] : []),
    ...(live.includes('test/live/phones-dhcp.test.ts') ? DHCP_SERVERS : []),
  ].filter(([program]) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0);
  if (missing.length > 0 && process.getuid?.() === 0) {
    const packages = missing.map(([, name]) => name);
    say(`Installing ${packages.join(' and ')}.`);
    const quiet = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    };
    run('apt-get', ['update', '-qq'], quiet);
    withoutServices(() => run('apt-get', ['install', '-qq', '-y', '--no-install-recommends', ...packages], quiet));
  } else if (missing.length > 0) {
    say(`Live tests need ${missing.map(([, name]) => name).join(' and ')}: install them, or run this as root.`);
  }
  run(process.execPath, ['--import=tsx', '--no-warnings', `${root}scripts/asterisk.ts`]);
}

/** A package that brings a server must not start it here. */
function withoutServices(work) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return work();
  const remove = () => rmSync(policy, { force: true });
  // `run` ends the process when it fails.
  process.once('exit', remove);
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  work();
  remove();
}

/** Runs what is first in the first queue that holds anything, until none does. */
async function work(queues) {
  while (!stopped.signal.aborted) {
    const file = queues.find(({ length }) => length > 0)?.shift();
    if (file === undefined) return;
    const startedAt = performance.now();
    const tally = await runFile(file, {
      signal: stopped.signal,
      onFailure: (names, diag) => say(`\n  FAILED  ${names.join(' > ')}\n${diag.replace(/^/gm, '    ')}`),
    });
    const took = Math.round(performance.now() - startedAt);
    say(`${tally.failed === 0 ? 'ok    ' : 'FAILED'}  ${file}  ${took} ms`);
    for (const key of Object.keys(total)) total[key] += tally[key];
  }
}
