/**
 * Runs the crash tests with many seeds, one file after the other, and adds their numbers up:
 * node --import=tsx test/crash/support/campaign.ts --seeds 50 [--first 1] [name ...]
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DIMENSIONS } from './check.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const { seeds, first, names } = argumentsOf(process.argv.slice(2));

interface Totals {
  runs: number;
  sums: Map<string, number>;
  requests: number;
  ok: number;
  converged: number[];
  failed: boolean;
}

async function runFile(name: string): Promise<Totals> {
  const totals: Totals = { runs: 0, sums: new Map(), requests: 0, ok: 0, converged: [], failed: false };
  const args = ['--no-warnings', '--import=tsx', `${folder}${name}.test.ts`, '--seeds', seeds, '--first', first];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TAP_TIMEOUT: '86400' },
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  totals.failed = await new Promise((resolve) => child.once('close', (code) => resolve(code !== 0)));
  for (const line of text.split('\n')) {
    if (/^\s*not ok/.test(line)) process.stdout.write(`${name}: ${line.trim()}\n`);
    const [, numbers, json] = /# seed=\d+ (?!planted).*?: (LOST=.*?) (\{.*\})$/.exec(line) ?? [];
    if (numbers === undefined || json === undefined) continue;
    totals.runs++;
    for (const one of numbers.split(' ')) {
      const [dimension = '', value] = one.split('=');
      totals.sums.set(dimension, (totals.sums.get(dimension) ?? 0) + Number(value));
    }
    const more = JSON.parse(json) as Record<string, number>;
    totals.requests = Math.max(totals.requests, more.requests ?? 0);
    totals.ok = Math.max(totals.ok, more.ok ?? 0);
    if (more.convergedMs !== undefined) totals.converged.push(more.convergedMs);
  }
  return totals;
}

const files = readdirSync(folder)
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => name.slice(0, -'.test.ts'.length))
  .filter((name) => names.length === 0 || names.includes(name));
let hasFailed = false;
for (const name of files) {
  const { runs, sums, requests, ok, converged, failed } = await runFile(name);
  hasFailed ||= failed;
  converged.sort((a, b) => a - b);
  const at = (share: number) => converged[Math.min(converged.length - 1, Math.floor(share * converged.length))] ?? '-';
  const numbers = DIMENSIONS.map((dimension) => `${dimension}=${sums.get(dimension) ?? 0}`).join(' ');
  process.stdout.write(
    `${failed ? 'FAILED ' : ''}${name}: ${runs} verdicts, ${requests} requests, ${ok} acknowledged, ${numbers}, ` +
      `in sync after p50 ${at(0.5)} ms, most ${at(1)} ms\n`,
  );
}
process.exit(hasFailed ? 1 : 0);

function argumentsOf(args: string[]): { seeds: string; first: string; names: string[] } {
  const found = { seeds: '10', first: '1', names: [] as string[] };
  for (let at = 0; at < args.length; at++) {
    const word = args[at] as string;
    if (word === '--seeds' || word === '--first') found[word.slice(2) as 'seeds' | 'first'] = args[++at] ?? '1';
    else found.names.push(word);
  }
  return found;
}
