import { z } from 'zod';
import type { Selection } from '../../bulk/actions/options.ts';
import { fieldErrors } from '../../domain/rule.ts';
import { text } from '../../domain/text.ts';
import { LinekeeperError } from '../../errors.ts';
import type { Selected } from '../../store/job-selection.ts';
import type { MassObjects } from '../../store/mass-action.ts';
import type { PageRequest } from '../../store/queries/page.ts';
import { LISTS } from '../lists.ts';

const schemas = Object.fromEntries(
  (['users', 'deleted-users', 'extensions'] as const satisfies readonly MassObjects[]).map((on) => [
    on,
    z.strictObject({ q: text(100).optional(), ...LISTS[on].filters }),
  ]),
) as unknown as Record<MassObjects, z.ZodType<PageRequest['filters'] & { q?: string }>>;

/** A selection as its list understands it: judged as a query of the list is. @throws VALIDATION_FAILED */
export function selectedOf(on: MassObjects, selection: Selection): Selected {
  if (!('filter' in selection)) return selection;
  // As a query string has them.
  const given = Object.entries(selection.filter).map(([name, value]) => [name, String(value)]);
  const checked = schemas[on].safeParse(Object.fromEntries(given));
  if (!checked.success) {
    const fields = fieldErrors(checked.error).map(({ path, ...error }) => ({
      path: `selection.filter.${path}`,
      ...error,
    }));
    throw new LinekeeperError('VALIDATION_FAILED', `${fields[0]?.path}: ${fields[0]?.message}`, { fields });
  }
  const { q, companyId: _, ...filters } = checked.data;
  return { filters, q };
}
