import type { CallDirection, CallParty, LiveCall } from '../../domain/feed/call.ts';
import type { ItemScope } from '../feed/topic.ts';
import { type Call, hangupCause } from './call.ts';
import type { Leg } from './leg.ts';

const MOST_PARTIES = 100;

/** A call as it is shown, and whom it concerns. Owners and company must have been looked up. */
export function viewOf(call: Call, pbxId: string, isDoubtful: boolean): { item: LiveCall; scope: ItemScope } {
  const legs = [...call.legs.values()].filter((leg) => !leg.isHidden);
  const caller = legs.find((leg) => leg.role === 'caller');
  const called = calledOf(legs);
  const direction = directionOf(legs, caller);
  const companyId = call.companyId ?? null;
  const item: LiveCall = {
    id: call.id,
    pbxId,
    companyId,
    direction,
    state: call.state,
    from: personOf(caller),
    to: {
      number: call.dialled ?? called?.owner?.number ?? called?.number ?? null,
      name: called ? nameOf(called) : null,
      extensionId: called?.owner?.extensionId ?? call.numberOwner,
    },
    number: numberOf(call, direction, legs),
    startedAt: time(call.startedAt),
    ringingAt: timeOrNull(call.ringingAt),
    answeredAt: timeOrNull(call.answeredAt),
    endedAt: timeOrNull(call.endedAt),
    disposition: call.disposition,
    hangupCause: call.state === 'ended' ? hangupCause(call) : null,
    application: call.application,
    forwardedBy: [...call.forwardedBy],
    transfer: call.transfer && { ...call.transfer, at: time(call.transfer.at) },
    parties: shown(legs).map(partyOf),
    isUncertain: call.isUncertain || isDoubtful,
  };
  return { item, scope: scopeOf(legs, companyId, call.numberOwner) };
}

/** The extension that answered last, or else the last that rang. */
function calledOf(legs: readonly Leg[]): Leg | undefined {
  const callees = legs.filter((leg) => leg.role === 'callee');
  return (
    callees.findLast((leg) => leg.state === 'up' || leg.state === 'held') ??
    callees.findLast((leg) => leg.hasTalked) ??
    callees.at(-1)
  );
}

function directionOf(legs: readonly Leg[], caller: Leg | undefined): CallDirection {
  const isOutside = (leg: Leg) => leg.endpoint !== null && !leg.owner;
  if (caller && isOutside(caller)) return 'inbound';
  return legs.some((leg) => leg.role === 'callee' && isOutside(leg)) ? 'outbound' : 'internal';
}

function numberOf(call: Call, direction: CallDirection, legs: readonly Leg[]): string | null {
  if (direction === 'inbound') return call.dialled;
  if (direction === 'internal') return null;
  return legs.findLast((leg) => leg.outsideNumber !== null)?.outsideNumber ?? call.dialled;
}

function personOf(leg: Leg | undefined): LiveCall['from'] {
  if (!leg) return { number: null, name: null, extensionId: null };
  return { number: leg.owner?.number ?? leg.number, name: nameOf(leg), extensionId: leg.owner?.extensionId ?? null };
}

/** Of ours, the name that we gave; what a phone claims counts for the outside alone. */
function nameOf(leg: Leg): string | null {
  return leg.owner?.displayName || leg.name;
}

/** When there are too many, those that are gone are left out first. */
function shown(legs: readonly Leg[]): readonly Leg[] {
  if (legs.length <= MOST_PARTIES) return legs;
  return [...legs.filter((leg) => leg.state !== 'gone'), ...legs.filter((leg) => leg.state === 'gone')].slice(
    0,
    MOST_PARTIES,
  );
}

function partyOf(leg: Leg): CallParty {
  return {
    channel: leg.channel,
    role: leg.role,
    endpoint: leg.endpoint,
    extensionId: leg.owner?.extensionId ?? null,
    number: leg.owner?.number ?? leg.number,
    name: nameOf(leg),
    state: leg.state,
    since: time(leg.since),
    bridge: leg.bridge,
  };
}

function scopeOf(legs: readonly Leg[], companyId: string | null, numberOwner: string | null): ItemScope {
  const extensionIds = new Set<string>(numberOwner === null ? [] : [numberOwner]);
  const siteIds = new Set<string>();
  const teamIds = new Set<string>();
  for (const { owner } of legs) {
    if (!owner) continue;
    extensionIds.add(owner.extensionId);
    if (owner.siteId !== null) siteIds.add(owner.siteId);
    for (const id of owner.teamIds) teamIds.add(id);
  }
  return { companyId, extensionIds: [...extensionIds], siteIds: [...siteIds], teamIds: [...teamIds] };
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function timeOrNull(milliseconds: number | null): string | null {
  return milliseconds === null ? null : time(milliseconds);
}
