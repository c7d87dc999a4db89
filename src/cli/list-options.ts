import { CliError } from './cli-error.ts';

/** An instant as people write it, for the API. */
export function timeOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new CliError('USAGE', `${text} is not a time: write 2026-01-31T09:00:00Z`);
  return time.toISOString();
}

/** Of `--limit`. */
export function limitOf(text: string): number {
  if (!/^([1-9][0-9]?|[1-4][0-9]{2}|500)$/.test(text)) throw new CliError('USAGE', '--limit must be 1 to 500');
  return Number(text);
}
