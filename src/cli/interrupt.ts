import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';

/** Runs `work`; its signal is aborted by Ctrl-C instead of the process being ended. A second Ctrl-C does end it. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const onInterrupt = () => abort.abort();
  process.once('SIGINT', onInterrupt);
  try {
    return await work(abort.signal);
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
}

export function interrupted(message: string, advice?: string): CliError {
  return new CliError('INTERRUPTED', message, { exitCode: EXIT.interrupted, advice });
}
