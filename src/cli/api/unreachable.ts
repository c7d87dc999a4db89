import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';

export function unreachable(where: string, why: string, advice: string): CliError {
  return new CliError('DAEMON_UNREACHABLE', `no daemon answers at ${where} (${why})`, {
    exitCode: EXIT.unreachable,
    advice,
  });
}
