import { messageOf } from '../../errors.ts';
import type { Seal } from '../seal.ts';
import { type Anchor, readAnchor } from './anchor.ts';
import { type Handle, newestRow, START, startWalk, type Walk, walkTo } from './chain.ts';

/** What a walk along the whole activity log found. */
export interface Verification {
  ok: boolean;
  /** Rows of the chain that are there and fit. */
  rows: number;
  /** Ids of the first and the last of them. */
  from: number | null;
  to: number | null;
  /** Hash of the last of them: a note of it, kept elsewhere, proves all that is before. */
  head: string | null;
  /** Rows older than the chain, which prove nothing. */
  unchained: number;
  /** Rows of the chain that retention has deleted. */
  deleted: number;
  /** When the sealed note was written that the chain was compared with, ISO 8601. */
  notedAt: string | null;
  /** Id of the row that does not fit, when it is known. */
  brokenAt: number | null;
  reason: string | null;
}

/**
 * Walks along the whole chain, in pieces, while others go on writing. Finds every row that was changed, added, moved or
 * taken away up to the sealed note, and everything but a recalculated or missing end after it.
 */
export async function verifyChain(handle: Handle, seal: Pick<Seal, 'open'>): Promise<Verification> {
  for (;;) {
    let anchor: Anchor;
    try {
      anchor = readAnchor(handle, seal);
    } catch (error) {
      return answer(startWalk(START), undefined, null, messageOf(error));
    }
    const { walk, reason, brokenAt } = await walkAll(handle, anchor);
    // Retention took rows away under our feet: not a fault, but what was found says nothing.
    if (reason !== null && hasCutMoved(handle, seal, anchor)) continue;
    return answer(walk, anchor, brokenAt, reason);
  }
}

interface Found {
  walk: Walk;
  brokenAt: number | null;
  reason: string | null;
}

async function walkAll(handle: Handle, { last, rows, cut, cutRows }: Anchor): Promise<Found> {
  const walk = startWalk(cut);
  // Ids up to the cut are walked too: nothing may stand there.
  const position = { id: START.id };
  const fault = (brokenAt: number | null, reason: string): Found => ({ walk, brokenAt, reason });
  const unfit = 'this row is not what was written after the one before';
  await walkTo(handle, walk, position, last.id);
  if (walk.broken !== undefined) return fault(walk.broken, unfit);
  if (walk.last.id !== last.id) return fault(last.id, 'rows are missing up to this one');
  if (walk.last.hash !== last.hash) return fault(last.id, 'the log up to this row was written anew');
  if (cutRows + walk.rows !== rows) return fault(null, 'the number of rows is not the one that was noted');
  await walkTo(handle, walk, position, newestRow(handle)?.id ?? 0);
  if (walk.broken !== undefined) return fault(walk.broken, unfit);
  return { walk, brokenAt: null, reason: null };
}

function hasCutMoved(handle: Handle, seal: Pick<Seal, 'open'>, before: Anchor): boolean {
  try {
    return readAnchor(handle, seal).cut.id !== before.cut.id;
  } catch {
    return false;
  }
}

function answer(walk: Walk, anchor: Anchor | undefined, brokenAt: number | null, reason: string | null): Verification {
  const isEmpty = walk.rows === 0;
  return {
    ok: reason === null,
    rows: walk.rows,
    from: walk.first ?? null,
    to: isEmpty ? null : walk.last.id,
    head: walk.last.hash === '' ? null : walk.last.hash,
    unchained: walk.unchained,
    deleted: anchor?.cutRows ?? 0,
    notedAt: anchor === undefined ? null : new Date(anchor.at).toISOString(),
    brokenAt,
    reason,
  };
}
