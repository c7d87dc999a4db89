import type { KnownNumber, NumberMove } from '../store/number-writes.ts';

const DAY_MS = 86_400_000;

/** Takes numbers away from their extensions: through quarantine, so that callers of the old owner do not reach a new one. */
export function releaseMoves(
  numbers: readonly KnownNumber[],
  to: 'quarantined' | 'spare',
  about: (number: KnownNumber) => { extension: string | null; quarantineDays: number },
): NumberMove[] {
  return numbers.map((number) => {
    const { extension, quarantineDays } = about(number);
    const isQuarantined = to === 'quarantined' && quarantineDays > 0;
    return {
      id: number.id,
      companyId: number.companyId,
      e164: number.e164,
      from: number.state,
      to: isQuarantined ? 'quarantined' : 'spare',
      extensionId: null,
      extension,
      quarantinedUntil: isQuarantined ? Date.now() + quarantineDays * DAY_MS : null,
    };
  });
}
