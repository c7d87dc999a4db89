import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../../support/asterisk.ts';
import { builtMain } from '../../support/built.ts';
import { Api } from './api.ts';

export interface DaemonOptions {
  dataDir: string;
  /** TCP port of the API. */
  port: number;
  env?: Record<string, string>;
  /** A planted fault: the name of a file in `mutants/`. */
  mutant?: string;
  /** Bytes above which a file of the daemon does not grow. */
  fileSizeLimit?: number;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  ms: number;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A daemon under test in a process of its own. */
export class DaemonProcess {
  readonly options: DaemonOptions;
  readonly #child: ChildProcess;
  readonly #log: string;
  readonly #from: number;
  readonly exited: Promise<Exit>;
  exit: Exit | undefined;
  stderr = '';

  constructor(options: DaemonOptions) {
    this.options = options;
    this.#log = join(options.dataDir, '..', 'daemon.log');
    this.#from = existsSync(this.#log) ? readFileSync(this.#log).length : 0;
    const output = openSync(this.#log, 'a');
    // A planted fault takes the place of a source, so the sources are run.
    const planted = [
      '--import=./scripts/typescript.mjs',
      `--import=${here('./preload.mjs')}`,
      here('../../../src/main.ts'),
    ];
    const program = options.mutant === undefined ? [builtMain] : planted;
    const startedAt = performance.now();
    this.#child = spawn(process.execPath, ['--no-warnings', ...program, 'serve'], {
      cwd: here('../../..'),
      stdio: ['ignore', output, 'pipe'],
      env: {
        ...process.env,
        LINEKEEPER_DATA: options.dataDir,
        LINEKEEPER_HTTP_PORT: String(options.port),
        LINEKEEPER_EMBEDDED_PBX_MODE: 'no',
        LINEKEEPER_PHONES_HTTP_PORT: '0',
        LINEKEEPER_LOG_LEVEL: 'info',
        LINEKEEPER_LOG_PRETTY: 'no',
        // Only the audits that a (re)connect causes: what a test shows must not be the interval's doing.
        LINEKEEPER_SYNC_AUDIT_INTERVAL_SECONDS: '3600',
        LINEKEEPER_SYNC_RELOAD_QUIET_MS: '100',
        LINEKEEPER_SYNC_RELOAD_MAX_MS: '1000',
        ...(options.mutant === undefined ? {} : { CRASH_MUTANT: options.mutant }),
        ...options.env,
      },
    });
    closeSync(output);
    running.add(this.#child);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.exited = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        running.delete(this.#child);
        this.exit = { code, signal, ms: performance.now() - startedAt };
        resolve(this.exit);
      });
    });
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Takes requests. Throws with the log when it ended instead. */
  async ready(): Promise<this> {
    const api = new Api({ port: this.options.port });
    try {
      await until(
        async () => {
          if (this.exit !== undefined)
            throw new Error(`the daemon ended: ${JSON.stringify(this.exit)}\n${this.tail()}`);
          return (await api.call('GET', '/readyz').catch(() => undefined))?.status === 200;
        },
        'the daemon to be ready',
        60_000,
      );
    } finally {
      api.close();
    }
    return this;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.exit === undefined) process.kill(this.pid, signal);
  }

  async kill9(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }

  /** What it logged since it was started. */
  log(): string {
    return readFileSync(this.#log).subarray(this.#from).toString('utf8');
  }

  tail(): string {
    const lines = this.log()
      .split('\n')
      .filter((line) => !line.includes('"msg":"request"'));
    return `${lines.slice(-15).join('\n')}\n${this.stderr.slice(-2000)}`;
  }
}
