import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pino from 'pino';
import { createEmbeddedPbx, type EmbeddedPbxInfo } from '../../src/asterisk/embedded/embedded-pbx.ts';
import { freePort } from './free-port.ts';
import { RawAmi } from './raw-ami.ts';

export { freePort } from './free-port.ts';

export interface AsteriskOverrides {
  /** What an operator keeps in files of their own, by name (`pjsip.conf`, `voicemail.conf`, `extensions.conf`, `modules.conf`). */
  custom?: Record<string, string>;
  ari?: { username: string; password: string };
}

export interface TestAsterisk extends EmbeddedPbxInfo {
  /** A full-rights login of the test's own, for reading back. */
  raw(): Promise<RawAmi>;
  testLogin: { username: string; secret: string };
  configDir: string;
  spoolDir: string;
  /** The output of a command on Asterisk's own console. */
  rx(command: string): Promise<string>;
  pid(): number;
  /** Ends it at once, as a power cut would; the supervisor starts it again. */
  kill9(): Promise<void>;
  /** Stops it in order and starts it again, with the same AstDB and files. */
  restart(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

interface Teardown {
  teardown(work: () => unknown): void;
}

const run = promisify(execFile);

export function cacheDir(): string {
  return process.env.LINEKEEPER_CACHE ?? join(homedir(), '.cache/linekeeper');
}

/** A private real Asterisk for one test file, on free ports, ended with the test. */
export async function startAsterisk(t: Teardown, overrides: AsteriskOverrides = {}): Promise<TestAsterisk> {
  const dataDir = mkdtempSync(join(tmpdir(), 'lk-'));
  t.teardown(() => rmSync(dataDir, { recursive: true, force: true }));
  const testLogin = { username: 'test', secret: 'test-only-full-rights' };
  const testUser = `[test]\nsecret=${testLogin.secret}\nread=all\nwrite=all\nwritetimeout=5000\n`;
  mkdirSync(join(dataDir, 'pbx/custom'), { recursive: true });
  const custom = { ...overrides.custom, 'manager.conf': testUser + (overrides.custom?.['manager.conf'] ?? '') };
  for (const [name, content] of Object.entries(custom)) writeFileSync(join(dataDir, 'pbx/custom', name), content);

  const [ami, http, sip] = [await freePort(), await freePort(), await freePort()];
  const rtpStart = 20_000 + 2 * Math.floor(Math.random() * 5_000);
  const pbx = createEmbeddedPbx({
    dataDir,
    cacheDir: cacheDir(),
    ports: { ami, http, sip, rtpStart, rtpEnd: rtpStart + 400 },
    log: pino({ level: 'fatal' }),
    ...(overrides.ari === undefined ? {} : { ari: overrides.ari }),
  });
  const letGo = endWithProcess(() => pbx.pid);
  t.teardown(async () => {
    await pbx.stop();
    letGo();
  });
  const info = await pbx.start();
  const configDir = join(info.root, 'etc');
  const pid = () => {
    if (pbx.pid === undefined) throw new Error('Asterisk is not running');
    return pbx.pid;
  };

  return {
    ...info,
    testLogin,
    configDir,
    spoolDir: join(info.root, 'spool'),
    raw: () => RawAmi.login(info.amiPort, testLogin.username, testLogin.secret),
    async rx(command) {
      const commandLine = readFileSync(`/proc/${pid()}/cmdline`, 'utf8').split('\0');
      const [program = '', ...args] = commandLine.slice(0, commandLine.indexOf('-f'));
      const { stdout } = await run(program, [...args, '-C', join(configDir, 'asterisk.conf'), '-rx', command]);
      return stdout;
    },
    pid,
    async kill9() {
      const old = pid();
      process.kill(old, 'SIGKILL');
      await until(() => pbx.pid !== old, 'Asterisk to die');
    },
    async restart() {
      await pbx.stop();
      await pbx.start();
    },
    freeze: () => void process.kill(pid(), 'SIGSTOP'),
    thaw: () => void process.kill(pid(), 'SIGCONT'),
  };
}

/** Asterisk has its own process group: a test that is ended from outside must take it along. */
function endWithProcess(pid: () => number | undefined): () => void {
  const kill = () => {
    const running = pid();
    if (running !== undefined) process.kill(running, 'SIGKILL');
  };
  const onSignal = (signal: NodeJS.Signals) => {
    kill();
    letGo();
    process.kill(process.pid, signal);
  };
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
  const letGo = () => {
    process.off('exit', kill);
    for (const signal of signals) process.off(signal, onSignal);
  };
  process.on('exit', kill);
  for (const signal of signals) process.on(signal, onSignal);
  return letGo;
}

/** Looks until it is so; a test that waits for an outcome says which, so that a failure names it. */
export async function until<T>(
  look: () => T | Promise<T>,
  outcome: string,
  deadline = 15_000,
): Promise<NonNullable<T>> {
  const end = Date.now() + deadline;
  for (;;) {
    const seen = await look();
    if (seen) return seen as NonNullable<T>;
    if (Date.now() > end) throw new Error(`waited ${deadline} ms in vain for ${outcome}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
