import type { PhoneKey } from '../../domain/phones/key.ts';
import type { FieldError } from '../../errors.ts';
import type { ModelDefinition } from './schema.ts';

/** Every key that the model has no place for: an error each, nothing is cut. `path` is `keys.<position in the list>`. */
export function judgeKeys(model: ModelDefinition, keys: readonly PhoneKey[]): FieldError[] {
  return keys.flatMap((key, position) => {
    const problem = overflow(model, key);
    return problem === undefined
      ? []
      : [{ path: `keys.${position}`, code: 'KEYS_OVERFLOW', message: `${model.id} ${problem}` }];
  });
}

function overflow({ keys, expansion, accounts }: ModelDefinition, key: PhoneKey): string | undefined {
  if (key.line !== undefined && key.line > accounts) return `has ${accounts} lines, not ${key.line}`;
  if (key.section !== 'expansion') {
    const has = keys[key.section];
    return key.index > has ? `has ${has} ${key.section} keys, not ${key.index}` : undefined;
  }
  if (expansion === null) return 'takes no expansion module';
  const module = key.module ?? 1;
  if (module > expansion.modules) return `takes ${expansion.modules} expansion modules, not ${module}`;
  return key.index > expansion.keys ? `has ${expansion.keys} keys on a module, not ${key.index}` : undefined;
}
