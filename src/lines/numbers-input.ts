import { z } from 'zod';
import { e164Schema } from '../domain/phone-number.ts';
import { rule } from '../domain/rule.ts';
import { text } from '../domain/text.ts';

/** Numbers that one request may add. */
const RANGE_LIMIT = 1000;

export const numberInputSchema = z.strictObject({ e164: e164Schema, note: text(200).nullable().optional() });
export const numberPatchSchema = z.strictObject({ note: text(200).nullable().optional() });

/** First and last of a block of numbers, as a carrier gives them out. */
export const numberRangeSchema = rule(
  z.strictObject({
    companyId: z.string().max(64).optional(),
    from: e164Schema,
    to: e164Schema,
    note: text(200).nullable().optional(),
  }),
  'RANGE_INVALID',
  `must be two numbers of the same length, the lower first, at most ${RANGE_LIMIT} of them`,
  ({ from, to }) => from.length === to.length && from <= to && Number(to) - Number(from) < RANGE_LIMIT,
);

export function numbersOfRange(range: { from: string; to: string }): string[] {
  const first = Number(range.from);
  return Array.from({ length: Number(range.to) - first + 1 }, (_, i) => `+${first + i}`);
}
