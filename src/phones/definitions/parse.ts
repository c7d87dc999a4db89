import { z } from 'zod';
import { fieldErrors } from '../../domain/rule.ts';
import { LinekeeperError, messageOf } from '../../errors.ts';

export type ParseYaml = (text: string) => unknown;

/** The parser, loaded when phones are first used. Aliases are limited: a small file stays a small value. */
export async function yamlParser(): Promise<ParseYaml> {
  const { parse } = await import('yaml');
  return (text) => parse(text, { maxAliasCount: 10, prettyErrors: true });
}

/** @throws CONFIG_INVALID naming the file and what is wrong in it */
export function parsed(parse: ParseYaml, path: string, text: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(parse(text));
  } catch (error) {
    throw definitionError(path, error);
  }
}

/** @throws CONFIG_INVALID */
export function checked<S extends z.ZodType>(schema: S, path: string, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw definitionError(path, result.error);
}

export function definitionError(path: string, error: unknown): LinekeeperError {
  const reason =
    error instanceof z.ZodError
      ? fieldErrors(error)
          .map((field) => `${field.path || 'file'}: ${field.message}`)
          .join('; ')
      : messageOf(error).split('\n')[0]!;
  return new LinekeeperError('CONFIG_INVALID', `${path}: ${reason}`, { details: { path, reason } });
}
