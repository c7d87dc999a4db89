import type { Transfer } from '../../asterisk/pbx-port/call-control.ts';
import { LinekeeperError } from '../../errors.ts';
import type { CallLeg } from './find-call.ts';

export type KeptParty = 'caller' | 'callee';

export interface PlannedTransfer {
  order: Omit<Transfer, 'context'> & {
    /** The company whose phones may be dialled, and which pays. undefined: whose call it is, as its channel knows. */
    companyId: string | undefined;
  };
  /** Who goes on, and whose read-back proves it. */
  kept: CallLeg;
}

/**
 * Who of a call goes on to somebody else. In an answered call one of ours gives the other party away, as a person does with
 * the transfer key: by default the party outside is kept, and between two phones of ours the caller. Before anybody has answered
 * (or where a mailbox talks) only the caller can go on.
 *
 * @throws LinekeeperError CALL_STATE_INVALID
 */
export function planTransfer(
  legs: readonly CallLeg[],
  linkedId: string,
  to: string,
  keep?: KeptParty,
): PlannedTransfer {
  const talking = legs.filter(({ channel }) => channel.bridgeId !== null);
  if (talking.length > 2) throw invalid('more than two talk to each other');
  const [one, other] = talking;
  if (one !== undefined && other !== undefined) {
    if (one.channel.bridgeId !== other.channel.bridgeId) throw invalid('it is being transferred already');
    return amongTwo(isCaller(one, other, linkedId) ? [one, other] : [other, one], to, keep);
  }
  if (keep === 'callee') throw invalid('nobody has answered: only the caller can be transferred');
  const caller = legs.find(({ channel }) => channel.uniqueId === linkedId) ?? (legs.length === 1 ? legs[0] : undefined);
  if (caller === undefined) throw invalid('its caller is gone');
  return goesOn(caller, to);
}

function amongTwo([caller, callee]: [CallLeg, CallLeg], to: string, keep: KeptParty | undefined): PlannedTransfer {
  const outside =
    (caller.owner === undefined) === (callee.owner === undefined) ? undefined : caller.owner ? callee : caller;
  const kept = keep === undefined ? (outside ?? caller) : keep === 'caller' ? caller : callee;
  const giving = kept === caller ? callee : caller;
  if (giving.owner === undefined) return goesOn(kept, to);
  return {
    kept,
    order: { kind: 'blind', channel: giving.channel.name, companyId: giving.owner.companyId, to },
  };
}

function goesOn(kept: CallLeg, to: string): PlannedTransfer {
  const { channel, owner } = kept;
  // An operator's own dialplan does not know of companies.
  const isOurs = owner !== undefined || channel.context.startsWith('linekeeper-');
  if (!isOurs || channel.context === 'linekeeper-test') throw invalid('nobody in it is a phone of ours');
  return { kept, order: { kind: 'redirect', channel: channel.name, companyId: owner?.companyId, to } };
}

/** The first channel of a call gives it its Linkedid; when that one is gone, the older one counts. */
function isCaller(one: CallLeg, other: CallLeg, linkedId: string): boolean {
  if (one.channel.uniqueId === linkedId) return true;
  return other.channel.uniqueId !== linkedId && one.channel.seconds >= other.channel.seconds;
}

function invalid(reason: string): LinekeeperError {
  return new LinekeeperError('CALL_STATE_INVALID', `the call cannot be transferred: ${reason}`);
}
