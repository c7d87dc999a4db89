import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface CliResult {
  code: number | null;
  out: string;
  err: string;
}

export interface CliOptions {
  input?: string;
  env?: Record<string, string>;
}

/** The environment without settings of whoever runs the tests, but with where their Asterisk is. */
export function cleanEnvironment(more: Record<string, string>): NodeJS.ProcessEnv {
  const foreign = Object.keys(process.env).filter((name) => /^LINEKEEPER_(?!CACHE$)/.test(name));
  const rest = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.includes(name)));
  return { ...rest, ...more };
}

/** Runs the command line as a process of its own, as a person or a script does. */
export function createCli(dataFolder: string) {
  return (args: string[], options: CliOptions = {}): Promise<CliResult> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, ['--import=tsx', '--no-warnings', main, ...args], {
        env: cleanEnvironment({ LINEKEEPER_DATA: dataFolder, ...options.env }),
      });
      let out = '';
      let err = '';
      child.stdout.on('data', (chunk) => {
        out += chunk;
      });
      child.stderr.on('data', (chunk) => {
        err += chunk;
      });
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, out, err }));
      child.stdin.end(options.input ?? '');
    });
}
