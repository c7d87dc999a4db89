import { setTimeout as delay } from 'node:timers/promises';
import { takeDue } from '../store/outbox.ts';
import { Batch } from './batch.ts';
import { confirm } from './confirm.ts';
import type { PbxContext } from './context.ts';
import { applyDirty } from './drain.ts';

/** Owners that are projected and written at a time: while Asterisk writes some, the next are prepared. */
const TAKE = 2000;
/** The same when mailboxes are among them: each of their files is rewritten whole, however few lines change. */
const TAKE_WITH_FILES = 4000;
/** With more than this on the way, more is probably coming (an import): it is worth a moment to read back together. */
const MANY = 200;
const GATHER_MS = 40;
/** Written objects that may wait for their read-back: bounds memory and the time until `synced` is said. */
const MAX_UNVERIFIED = 100_000;

/**
 * Works off the outbox of a PBX: writes run ahead, the read-back follows for all of them together. Returns when nothing
 * is due. Throws when the link is lost; the marks still stand then.
 */
export async function drainAll(context: PbxContext, isStopped: () => boolean): Promise<void> {
  let position = 0;
  let hasGathered = false;
  const batch = new Batch();
  for (;;) {
    const dirty = isStopped()
      ? []
      : await takeDue(context.db, context.settings.id, position, batch.hasFiles ? TAKE_WITH_FILES : TAKE);
    const last = dirty.at(-1);
    if (last !== undefined) {
      position = last.position;
      hasGathered = false;
      await applyDirty(context, dirty, batch);
      if (batch.expected.size < MAX_UNVERIFIED) continue;
    } else if (batch.isEmpty) {
      return;
    } else if (batch.owners.size >= MANY && !hasGathered && !isStopped()) {
      hasGathered = true;
      await delay(GATHER_MS);
      continue;
    }
    await confirm(context, batch.take());
    position = 0;
    hasGathered = false;
  }
}
