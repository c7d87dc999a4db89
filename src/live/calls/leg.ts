import { owned, visible } from '../../asterisk/ami/text.ts';
import type { ChannelFacts } from '../../asterisk/events/call-event.ts';
import type { CallParty } from '../../domain/feed/call.ts';
import type { EndpointOwner } from '../directory.ts';
import type { Call } from './call.ts';

/**
 * One channel of a call.
 *
 *   dialing -----> ringing -----> up <-----> held
 *      |  \___________|__________^ |          |
 *      v              v            v          v
 *     gone <--------------------------------- +
 *
 * What an event says against these moves (`Ringing` of a leg that is up) is old or forged, and does nothing.
 */
export type LegState = CallParty['state'];

const MOVES: Readonly<Record<LegState, readonly LegState[]>> = {
  dialing: ['ringing', 'up', 'gone'],
  ringing: ['up', 'gone'],
  up: ['held', 'gone'],
  held: ['up', 'gone'],
  gone: [],
};

export interface Leg {
  readonly uniqueId: string;
  channel: string;
  /** The SIP account or trunk; null for anything but PJSIP. */
  endpoint: string | null;
  /** The two halves of a Local channel are Asterisk's own plumbing: they keep a call alive, and are shown to nobody. */
  readonly isHidden: boolean;
  role: CallParty['role'];
  /** The first that was told: what a transfer makes of it later is the transferer's. */
  number: string | null;
  name: string | null;
  state: LegState;
  /** Milliseconds since 1970. */
  since: number;
  bridge: string | null;
  /** Where the dialplan put it first. */
  readonly context: string;
  /** What it dials at the moment, where that is an extension or a number of our dialplan. */
  dials: string | undefined;
  /** It was in a bridge since it began to dial that. */
  hasTalked: boolean;
  /** As it went out on a trunk. */
  outsideNumber: string | null;
  /** undefined: not looked up yet; null: nobody of ours. */
  owner: EndpointOwner | null | undefined;
  call: Call;
}

export function createLeg(facts: ChannelFacts, role: Leg['role'], call: Call, at: number): Leg {
  const channel = owned(facts.channel);
  const endpoint = endpointOf(channel);
  return {
    uniqueId: owned(facts.uniqueId),
    channel,
    endpoint,
    isHidden: facts.channel.startsWith('Local/'),
    role,
    number: known(facts.callerNumber),
    name: known(facts.callerName),
    state: legState(facts.state) ?? 'dialing',
    since: at,
    bridge: null,
    context: owned(facts.context),
    dials: undefined,
    hasTalked: false,
    outsideNumber: null,
    owner: endpoint === null ? null : undefined,
    call,
  };
}

/** False: it may not go there from where it is. */
export function moveLeg(leg: Leg, to: LegState, at: number): boolean {
  if (!MOVES[leg.state].includes(to)) return false;
  leg.state = to;
  leg.since = at;
  if (to === 'gone') leg.bridge = null;
  return true;
}

/** What AST_STATE means for a leg; undefined: nothing. */
export function legState(astState: number): LegState | undefined {
  if (astState === 6) return 'up';
  return astState === 5 ? 'ringing' : undefined;
}

/** `PJSIP/beta-1001-0000002a` -> `beta-1001` */
export function endpointOf(channel: string): string | null {
  return /^PJSIP\/([A-Za-z0-9_.@+-]{1,100})-[0-9a-f]{8}$/.exec(channel)?.[1] ?? null;
}

/** Text as a person may see it; null where Asterisk knows nothing, which it writes as `<unknown>`. */
export function known(text: string): string | null {
  return text === '' || text === '<unknown>' ? null : owned(visible(text));
}
