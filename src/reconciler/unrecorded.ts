import { isAstDb, type Ref } from '../plan/pbx-object.ts';
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
  writes: { toReload: readonly Batch[]; toReadBack?: Batch },
  seal: { fingerprint: (value: string) => string },
): Map<Ref, Applied> {
  const { toReload, toReadBack } = writes;
  const applied = new Map(recorded);
  const wanted = new Set([...recorded.keys(), ...refs]);
  const add = (batch: Batch, isUnrecorded: (ref: Ref) => boolean) => {
    for (const owner of owners) for (const ref of batch.refsOf(owner)) wanted.add(ref);
    for (const ref of wanted) {
      const written = batch.expected.get(ref);
      if (written === undefined || !isUnrecorded(ref)) continue;
      const { owner, fingerprint, pinFingerprint } = appliedRow(ref, written, seal.fingerprint);
      applied.set(ref, { owner, fingerprint, pinFingerprint, settled: false });
    }
  };
  // What a batch that waits for its reload wrote to AstDB is recorded, and our records may be newer by now.
  for (const batch of toReload) add(batch, (ref) => !isAstDb(ref));
  if (toReadBack !== undefined) add(toReadBack, () => true);
  return applied;
}
