import type { Ref } from '../plan/pbx-object.ts';
import type { Applied } from '../plan/plan.ts';
import type { Owner } from '../plan/source.ts';
import { appliedRow } from './applied-row.ts';
import type { Batch } from './batch.ts';

/**
 * Our records with what was written since: it waits for its read-back, or (a line of a file) for a reload, and stands in
 * no table until then. Without it an owner that is deleted in that time would leave its objects behind, and a PIN
 * of ours that is changed again would look like one changed by phone.
 */
export function withUnrecorded(
  recorded: ReadonlyMap<Ref, Applied>,
  refs: Iterable<Ref>,
  owners: readonly Owner[],
  batches: readonly Batch[],
  seal: { fingerprint: (value: string) => string },
): Map<Ref, Applied> {
  const applied = new Map(recorded);
  if (batches.length === 0) return applied;
  const wanted = new Set([...recorded.keys(), ...refs]);
  for (const batch of batches) {
    for (const owner of owners) for (const ref of batch.refsOf(owner)) wanted.add(ref);
    for (const ref of wanted) {
      const written = batch.expected.get(ref);
      if (written === undefined) continue;
      const { owner, fingerprint, pinFingerprint } = appliedRow(ref, written, seal.fingerprint);
      applied.set(ref, { owner, fingerprint, pinFingerprint, settled: false });
    }
  }
  return applied;
}
