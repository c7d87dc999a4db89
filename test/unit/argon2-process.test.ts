import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { constants, getPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { createArgon2Process } from '../../src/people/argon2-process.ts';
import { createPasswordHasher } from '../../src/people/password-hash.ts';
import { until } from '../support/asterisk.ts';

const COST = { memoryCost: 1024, timeCost: 1, parallelism: 1 };
const SLOW = { memoryCost: 19_456, timeCost: 20, parallelism: 1 };
const SECRET = 'a password that nobody may see';

function isRunning(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}

t.test('hashes are made and compared in a process of lower priority, which learns nothing but the hash', async (t) => {
  t.teardown(() => delete process.env.LINEKEEPER_SECRET);
  process.env.LINEKEEPER_SECRET = 'of-the-daemon';
  const argon2 = createArgon2Process();
  t.teardown(() => argon2.end());
  t.equal(argon2.pid, undefined, 'it starts with the first hash');
  const hash = await argon2.hash(SECRET, COST);
  t.match(hash, /^\$argon2id\$v=19\$m=1024,/);
  t.same(await argon2.verify(hash, SECRET, COST), { ok: true, rehash: false });
  t.same(await argon2.verify(hash, SECRET, { ...COST, timeCost: 2 }), { ok: true, rehash: true });
  t.same(await argon2.verify(hash, 'another', { ...COST, timeCost: 2 }), { ok: false, rehash: false });
  const pid = argon2.pid ?? 0;
  t.ok(getPriority(pid) > constants.priority.PRIORITY_NORMAL);
  if (process.platform === 'linux') {
    t.notMatch(readFileSync(`/proc/${pid}/cmdline`, 'utf8'), SECRET);
    t.notMatch(readFileSync(`/proc/${pid}/environ`, 'utf8'), 'of-the-daemon');
  }
});

t.test('an error of argon2 is an error here and says nothing of the password', async (t) => {
  const argon2 = createArgon2Process();
  t.teardown(() => argon2.end());
  const error = await argon2.verify('no hash', SECRET, COST).catch((reason: Error) => reason);
  t.type(error, Error);
  t.notMatch(String((error as Error).stack), SECRET);
  t.match(await argon2.hash(SECRET, COST), /^\$argon2id/, 'and it goes on');
});

t.test('when the process dies, what it was at is done by another, and so is what comes next', async (t) => {
  const argon2 = createArgon2Process();
  t.teardown(() => argon2.end());
  await argon2.hash(SECRET, COST);
  const first = argon2.pid ?? 0;
  const slow = [argon2.hash(SECRET, SLOW), argon2.hash(SECRET, SLOW)];
  process.kill(first, 'SIGKILL');
  for (const hash of await Promise.all(slow)) t.match(hash, /^\$argon2id/);
  t.not(argon2.pid, first);
  t.notOk(isRunning(first));
  process.kill(argon2.pid ?? 0, 'SIGKILL');
  t.match(await argon2.hash(SECRET, COST), /^\$argon2id/);
});

t.test('one that dies twice over the same hash is not asked a third time', async (t) => {
  const argon2 = createArgon2Process();
  t.teardown(() => argon2.end());
  await argon2.hash(SECRET, COST);
  const first = argon2.pid ?? 0;
  const slow = t.rejects(argon2.hash(SECRET, SLOW), /ended/);
  process.kill(first, 'SIGKILL');
  await until(() => ![undefined, first].includes(argon2.pid), 'another process');
  process.kill(argon2.pid ?? 0, 'SIGKILL');
  await slow;
});

t.test('it ends after some time without a hash, and starts anew with the next', async (t) => {
  const argon2 = createArgon2Process(20);
  t.teardown(() => argon2.end());
  await argon2.hash(SECRET, COST);
  const first = argon2.pid;
  await until(() => argon2.pid === undefined && !isRunning(first), 'the end of the process');
  t.match(await argon2.hash(SECRET, COST), /^\$argon2id/);
});

t.test('a stop ends it at once, in the middle of a hash, and nothing starts it again', async (t) => {
  const argon2 = createArgon2Process();
  await argon2.hash(SECRET, COST);
  const { pid } = argon2;
  const slow = t.rejects(argon2.hash(SECRET, { ...SLOW, timeCost: 10_000 }));
  argon2.end();
  await slow;
  await until(() => !isRunning(pid), 'the end of the process');
  await t.rejects(argon2.hash(SECRET, COST));
  t.equal(argon2.pid, undefined);
});

t.test('it ends with the daemon, however that ends', async (t) => {
  const program = fileURLToPath(new URL('../support/hasher-child.ts', import.meta.url));
  const parent = spawn(process.execPath, ['--import=./scripts/typescript.mjs', '--no-warnings', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => parent.kill('SIGKILL'));
  const [said] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(said.toString());
  t.ok(isRunning(pid));
  parent.kill('SIGKILL');
  await until(() => !isRunning(pid), 'the end of the process that hashes');
});

t.test('an account that does not exist is compared with a hash like any other', async (t) => {
  const argon2 = createArgon2Process();
  t.teardown(() => argon2.end());
  const seen: string[] = [];
  const spied = {
    ...argon2,
    verify: (...args: Parameters<typeof argon2.verify>) => {
      seen.push(args[0]);
      return argon2.verify(...args);
    },
  };
  const settings = { memoryKib: 1024, passes: 1, lanes: 1, workers: 1, queue: 10 };
  const hasher = createPasswordHasher(settings, spied);
  t.same(await hasher.verify(null, SECRET), { ok: false, rehash: false });
  t.match(seen[0], /^\$argon2id\$v=19\$m=1024,/);
});
