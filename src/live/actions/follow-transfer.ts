import { setTimeout as delay } from 'node:timers/promises';
import type { LiveChannel } from '../../asterisk/pbx-port/live-channels.ts';
import { LinekeeperError } from '../../errors.ts';
import type { ActingPort } from './deps.ts';

/** What became of who was transferred. */
export const TRANSFER_STATES = ['dialing', 'ringing', 'answered', 'voicemail', 'ended'] as const;
export type TransferState = (typeof TRANSFER_STATES)[number];

const LOOKS = 30;
const BETWEEN_MS = 150;

/**
 * Looks at the PBX until the transferred channel rings somebody new, talks to somebody new, or is gone; a few seconds at most.
 *
 * @throws LinekeeperError ACTION_NOT_CONFIRMED (it is still there, and nobody new), AMI_*
 */
export async function followTransfer(
  port: Pick<ActingPort, 'liveChannels'>,
  keptUniqueId: string,
  before: readonly LiveChannel[],
): Promise<TransferState> {
  const former = new Set(before.map(({ uniqueId }) => uniqueId));
  const wasInMailbox = before.some((one) => one.uniqueId === keptUniqueId && isMailbox(one));
  let isDialing = false;
  for (let look = 0; look < LOOKS; look++) {
    const channels = await port.liveChannels();
    const kept = channels.find(({ uniqueId }) => uniqueId === keptUniqueId);
    if (kept === undefined) return 'ended';
    const fresh = channels.filter((one) => one.linkedId === kept.linkedId && !former.has(one.uniqueId));
    if (kept.bridgeId !== null && fresh.some(({ bridgeId }) => bridgeId === kept.bridgeId)) return 'answered';
    if (fresh.some(({ state }) => state === 'Ringing')) return 'ringing';
    if (isMailbox(kept) && !wasInMailbox) return 'voicemail';
    isDialing = fresh.length > 0;
    await delay(BETWEEN_MS);
  }
  if (isDialing) return 'dialing';
  throw new LinekeeperError('ACTION_NOT_CONFIRMED', 'the PBX took the transfer, but the call did not go on');
}

function isMailbox({ application }: LiveChannel): boolean {
  return application === 'VoiceMail' || application === 'VoiceMailMain';
}
