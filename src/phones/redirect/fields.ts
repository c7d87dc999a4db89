import { type FieldError, LinekeeperError } from '../../errors.ts';
import type { RedirectField } from './service.ts';

const LONGEST = 200;

/** Values by the names of a service's fields; of a patch only those that are given. @throws VALIDATION_FAILED */
export function checkedFields(
  path: string,
  fields: readonly RedirectField[],
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const errors: FieldError[] = [];
  for (const { name, isRequired } of fields) {
    if (isRequired && !Object.hasOwn(given, name))
      errors.push({ path: `${path}.${name}`, code: 'REQUIRED', message: 'is needed' });
  }
  for (const [name, value] of Object.entries(given)) {
    const isKnown = fields.some((field) => field.name === name);
    if (!isKnown)
      errors.push({ path: `${path}.${name}`, code: 'UNKNOWN_FIELD', message: 'the service asks for no such thing' });
    else if (value.length > LONGEST || !/^[\x20-\x7e]+$/.test(value)) {
      const message = `must have 1 to ${LONGEST} visible ASCII characters`;
      errors.push({ path: `${path}.${name}`, code: 'INVALID', message });
    }
  }
  if (errors.length === 0) return { ...given };
  throw new LinekeeperError('VALIDATION_FAILED', `${errors[0]?.path}: ${errors[0]?.message}`, { fields: errors });
}
