import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Argon2, Argon2Cost } from './argon2.ts';

export interface Task {
  id: number;
  /** undefined: a new hash is wanted. */
  stored?: string | undefined;
  password: string;
  cost: Argon2Cost;
}

export type Answer = { id: number; result: unknown } | { id: number; error: string };

interface Pending {
  resolve(result: never): void;
  reject(error: Error): void;
}

/** Beside a daemon that is busy the hashes still get a tenth of a core; it gets the rest at once. */
const NICENESS = 10;
const IDLE_MS = 60_000;
const CHILD = fileURLToPath(new URL(`argon2-child${extname(import.meta.url)}`, import.meta.url));

class ProcessGone extends Error {}

/**
 * A process of its own for hashes, at a lower priority: in the daemon's they would take its place on the processor, and
 * other requests would wait. It starts with the first hash, ends after a minute (`idleMs`) without one, and with the daemon,
 * however that ends. What was being hashed when it died is hashed again, once.
 */
export function createArgon2Process(idleMs = IDLE_MS): Argon2 & { readonly pid: number | undefined } {
  let child: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  const pending = new Map<number, Pending>();
  let lastId = 0;
  let isOver = false;

  function start(): ChildProcess {
    // Nothing of the environment: there are secrets in it. No output: a dying process must not print what it held.
    const started = fork(CHILD, { env: {}, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    started.unref();
    if (started.pid !== undefined) lowerPriority(started.pid);
    started.on('message', (answer: Answer) => {
      const { resolve, reject } = pending.get(answer.id) ?? {};
      pending.delete(answer.id);
      if ('result' in answer) resolve?.(answer.result as never);
      else reject?.(new Error(answer.error));
      if (pending.size === 0) rest(started);
    });
    for (const event of ['error', 'disconnect', 'exit']) started.on(event, () => gone(started));
    return started;
  }

  /** It keeps nobody alive while it has nothing to do. */
  function rest(one: ChildProcess): void {
    one.channel?.unref();
    idle = setTimeout(end, idleMs).unref();
  }

  function gone(one: ChildProcess): void {
    if (one !== child) return;
    child = undefined;
    clearTimeout(idle);
    const lost = [...pending.values()];
    pending.clear();
    for (const { reject } of lost) reject(new ProcessGone('the process that hashes passwords ended'));
  }

  function end(): void {
    const ended = child;
    if (ended === undefined) return;
    gone(ended);
    ended.kill('SIGKILL');
  }

  function ask<T>(task: Omit<Task, 'id'>): Promise<T> {
    if (isOver) return Promise.reject(new ProcessGone('the daemon stops'));
    clearTimeout(idle);
    child ??= start();
    const asked = child;
    asked.channel?.ref();
    const id = ++lastId;
    return new Promise<T>((resolve, reject) => {
      pending.set(id, { resolve, reject });
      asked.send({ id, ...task }, (error) => error !== null && gone(asked));
    });
  }

  async function compute<T>(task: Omit<Task, 'id'>): Promise<T> {
    try {
      return await ask<T>(task);
    } catch (error) {
      if (!(error instanceof ProcessGone) || isOver) throw error;
      return ask<T>(task);
    }
  }

  return {
    hash: (password, cost) => compute({ password, cost }),
    verify: (stored, password, cost) => compute({ stored, password, cost }),
    end() {
      isOver = true;
      end();
    },
    get pid() {
      return child?.pid;
    },
  };
}

/** At once: threads inherit it when they are made. */
function lowerPriority(pid: number): void {
  try {
    setPriority(pid, NICENESS);
  } catch {
    // It is gone already, or this system knows no priorities: hashes are as right without.
  }
}
