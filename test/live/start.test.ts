import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { freePort, until } from '../support/asterisk.ts';
import { cleanEnvironment } from '../support/cli.ts';

// What `npm start` runs, on the built program, as a process of its own.
const start = fileURLToPath(new URL('../../scripts/start.mjs', import.meta.url));

interface Running {
  child: ChildProcess;
  port: number;
  out(): string;
  err(): string;
  /** The exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>;
  ready(): Promise<void>;
}

async function run(folder: string, env: Record<string, string> = {}): Promise<Running> {
  const port = Number(env.LINEKEEPER_HTTP_PORT ?? (await freePort()));
  const settings = {
    LINEKEEPER_DATA: folder,
    LINEKEEPER_HTTP_PORT: String(port),
    LINEKEEPER_EMBEDDED_PBX_MODE: 'no',
    LINEKEEPER_PHONES_HTTP_PORT: '0',
  };
  const child = spawn(process.execPath, [start], { env: cleanEnvironment({ ...settings, ...env }) });
  t.teardown(() => child.kill('SIGKILL'));
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  return {
    child,
    port,
    out: () => out,
    err: () => err,
    ended,
    ready: async () => {
      const isReady = () => out.includes('"msg":"ready"') || child.exitCode !== null;
      await until(isReady, 'the daemon to be ready', 240_000);
      if (child.exitCode !== null) throw new Error(`it ended: ${err}`);
    },
  };
}

/** Short: the path of a socket has few bytes. */
function newFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'lk-start-'));
  t.teardown(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

// A run of its own, so that no later one has to build.
await (await run('/nowhere', { LINEKEEPER_LOG_LEVEL: 'none' })).ended;

const folder = newFolder();
const first = await run(folder);
await first.ready();
const token = /Token +(lk_\S+)/.exec(first.err())?.[1] ?? '';

t.test('the first start shows a token once, beside the log', async (t) => {
  t.match(token, /^lk_[A-Za-z0-9_-]{43}$/);
  t.notOk(first.out().includes(token), 'not in the log');
  t.equal(first.err().split(token).length, 2, 'once');
  const address = `http://127.0.0.1:${first.port}`;
  t.equal((await fetch(`${address}/readyz`)).status, 200);
  t.equal((await fetch(`${address}/api/v1/companies`, { headers: { authorization: `Bearer ${token}` } })).status, 200);
  for (const page of ['/docs/', '/openapi.json']) t.equal((await fetch(address + page)).status, 200, page);
});

t.test('a second one on the same data is refused in one line', async (t) => {
  const second = await run(folder);
  t.equal(await second.ended, 1);
  t.match(second.err(), /^DATABASE_LOCKED_BY_OTHER: another Linekeeper is running on .*\n$/);
});

t.test('a data folder whose path no socket can have is refused', async (t) => {
  const long = await run(join(folder, 'x'.repeat(90)));
  t.equal(await long.ended, 1);
  t.match(long.err(), /^CONFIG_INVALID: data\.folder: .* is too long/);
});

t.test('a port that is used is named', async (t) => {
  const second = await run(newFolder(), { LINEKEEPER_HTTP_PORT: String(first.port) });
  t.equal(await second.ended, 1);
  t.match(second.err(), new RegExp(`EADDRINUSE: port ${first.port} of 127\\.0\\.0\\.1 is used`));
  t.notMatch(second.err(), /\n {4}at /, 'no stack trace');
  const third = await run(newFolder(), { LINEKEEPER_PHONES_HTTP_PORT: String(first.port) });
  t.equal(await third.ended, 1);
  t.match(third.err(), new RegExp(`EADDRINUSE: port ${first.port}, where desk phones fetch, is used`));
});

t.test('two with their own data and ports live side by side', async (t) => {
  const second = await run(newFolder());
  await second.ready();
  for (const { port } of [first, second]) t.equal((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 200);
  second.child.kill('SIGTERM');
  t.equal(await second.ended, 0);
  t.equal((await fetch(`http://127.0.0.1:${first.port}/readyz`)).status, 200);
});

t.test(
  'a signal that comes twice at once, as below npm, is one signal, whoever does not read his answers',
  async (t) => {
    const deaf = connect(first.port, '127.0.0.1').pause();
    deaf.on('error', () => {});
    t.teardown(() => deaf.destroy());
    deaf.write('GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(50));
    await sleep(500);
    first.child.kill('SIGINT');
    await sleep(20);
    first.child.kill('SIGINT');
    t.equal(await first.ended, 0);
    await t.rejects(fetch(`http://127.0.0.1:${first.port}/readyz`));
  },
);

t.test('the next start shows no token, and the old one works', async (t) => {
  const next = await run(folder);
  await next.ready();
  t.notMatch(next.out() + next.err(), /lk_/);
  const headers = { authorization: `Bearer ${token}` };
  t.equal((await fetch(`http://127.0.0.1:${next.port}/api/v1/companies`, { headers })).status, 200);
  next.child.kill('SIGKILL');
  t.equal(await next.ended, 'SIGKILL');
});

t.test('after a kill -9 it starts as if nothing had been', async (t) => {
  const next = await run(folder);
  await next.ready();
  next.child.kill('SIGTERM');
  t.equal(await next.ended, 0);
});

for (const delay of [300, 700, 1000, 1300]) {
  t.test(`a SIGTERM ${delay} ms after the start ends it`, async (t) => {
    const early = await run(folder);
    await sleep(delay);
    early.child.kill('SIGTERM');
    // Before the program is loaded the signal ends the process by itself.
    t.ok([0, 'SIGTERM'].includes((await early.ended) as never), early.err());
    const after = await run(folder);
    await after.ready();
    after.child.kill('SIGTERM');
    t.equal(await after.ended, 0, 'the next start is well');
  });
}
