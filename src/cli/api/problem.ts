import { z } from 'zod';
import { CliError } from '../cli-error.ts';

const problem = z.object({
  code: z.string(),
  detail: z.string(),
  instance: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

const ADVICE: Record<string, string> = {
  UNAUTHENTICATED:
    'Is LINEKEEPER_TOKEN right? `linekeeper token list` on the machine of the daemon shows what there is.',
  EXTENSION_OUT_OF_RANGE: '`linekeeper company list` shows the ranges.',
  PBX_UNREACHABLE: '`linekeeper doctor` tells why.',
  PLAN_NOT_FOUND: 'The plan has changed meanwhile: look at it again with `linekeeper plan`.',
};

/** An error answer of the API as words: every wrong field on a line of its own. */
export function problemError(status: number, body: string): CliError {
  const parsed = problem.safeParse(jsonOf(body));
  if (!parsed.success) {
    return new CliError('ANSWER_UNKNOWN', `the answer is not one of Linekeeper's (status ${status})`, {
      advice: 'Is LINEKEEPER_URL the address of a Linekeeper daemon?',
    });
  }
  const { code, detail, instance, errors = [] } = parsed.data;
  const told = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  // A single wrong field may be the whole message already.
  const wrong = told.length === 1 && detail === told[0] ? '' : told.map((line) => `\n  ${line}`).join('');
  const advice = code === 'INTERNAL' ? `The daemon's log tells more about request ${instance}.` : ADVICE[code];
  return new CliError(code, `${detail}${wrong}`, { advice });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
