import { z } from 'zod';
import { type RenumberRule, renumbered, renumberRuleSchema } from '../../domain/renumber.ts';
import { LinekeeperError } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import { type MassAction, type MassContext, type MassResult, massAction } from '../../store/mass-action.ts';
import { type CompanyRules, companyRules } from '../../store/references.ts';
import type { Renumbering } from '../../store/renumber.ts';
import { presentOf } from './change-fields.ts';
import { offendersAmong } from './renumber-targets.ts';
import { undoRenumber } from './renumber-undo.ts';
import { writeNumbers } from './renumber-write.ts';

const paramsSchema = z.strictObject({ rule: renumberRuleSchema });
interface Params {
  rule: RenumberRule;
}

/** Named in the error of every row, so that whoever looks at one knows what to do. */
const NAMED = 10;

/**
 * New numbers by rule, all in one transaction: two may swap theirs, a whole range may move by one. A single one that cannot
 * get its number refuses all.
 */
export const renumberAction: MassAction = massAction<Params>({
  name: 'renumber-extensions',
  on: 'extensions',
  title: 'Give extensions new numbers: forwards, numbers and mailboxes follow, phones need new user names',
  needs: 'lines:write',
  params: paramsSchema,
  isWhole: true,
  makesCredentials: true,
  async apply(tx, context, objects, { rule }) {
    const company = await companyOf(tx, context);
    const present = await presentOf(tx, context, objects);
    const moves = present
      .map(({ id, number }): Renumbering => ({ id, from: number, to: renumbered(rule, number) }))
      .filter(({ from, to }) => from !== to);
    const still = present.filter(({ number }) => renumbered(rule, number) === number);
    const unchanged = still.map(({ id }): MassResult => ({ id, result: 'unchanged' }));
    const offenders = await offendersAmong(tx, company, moves);
    if (offenders.size > 0) {
      const words = [...offenders.values()].slice(0, NAMED).map(({ message }) => message);
      const more = offenders.size > NAMED ? `; and ${offenders.size - NAMED} more` : '';
      const message = `nothing is renumbered: ${words.join('; ')}${more}`;
      const other = { path: 'number', code: 'CONFLICT', message };
      const failed = moves.map(
        ({ id }): MassResult => ({
          id,
          result: 'failed',
          errors: [offenders.get(id) ?? other],
        }),
      );
      return [...unchanged, ...failed];
    }
    return [...unchanged, ...(await writeNumbers(tx, context, company, moves))];
  },
  async undo(tx, context, rows) {
    return undoRenumber(tx, context, await companyOf(tx, context), rows);
  },
});

async function companyOf(tx: Tx, { companyId }: MassContext): Promise<CompanyRules> {
  const company = await companyRules(tx, companyId);
  if (company === undefined) throw new LinekeeperError('NOT_FOUND', 'no such company');
  return company;
}
