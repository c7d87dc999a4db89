import type { Kicked, ThrownOff } from './api/action-views.ts';
import { EXIT } from './exit-codes.ts';
import { syncWords } from './sync-words.ts';
import { count } from './words.ts';

type Part = { error?: string | null; left?: number; stillUp?: number } | null;

/** One line for each thing that was to end, in which it says what was read back. */
export function pbxPartLines({ registrations, calls }: Pick<Kicked, 'registrations' | 'calls'>): string[] {
  const lines: string[] = [];
  if (registrations !== null) {
    lines.push(line('registrations', registrations, `${registrations.dropped} thrown off, ${registrations.left} left`));
  }
  if (calls !== null)
    lines.push(line('calls', calls, `${count(calls.ended, 'channel')} hung up, ${calls.stillUp} left`));
  return lines;
}

export function thrownOffText(done: ThrownOff): string {
  const lines = pbxPartLines(done);
  if (done.sync !== null) lines.push(`secret         new, ${syncWords(done.sync)}`);
  if (done.credentials !== undefined) lines.push(credentialLine(done.credentials));
  else lines.push('It may register again with the secret it has; --rotate keeps it off.');
  return [`${done.endpoint} thrown off`, ...lines].join('\n');
}

export function kickedText(username: string, done: Kicked): string {
  const lines: string[] = [];
  if (done.sessions !== null) lines.push(`sessions       ${done.sessions.ended} ended, ${done.sessions.left} left`);
  if (done.tokens !== null) lines.push(`API tokens     ${done.tokens.ended} deleted, ${done.tokens.left} left`);
  lines.push(...pbxPartLines(done));
  if (done.secrets !== null) lines.push(`secrets        ${done.secrets.rotated} new, ${syncWords(done.secrets.sync)}`);
  lines.push(...(done.credentials ?? []).map(credentialLine));
  return [`${username} kicked; he may come back, unless he is disabled`, ...lines].join('\n');
}

/** Whether everything that was to end is gone. */
export function actionExit(...parts: Part[]): number {
  const isLeft = (part: Part) =>
    part !== null && ((part.error ?? null) !== null || (part.left ?? part.stillUp ?? 0) > 0);
  return parts.some(isLeft) ? EXIT.differences : EXIT.ok;
}

function line(name: string, { error }: { error: string | null }, text: string): string {
  return `${name.padEnd(14)} ${error === null ? text : `not done: ${error}`}`;
}

function credentialLine({ endpoint, secret }: { endpoint: string; secret: string }): string {
  return `shown once: user ${endpoint}, secret ${secret}`;
}
