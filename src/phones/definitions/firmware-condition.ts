import type { ModelDefinition } from './schema.ts';

type Caps = ModelDefinition['caps'];

/**
 * Whether a firmware fits `>=10.1`, `<96.86 >=96.80` (all must hold) or, where the first number says the model, `>=*.86`.
 * A firmware that is not known fits nothing.
 */
export function firmwareFits(expression: string, firmware: string | undefined): boolean {
  if (firmware === undefined) return false;
  return expression.split(/[\s,]+/).every((part) => {
    const [, operator = '=', wanted = ''] = /^(>=|<=|>|<|=)?(.+)$/.exec(part) ?? [];
    const order = compare(firmware, wanted);
    if (operator === '=') return order === 0;
    return operator.startsWith('>')
      ? order > 0 || (operator === '>=' && order === 0)
      : order < 0 || (operator === '<=' && order === 0);
  });
}

/** Only as many parts as `wanted` names; `*` is any. */
function compare(firmware: string, wanted: string): number {
  const have = firmware.split(/[.-]/);
  for (const [index, part] of wanted.split('.').entries()) {
    if (part === '*') continue;
    const difference = Number.parseInt(have[index] ?? '0', 10) - Number.parseInt(part, 10);
    if (Number.isNaN(difference)) return -1;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** What a phone of this model can with the firmware it has. */
export function capsOf(model: ModelDefinition | undefined, firmware: string | undefined): Caps {
  const fitting = (model?.conditions ?? []).filter((condition) => firmwareFits(condition.firmware, firmware));
  return Object.assign({}, model?.caps, ...fitting.reverse().map(({ caps }) => caps)) as Caps;
}
