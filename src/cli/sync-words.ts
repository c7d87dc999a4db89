import type { Sync } from './api/views.ts';
import { EXIT } from './exit-codes.ts';

/** Commands wait so long (seconds) for the PBX to confirm: it answers within a second, or it is away. */
export const WAIT = { prefer: 'wait=10' };

export function syncWords(sync: Sync | undefined): string {
  switch (sync?.state) {
    case 'failed':
      return `saved, but the PBX does not have it: ${sync.code}: ${sync.reason}`;
    case 'pending':
      return 'saved; the PBX will have it as soon as it can be reached';
    default:
      return 'and read back from the PBX';
  }
}

export function syncExit(sync: Sync | undefined): number {
  return sync?.state === 'failed' ? EXIT.differences : EXIT.ok;
}
