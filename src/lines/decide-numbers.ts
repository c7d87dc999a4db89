import type { ExtensionRow } from '../domain/extension-row.ts';
import type { NumberMove } from '../store/number-writes.ts';
import type { BatchWorld } from './batch-world.ts';
import type { RowErrors } from './decide-row.ts';

/** The phone numbers that a row wants to ring at its extension; numbers it does not name stay where they are. */
export function decideNumbers(
  world: BatchWorld,
  row: ExtensionRow,
  extension: { id: string; number: string },
  errors: RowErrors,
): NumberMove[] {
  const moves: NumberMove[] = [];
  for (const e164 of new Set(row.extras.phoneNumbers ?? [])) {
    const known = world.phoneNumbers.get(e164);
    if (known !== undefined && known.companyId !== world.company.id) {
      errors.add('NUMBER_TAKEN', 'phoneNumbers', `${e164} is not available`);
      continue;
    }
    if (known?.extensionId === extension.id) continue;
    if (known?.state === 'assigned' || known?.state === 'quarantined') {
      errors.add('NUMBER_NOT_ASSIGNABLE', 'phoneNumbers', `${e164} is ${known.state}`);
      continue;
    }
    moves.push({
      id: known?.id ?? world.chance.id(),
      companyId: world.company.id,
      e164,
      from: known?.state ?? null,
      to: 'assigned',
      extensionId: extension.id,
      extension: extension.number,
      quarantinedUntil: null,
    });
  }
  return moves;
}
