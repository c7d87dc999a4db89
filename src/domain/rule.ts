import type { z } from 'zod';
import type { FieldError } from '../errors.ts';

/**
 * Adds a check with a stable code to a zod schema. The same schemas judge an API request and a row of an import, so
 * both report the same codes.
 */
export function rule<S extends z.ZodType>(
  schema: S,
  code: string,
  message: string,
  ok: (value: z.output<S>) => boolean,
) {
  return schema.refine(ok, { error: message, params: { code }, abort: true });
}

/** The issues of a zod error as our field errors; `custom` issues carry the code of their rule. */
export function fieldErrors(error: z.core.$ZodError): FieldError[] {
  return error.issues.map((issue) => ({
    path: issue.path.map(String).join('.'),
    code: issue.code === 'custom' ? String(issue.params?.code ?? 'INVALID') : codeOf(issue),
    message: issue.code === 'unrecognized_keys' ? `unknown: ${issue.keys.join(', ')}` : issue.message,
  }));
}

function codeOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return 'TYPE_INVALID';
  if (issue.code === 'unrecognized_keys') return 'FIELD_UNKNOWN';
  if (issue.code === 'too_big') return 'TOO_LARGE';
  if (issue.code === 'too_small') return 'TOO_SMALL';
  if (issue.code === 'invalid_value') return 'VALUE_UNKNOWN';
  return 'INVALID';
}
