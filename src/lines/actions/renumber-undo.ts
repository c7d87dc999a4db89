import type { Tx } from '../../store/database.ts';
import type { MassContext, MassUndo, MassUndone } from '../../store/mass-action.ts';
import type { CompanyRules } from '../../store/references.ts';
import { holdersOf, type Renumbering } from '../../store/renumber.ts';
import { presentOf } from './change-fields.ts';
import { type RenumberMemory, writeNumbers } from './renumber-write.ts';

/**
 * The reverse. Who was changed since keeps his number, and so does whoever would have to take it from him: of a chain of
 * renumberings, what is behind the one that stays.
 */
export async function undoRenumber(
  tx: Tx,
  context: MassContext,
  company: CompanyRules,
  rows: readonly MassUndo[],
): Promise<MassUndone[]> {
  const present = new Map((await presentOf(tx, context, rows)).map((extension) => [extension.id, extension]));
  const refused = new Map<string, string>();
  const moves = new Map<string, Renumbering>();
  for (const { id, before, version } of rows) {
    const extension = present.get(id);
    if (extension === undefined) refused.set(id, 'it no longer exists');
    else if (extension.version !== version) refused.set(id, 'it was changed since');
    else moves.set(id, { id, from: extension.number, to: (before as RenumberMemory).former });
  }
  const holders = await holdersOf(
    tx,
    company.id,
    [...moves.values()].map(({ to }) => to),
  );
  for (let isStable = false; !isStable; ) {
    isStable = true;
    for (const { id, to } of moves.values()) {
      const holder = holders.get(to);
      if (holder === undefined || moves.has(holder)) continue;
      moves.delete(id);
      refused.set(id, `another extension has the number ${to}`);
      isStable = false;
    }
  }
  await writeNumbers(tx, context, company, [...moves.values()]);
  return rows.map(({ id }) => {
    const reason = refused.get(id);
    return reason === undefined ? { id, ok: true } : { id, ok: false, reason };
  });
}
