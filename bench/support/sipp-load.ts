import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SippLoadOptions {
  sipPort: number;
  caller: { user: string; secret: string };
  callee: { user: string; secret: string };
  /** What is dialled. */
  to: string;
  callsPerSecond: number;
  calls: number;
  /** Milliseconds that each call is up. */
  holdMs: number;
}

const SCENARIOS = new URL('../../test/support/sipp/', import.meta.url).pathname;

/** Real calls between two phones, without sound. Resolves when the last one is over; answers how many were set up. */
export async function callLoad(options: SippLoadOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-load-'));
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const fill = (name: string, values: Record<string, string>) => {
    const file = join(folder, `${name}.xml`);
    const text = readFileSync(join(SCENARIOS, `${name}.xml`), 'utf8');
    writeFileSync(
      file,
      text.replace(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? ''),
    );
    return file;
  };
  const sipp = (file: string, port_: number, flags: string[]): ChildProcess =>
    spawn(
      'sipp',
      ['-sf', file, `127.0.0.1:${options.sipPort}`, '-i', '127.0.0.1', '-p', String(port_), '-nostdin', ...flags],
      {
        cwd: folder,
        stdio: 'ignore',
        env: { ...process.env, TERM: 'dumb' },
      },
    );
  try {
    const { caller, callee, calls } = options;
    const contact = `sip:${callee.user}@127.0.0.1:${port}`;
    const keys = ['-key', 'user', callee.user, '-key', 'contact', contact, '-key', 'expires', '600'];
    const registered = sipp(fill('register', {}), port, ['-m', '1', '-au', callee.user, '-ap', callee.secret, ...keys]);
    const [code] = await once(registered, 'exit');
    if (code !== 0) throw new Error('the phone did not register');
    const answering = sipp(fill('answer', { ringing: '100' }), port, ['-m', String(calls)]);
    const rate = ['-r', String(options.callsPerSecond), '-m', String(calls), '-l', '2000'];
    const who = ['-key', 'user', caller.user, '-key', 'name', caller.user, '-au', caller.user, '-ap', caller.secret];
    const file = fill('caller', { media: '', hold: String(options.holdMs) });
    const calling = sipp(file, port + 1, ['-s', options.to, ...rate, ...who]);
    await once(calling, 'exit');
    answering.kill('SIGKILL');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
