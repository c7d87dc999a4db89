import { z } from 'zod';
import type { Selection } from '../../bulk/actions/options.ts';
import { LinekeeperError } from '../../errors.ts';
import { listOf, type Selected } from '../../store/job-selection.ts';
import type { MassObjects } from '../../store/mass-action.ts';

/** What of a list can be looked for; those of its own query. */
const filterSchemas: Record<MassObjects, z.ZodType<Record<string, string | number | boolean>>> = {
  users: anyOf('users'),
  'deleted-users': anyOf('deleted-users'),
  extensions: anyOf('extensions'),
};

function anyOf(on: MassObjects) {
  const names = ['q', ...Object.keys(listOf(on).filters)] as [string, ...string[]];
  return z.partialRecord(z.enum(names), z.union([z.string(), z.number(), z.boolean()])) as unknown as z.ZodType<
    Record<string, string | number | boolean>
  >;
}

/** A selection as its list understands it: judged as a query of the list is. @throws VALIDATION_FAILED */
export function selectedOf(on: MassObjects, selection: Selection): Selected {
  if (!('filter' in selection)) return selection;
  const checked = filterSchemas[on].safeParse(selection.filter);
  if (!checked.success) {
    const fields = checked.error.issues.map(({ path, message }) => ({
      path: ['selection', 'filter', ...path].join('.'),
      code: 'FILTER_UNKNOWN',
      message,
    }));
    throw new LinekeeperError('VALIDATION_FAILED', fields[0]?.message ?? 'the filter cannot be used', { fields });
  }
  const { q, companyId: _, ...filters } = checked.data;
  return { filters, q: q === undefined ? undefined : String(q) };
}
