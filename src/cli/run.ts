import { CommanderError } from 'commander';
import { isLinekeeperError, messageOf } from '../errors.ts';
import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';
import { createProgram, type Host } from './program.ts';

/** Runs one command line. Whatever goes wrong is said in a line or two; the exit code is answered. */
export async function runCommand(argv: readonly string[], host: Host): Promise<number> {
  // A reader that has enough (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
    throw error;
  });
  const program = await createProgram(host, argv);
  try {
    await program.command.parseAsync(argv);
    return program.exitCode();
  } catch (error) {
    // Commander has said it already: a usage error, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.error;
    const failure = failureOf(error);
    if (program.command.opts<{ json?: boolean }>().json === true) {
      const { code, message, advice } = failure;
      process.stderr.write(`${JSON.stringify({ error: { code, message, advice } })}\n`);
    } else {
      const advice = failure.advice === undefined ? '' : `${failure.advice}\n`;
      process.stderr.write(`${failure.code}: ${failure.message}\n${advice}`);
    }
    return failure.exitCode;
  }
}

function failureOf(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (isLinekeeperError(error)) return new CliError(error.code, error.message);
  const { code } = error as NodeJS.ErrnoException;
  // A file that cannot be read or written is the caller's; anything else is a bug and worth its stack.
  if (code !== undefined) return new CliError(code, messageOf(error));
  return new CliError('INTERNAL', error instanceof Error ? (error.stack ?? error.message) : String(error));
}
