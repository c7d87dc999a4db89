import { isInRanges } from '../../domain/company.ts';
import { extensionNumberSchema } from '../../domain/extension.ts';
import type { FieldError } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import type { CompanyRules } from '../../store/references.ts';
import { holdersOf, type Renumbering } from '../../store/renumber.ts';

/** Of those who would get the same number. */
const NAMED = 5;

/** Why extensions cannot get their new numbers, by id; each with all that stands in its way. */
export async function offendersAmong(
  tx: Tx,
  company: CompanyRules,
  moves: readonly Renumbering[],
): Promise<Map<string, FieldError>> {
  const offenders = new Map<string, FieldError>();
  const moving = new Set(moves.map(({ id }) => id));
  const holders = await holdersOf(
    tx,
    company.id,
    moves.map(({ to }) => to),
  );
  const wanting = new Map<string, string[]>();
  for (const { from, to } of moves) {
    const list = wanting.get(to) ?? [];
    if (list.length <= NAMED) list.push(from);
    wanting.set(to, list);
  }
  const ranges = company.ranges.map((range) => range.join('-')).join(', ');
  for (const { id, from, to } of moves) {
    const refuse = (code: string, why: string) =>
      offenders.set(id, {
        path: 'number',
        code,
        message: `${from} cannot become ${to === '' ? 'nothing' : to}: ${why}`,
      });
    const rivals = (wanting.get(to) ?? []).filter((number) => number !== from);
    const holder = holders.get(to);
    if (!extensionNumberSchema.safeParse(to).success) refuse('EXTENSION_NUMBER_INVALID', 'that is not 2 to 10 digits');
    else if (!isInRanges(to, company.ranges)) {
      refuse('EXTENSION_OUT_OF_RANGE', `that is outside the ranges of the company (${ranges})`);
    } else if (holder !== undefined && !moving.has(holder)) {
      refuse('EXTENSION_TAKEN', 'another extension has it and keeps it');
    } else if (rivals.length > 0) refuse('EXTENSION_TAKEN', `${rivals.slice(0, NAMED).join(', ')} would become it too`);
  }
  return offenders;
}
