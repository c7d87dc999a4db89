import type { KnownNumber } from '../store/number-writes.ts';
import type { DirtyMark } from '../store/outbox.ts';

export function numberMarks(
  numbers: readonly KnownNumber[],
  pbxOf: (companyId: string) => string | undefined,
): DirtyMark[] {
  return numbers.flatMap(({ id, companyId }) => {
    const pbxId = pbxOf(companyId);
    return pbxId === undefined ? [] : [{ pbxId, type: 'number' as const, id }];
  });
}
