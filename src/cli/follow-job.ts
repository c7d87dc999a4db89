import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from './api/client.ts';
import type { JobProgress } from './api/views.ts';
import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';
import { interrupted, interruptible } from './interrupt.ts';
import { progressLine } from './progress-bar.ts';
import type { Terminal } from './terminal.ts';

/** Milliseconds between two looks: a bar moves smoothly, a log gets a line now and then. */
const LIVE_MS = 250;
const PLAIN_MS = 500;
const PLAIN_LINE_MS = 5000;
/** How long (milliseconds) a daemon may be away: a job goes on when it is back. */
const AWAY_MS = 60_000;

/** States in which nothing happens until somebody asks for it. */
const RESTING = new Set(['ready', 'done', 'failed', 'canceled', 'undone', 'paused']);

export type FollowTerminal = Pick<Terminal, 'isJson' | 'isLive' | 'columns' | 'note' | 'redraw'>;

/**
 * Waits until a job ends or is paused; on a terminal with a bar, else with a line every few seconds. Ctrl-C leaves the job
 * alone. `commands`: those of the job's type, `jobs` or `imports`, which is also its path in the API.
 *
 * @throws CliError INTERRUPTED
 */
export function followJob<T extends JobProgress>(
  api: Pick<Api, 'call'>,
  terminal: FollowTerminal,
  id: string,
  commands: 'jobs' | 'imports',
): Promise<T> {
  return interruptible(async (signal) => {
    const look = patient(terminal, () => api.call<T>('GET', `/${commands}/${encodeURIComponent(id)}`));
    let told = Date.now();
    while (!signal.aborted) {
      const job = await look();
      if (job !== undefined) {
        const isOver = RESTING.has(job.state);
        if (terminal.isLive) terminal.redraw(isOver ? '' : progressLine(job, terminal.columns() - 1));
        else if (!isOver && !terminal.isJson && Date.now() - told >= PLAIN_LINE_MS) {
          terminal.note(progressLine(job));
          told = Date.now();
        }
        if (isOver) return job;
      }
      await sleep(terminal.isLive ? LIVE_MS : PLAIN_MS, undefined, { signal }).catch(() => {});
    }
    if (terminal.isLive) terminal.redraw('');
    throw interrupted('the job goes on without you', howToGoOn(id, commands));
  });
}

function howToGoOn(id: string, commands: 'jobs' | 'imports'): string {
  const follow = commands === 'jobs' ? `jobs follow ${id}` : `imports show ${id} --wait`;
  return `Follow it: linekeeper ${follow}\nEnd it: linekeeper ${commands} cancel ${id}`;
}

/** A job outlives its daemon, so that one that is being restarted is waited for. Answers nothing meanwhile. */
function patient<T>(terminal: FollowTerminal, look: () => Promise<T>): () => Promise<T | undefined> {
  let awaySince: number | undefined;
  let wasThere = false;
  return async () => {
    try {
      const found = await look();
      wasThere = true;
      awaySince = undefined;
      return found;
    } catch (error) {
      if (!isAway(error) || !wasThere || Date.now() - (awaySince ?? Date.now()) > AWAY_MS) {
        if (terminal.isLive) terminal.redraw('');
        throw error;
      }
      if (awaySince === undefined) {
        awaySince = Date.now();
        if (terminal.isLive) terminal.redraw('the daemon does not answer; waiting for it');
        else terminal.note('the daemon does not answer; waiting for it');
      }
      return undefined;
    }
  };
}

/** Nobody answered, or whoever did was gone in the middle of it. */
function isAway(error: unknown): boolean {
  if (error instanceof CliError) return error.exitCode === EXIT.unreachable;
  return (error as NodeJS.ErrnoException).code === 'ECONNRESET';
}
