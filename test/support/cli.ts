import { spawn } from 'node:child_process';
import { scripts } from './built.ts';

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
      const child = spawn(process.execPath, [`${scripts}linekeeper.mjs`, ...args], {
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

export interface RunningCli {
  /** All that was printed so far. */
  out(): string;
  err(): string;
  type(text: string): void;
  signal(signal: NodeJS.Signals): void;
  done: Promise<number | null>;
}

/** A command that goes on until it is told to end; on a terminal of this size, or with pipes. */
export function startCli(
  t: { teardown(work: () => unknown): void },
  dataFolder: string,
  args: string[],
  terminal?: { rows: number; columns: number },
): RunningCli {
  const command = [process.execPath, `${scripts}linekeeper.mjs`, ...args];
  const shell = command.map((part) => `'${part}'`).join(' ');
  const size = `stty rows ${terminal?.rows} cols ${terminal?.columns}`;
  // util-linux: runs a command on a pseudo-terminal and passes on what it prints and what is typed.
  const [file = '', ...rest] = terminal === undefined ? command : ['script', '-qfec', `${size}; ${shell}`, '/dev/null'];
  const child = spawn(file, rest, {
    env: cleanEnvironment({ LINEKEEPER_DATA: dataFolder, TERM: 'xterm', SHELL: '/bin/sh' }),
  });
  t.teardown(() => child.kill('SIGKILL'));
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return {
    out: () => out,
    err: () => err,
    type: (text) => void child.stdin.write(text),
    signal: (signal) => void child.kill(signal),
    done: new Promise((resolve) => {
      child.once('close', (code) => resolve(code));
    }),
  };
}
