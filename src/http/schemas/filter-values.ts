import { z } from 'zod';
import { rule } from '../../domain/rule.ts';

/** Values of one filter. */
const MOST = 200;

/** Stands for "has none" where a column may be empty. */
const NONE = 'none';

function several(isOne: (value: string) => boolean, message: string) {
  return rule(z.string().max(MOST * 100), 'VALUE_UNKNOWN', `must be ${message}, joined by commas`, (v) => {
    const values = v.split(',');
    return values.length <= MOST && values.every(isOne);
  });
}

/** Some of these words, joined by commas: an item has one of them. */
export function severalOf<const W extends readonly string[]>(words: W) {
  return several((v) => words.includes(v), `of ${words.join(', ')}`)
    .transform((v) => v.split(',') as W[number][])
    .optional()
    .meta({ description: `${words.join(', ')}; several joined by commas.` });
}

/** Some of what `schema` takes, joined by commas. */
export function oneOf(schema: z.ZodType<string, string>) {
  return several((v) => schema.safeParse(v).success, 'what it can be')
    .transform((v) => v.split(','))
    .optional()
    .meta({ description: 'Several joined by commas.' });
}

/** Ids or other short texts, joined by commas. */
export function severalText(max: number) {
  return oneOf(z.string().max(max));
}

/** The same for what an item need not have: `none` among them means that it has none. */
export function severalOrNone(max: number) {
  return several((v) => v.length <= max, `texts of at most ${max} characters`)
    .transform((v) => v.split(',').map((one) => (one === NONE ? null : one)))
    .optional()
    .meta({ description: 'Several joined by commas; `none`: who or what has none.' });
}

/** A time, as milliseconds since 1970. */
export const time = z.iso
  .datetime({ offset: true })
  .transform((v) => Date.parse(v))
  .optional()
  .meta({ description: 'ISO 8601, as 2026-01-31T00:00:00Z.' });
