import { z } from 'zod';
import { extensionNumberSchema } from './extension.ts';
import { rule } from './rule.ts';

const digits = (least: number) =>
  rule(z.string(), 'EXTENSION_NUMBER_INVALID', `must be ${least} to 10 digits`, (value) =>
    new RegExp(`^[0-9]{${least},10}$`).test(value),
  );
const count = z.int().min(0).max(9);

/** How new numbers are made of old ones. A number that a rule says nothing of stays. */
export const renumberRuleSchema = z.union([
  z
    .strictObject({ replacePrefix: z.strictObject({ from: digits(1), to: digits(0) }) })
    .meta({ description: '1045 with {from: "10", to: "20"} becomes 2045.' }),
  z
    .strictObject({ add: z.int().min(-9_999_999_999).max(9_999_999_999) })
    .meta({ description: 'Leading zeros are kept: 0100 and 1 give 0101.' }),
  z
    .strictObject({
      digits: rule(
        z.strictObject({
          dropFirst: count.optional(),
          dropLast: count.optional(),
          prepend: digits(1).optional(),
          append: digits(1).optional(),
        }),
        'VALIDATION_FAILED',
        'must say what to drop, prepend or append',
        (given) => Object.keys(given).length > 0,
      ),
    })
    .meta({ description: 'First digits are dropped, then added.' }),
  z
    .strictObject({ table: z.record(extensionNumberSchema, extensionNumberSchema) })
    .meta({ description: 'New numbers by the old ones: {"1000": "2000", "2000": "1000"} swaps two.' }),
]);
export type RenumberRule = z.infer<typeof renumberRuleSchema>;

/** The number that a rule makes of another; it may be none at all: see `extensionNumberSchema`. */
export function renumbered(given: RenumberRule, number: string): string {
  if ('replacePrefix' in given) {
    const { from, to } = given.replacePrefix;
    return number.startsWith(from) ? to + number.slice(from.length) : number;
  }
  if ('add' in given) return String(Number(number) + given.add).padStart(number.length, '0');
  if ('table' in given) return given.table[number] ?? number;
  const { dropFirst = 0, dropLast = 0, prepend = '', append = '' } = given.digits;
  return prepend + number.slice(dropFirst, Math.max(dropFirst, number.length - dropLast)) + append;
}
