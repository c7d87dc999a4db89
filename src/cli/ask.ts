import { createInterface } from 'node:readline/promises';
import { CliError } from './cli-error.ts';

/** @throws CliError USAGE where nobody sits at a terminal, and it was not said that it is meant */
export function mustBeAskable(advice = 'say --yes when you mean it'): void {
  if (process.stdin.isTTY !== true) throw new CliError('USAGE', `nobody can be asked here: ${advice}`);
}

/**
 * Anything but yes, Ctrl-C and Ctrl-D are a no.
 *
 * @throws CliError CANCELED saying what did not happen
 */
export async function askYes(question: string, nothing: string): Promise<void> {
  mustBeAskable();
  const dialog = createInterface({ input: process.stdin, output: process.stderr });
  const abort = new AbortController();
  dialog.once('SIGINT', () => abort.abort());
  dialog.once('close', () => abort.abort());
  const answer = await dialog.question(`${question} [y/N] `, { signal: abort.signal }).catch(() => undefined);
  dialog.close();
  if (answer === undefined) process.stderr.write('\n');
  if (answer === undefined || !/^y(es)?$/i.test(answer.trim())) throw new CliError('CANCELED', nothing);
}
