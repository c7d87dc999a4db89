// What has to be there before anything can run: packages, the Prisma client, the built program. Each step looks first
// and does nothing when nothing is to do, so that a second start is a matter of seconds.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const OLDEST_NODE = [20, 19];

export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Runs a program to its end; a failure ends us with its exit code. */
export function run(command, args, options = {}) {
  const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (status === 0) return;
  if (error !== undefined) say(`${command} cannot be run: ${error.message}`);
  process.exit(signal === null ? (status ?? 1) : 1);
}

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  say(`Linekeeper needs Node.js ${OLDEST_NODE.join('.')} or later; this is ${process.versions.node}.`);
  process.exit(1);
}

/** Compares what is installed with the lock file by version, because times mean nothing after a copy or a checkout. */
export function isInstalled() {
  const installed = `${root}node_modules/.package-lock.json`;
  if (!existsSync(installed)) return false;
  const has = JSON.parse(readFileSync(installed, 'utf8')).packages;
  const wants = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')).packages;
  return Object.entries(wants).every(
    ([path, { version, optional, devOptional, peer }]) =>
      path === '' || has[path]?.version === version || (has[path] === undefined && (optional || devOptional || peer)),
  );
}

export function ensureInstalled() {
  requireNode();
  if (isInstalled()) return;
  say('Installing packages. Once, about two minutes: better-sqlite3 is compiled where no ready-made one fits.');
  run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
}

export function ensureGenerated() {
  run(process.execPath, [`${root}scripts/generate.mjs`]);
}

export function ensureBuilt() {
  const stamp = `${root}dist/.sources`;
  const sources = hashOfSources();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return;
  say('Building.');
  // Beside the old one, which a daemon or a command may be running from, and then in its place.
  const [next, old] = [`${root}dist/next-${process.pid}`, `${root}dist/old-${process.pid}`];
  run(process.execPath, [`${root}scripts/build.mjs`, next]);
  if (existsSync(`${root}dist/src`)) renameSync(`${root}dist/src`, old);
  renameSync(next, `${root}dist/src`);
  for (const folder of [next, old]) rmSync(folder, { recursive: true, force: true });
  writeFileSync(stamp, sources);
}

function hashOfSources() {
  const hash = createHash('sha256');
  const add = (path) =>
    hash
      .update(`${path}\0`)
      .update(readFileSync(`${root}${path}`))
      .update('\0');
  for (const path of [
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'scripts/build.mjs',
    'prisma/schema.prisma',
  ])
    add(path);
  const files = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.startsWith('store/generated/'))
    .sort();
  for (const path of files) add(`src/${path}`);
  return hash.digest('hex');
}
