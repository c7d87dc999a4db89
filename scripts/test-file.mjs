// Runs one test file in a process of its own. Without `tap run`, whose preloads cost a file and each process that it
// starts half a second: they serve mocks and coverage, and there are none here.
import { spawn } from 'node:child_process';
import { root } from './prepare.mjs';
import { createTally } from './tap-tally.mjs';

const SECONDS = 300;
const ARGS = ['--enable-source-maps', '--import=./scripts/typescript.mjs', '--no-warnings'];

/** How many assertions passed, failed, were skipped. What is wrong with the file as a whole is a failure, too. */
export async function runFile(file, { onFailure, signal }) {
  const { parser, tally, fail } = createTally(file, { onFailure });
  const child = spawn(process.execPath, [...ARGS, file], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TAP_TIMEOUT: String(SECONDS) },
  });
  // A file that takes too long ends itself and says in which test; this is for one that cannot even do that.
  const kill = (how) => () => child.kill(how);
  const late = [setTimeout(kill('SIGTERM'), (SECONDS + 20) * 1000), setTimeout(kill('SIGKILL'), (SECONDS + 30) * 1000)];
  const stop = kill('SIGTERM');
  signal.addEventListener('abort', stop);
  const completed = new Promise((resolve) => parser.once('complete', resolve));
  child.stdout.pipe(parser);
  const [code, byWhat] = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (...how) => resolve(how));
  });
  for (const timer of late) clearTimeout(timer);
  signal.removeEventListener('abort', stop);
  const { ok, count, bailout } = await completed;
  if (tally.failed > 0) return tally;
  if (code !== 0) fail([file], `it ended with ${code ?? byWhat}`);
  else if (bailout) fail([file], `it gave up: ${bailout}`);
  else if (!ok) fail([file], 'its report is not whole');
  else if (count === 0) fail([file], 'it tests nothing');
  return tally;
}
