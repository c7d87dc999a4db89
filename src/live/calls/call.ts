import type { CallDisposition, CallState, LiveCall } from '../../domain/feed/call.ts';
import { type Leg, moveLeg } from './leg.ts';

/**
 * All channels of one Linkedid.
 *
 *              a leg rings            the caller is up               a leg puts on hold
 *   dialing <---------------> ringing ---------------> answered <------------------------> held
 *      |  \     none rings       |                     ^   |           and takes back        |
 *      |   \_ the caller is up, _|____________________/    |                                 |
 *      |      and nobody rang: voicemail, an echo          |                                 |
 *      v                         v                         v                                 v
 *    ended  <------------------------- no channel is left ------------------------------------
 *      told once, and forgotten five seconds later
 *
 * From `ringing` back to `dialing`: one phone did not answer and the call goes on to the next. A call that a transfer takes
 * somewhere else stays `answered` while the next phone rings; its legs say who rings.
 */
const MOVES: Readonly<Record<CallState, readonly CallState[]>> = {
  dialing: ['ringing', 'answered', 'ended'],
  ringing: ['dialing', 'answered', 'ended'],
  answered: ['held', 'ended'],
  held: ['answered', 'ended'],
  ended: [],
};

/** Times are milliseconds since 1970. */
export interface Call {
  /** The Linkedid. */
  readonly id: string;
  state: CallState;
  startedAt: number;
  ringingAt: number | null;
  answeredAt: number | null;
  endedAt: number | null;
  /** By Uniqueid, oldest first; those that are gone as well, while there is room. */
  legs: Map<string, Leg>;
  /** How many of them are not gone. */
  live: number;
  /** What the first caller dialled. */
  dialled: string | null;
  forwardedBy: string[];
  transfer: { kind: 'blind' | 'attended'; by: string | null; to: string | null; at: number } | null;
  application: LiveCall['application'];
  /** DIALSTATUS of the last dial that ended. */
  dialStatus: string;
  /** Q.850; 0: none was told. */
  callerCause: number;
  otherCause: number;
  disposition: CallDisposition | null;
  /** Begun, changed or ended while we did not hear. */
  isUncertain: boolean;
  /** undefined: not looked up yet. */
  companyId: string | null | undefined;
  /** The extension of ours whose phone number was called, until a phone rings. */
  numberOwner: string | null;
}

const MOST_LEGS = 100;
const MOST_FORWARDS = 10;

export function createCall(id: string, at: number): Call {
  return {
    id,
    state: 'dialing',
    startedAt: at,
    ringingAt: null,
    answeredAt: null,
    endedAt: null,
    legs: new Map(),
    live: 0,
    dialled: null,
    forwardedBy: [],
    transfer: null,
    application: null,
    dialStatus: '',
    callerCause: 0,
    otherCause: 0,
    disposition: null,
    isUncertain: false,
    companyId: undefined,
    numberOwner: null,
  };
}

/** Brings the call's state in line with its legs. */
export function settle(call: Call, at: number): void {
  if (call.live === 0) {
    if (move(call, 'ended')) end(call, at);
    return;
  }
  let rings = false;
  let isHeld = false;
  let isUp = false;
  let hasCaller = false;
  let callerIsUp = false;
  for (const { isHidden, role, state } of call.legs.values()) {
    if (isHidden) continue;
    if (role === 'caller') hasCaller = true;
    if (state === 'ringing') rings = true;
    if (state === 'held') isHeld = true;
    if (state === 'up' || state === 'held') {
      isUp = true;
      if (role === 'caller') callerIsUp = true;
    }
  }
  if (rings) call.ringingAt ??= at;
  if (call.answeredAt === null) {
    // A call that Asterisk itself places has no caller: it is answered by whom it rings.
    if (hasCaller ? callerIsUp : isUp) {
      call.answeredAt = at;
      move(call, 'answered');
    } else {
      // The phone is up a moment before the caller is told.
      move(call, rings || isUp ? 'ringing' : 'dialing');
    }
  }
  if (call.answeredAt !== null) move(call, isHeld ? 'held' : 'answered');
}

/** Adds a leg; the oldest of those that are gone make room. */
export function addLeg(call: Call, leg: Leg): void {
  call.legs.set(leg.uniqueId, leg);
  if (leg.state !== 'gone') call.live += 1;
  if (call.legs.size <= MOST_LEGS) return;
  for (const [id, one] of call.legs) {
    if (one.state !== 'gone' || one.role === 'caller') continue;
    call.legs.delete(id);
    return;
  }
}

export function endLeg(leg: Leg, at: number): void {
  if (moveLeg(leg, 'gone', at)) leg.call.live -= 1;
}

export function addForward(call: Call, number: string): void {
  if (call.forwardedBy.length < MOST_FORWARDS && call.forwardedBy.at(-1) !== number) call.forwardedBy.push(number);
}

export function hangupCause(call: Call): number | null {
  return call.callerCause || call.otherCause || null;
}

function move(call: Call, to: CallState): boolean {
  if (!MOVES[call.state].includes(to)) return false;
  call.state = to;
  return true;
}

function end(call: Call, at: number): void {
  call.endedAt = at;
  call.disposition = dispositionOf(call);
}

/** Q.850: 16 normal clearing, 18 no user responding, 19 no answer, 20 subscriber absent, 26 answered elsewhere, 31 normal. */
const NO_ANSWER_CAUSES = [16, 18, 19, 20, 26, 31];

function dispositionOf(call: Call): CallDisposition | null {
  if (call.answeredAt !== null) return 'answered';
  const cause = hangupCause(call);
  if (cause === null && call.dialStatus === '') return null;
  if (cause === 17) return 'busy';
  if (call.dialStatus === 'NOANSWER' || call.dialStatus === 'CANCEL') return 'no_answer';
  if (cause !== null && NO_ANSWER_CAUSES.includes(cause)) return 'no_answer';
  return call.dialStatus === 'BUSY' ? 'busy' : 'failed';
}
