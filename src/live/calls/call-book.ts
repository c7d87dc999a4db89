import { owned, visible } from '../../asterisk/ami/text.ts';
import type { CallEvent, ChannelFacts } from '../../asterisk/events/call-event.ts';
import { Bridges } from './bridges.ts';
import { addForward, addLeg, type Call, createCall, endLeg, settle } from './call.ts';
import { createLeg, endpointOf, known, type Leg, type LegState, legState, moveLeg } from './leg.ts';
import { isOlder } from './linked-id.ts';

export interface BookLimits {
  /** Calls that are kept; what comes beyond is counted and not shown. */
  calls: number;
  /** Channels that are up. */
  legs: number;
}

export const BOOK_LIMITS: BookLimits = { calls: 20_000, legs: 60_000 };

/** The calls of one PBX as its events tell them. Pure: the clock comes with each event, and nobody is asked. */
export class CallBook {
  /** By Linkedid; those that ended until they are forgotten. */
  readonly calls = new Map<string, Call>();
  /** Of channels that are up, by Uniqueid. */
  readonly legs = new Map<string, Leg>();
  /** Channels that were not taken in, because there are too many. */
  refused = 0;
  readonly #bridges = new Bridges();
  readonly #limits: BookLimits;
  readonly #onChange: (call: Call) => void;

  /** `onChange` is called for each change, often several times for one event. */
  constructor(onChange: (call: Call) => void, limits: BookLimits = BOOK_LIMITS) {
    this.#onChange = onChange;
    this.#limits = limits;
  }

  apply(event: CallEvent, at: number): void {
    switch (event.type) {
      case 'begun':
        this.open(event.channel, event.channel.state === RING ? 'caller' : 'callee', at);
        break;
      case 'changed':
        this.#move(event.channel, legState(event.channel.state), at);
        break;
      case 'held':
        this.#move(event.channel, 'held', at);
        break;
      case 'resumed':
        this.#move(event.channel, 'up', at);
        break;
      case 'dialBegun':
        this.#dialBegun(event, at);
        break;
      case 'dialEnded':
        this.#dialEnded(event, at);
        break;
      case 'bridgeEntered':
        this.enter(this.#find(event.channel, at), event.bridge, at);
        break;
      case 'bridgeLeft': {
        const leg = this.#find(event.channel, at);
        if (leg?.bridge === event.bridge) this.leave(leg, at);
        break;
      }
      case 'renamed':
        this.#renamed(event.uniqueId, event.name, at);
        break;
      case 'transferred':
        this.#transferred(event, at);
        break;
      case 'ended': {
        const leg = this.#find(event.channel, at);
        if (leg) this.close(leg, event.cause, at);
      }
    }
  }

  /** A channel that we did not know; undefined when there are too many. */
  open(facts: ChannelFacts, role: Leg['role'], at: number): Leg | undefined {
    // Text messages of phones run through one channel of Asterisk's own; they are no call.
    if (this.legs.has(facts.uniqueId) || facts.channel.startsWith('Message/')) return undefined;
    const former = this.calls.get(facts.linkedId);
    // A Linkedid whose call ended can come back only by forgery: what is over stays over.
    if (former?.state === 'ended') return undefined;
    if (this.legs.size >= this.#limits.legs || (!former && this.calls.size >= this.#limits.calls)) {
      this.refused += 1;
      return undefined;
    }
    const call = former ?? createCall(owned(facts.linkedId), at);
    this.calls.set(call.id, call);
    const leg = createLeg(facts, role, call, at);
    this.legs.set(leg.uniqueId, leg);
    addLeg(call, leg);
    if (role === 'caller' && call.dialled === null) call.dialled = dialledOf(facts.exten);
    if (role === 'caller' && facts.context.startsWith('lk-')) leg.dials = call.dialled ?? undefined;
    this.#changed(leg, at);
    return leg;
  }

  /** A channel that is gone. `cause`: Q.850, 0 when nobody told it. */
  close(leg: Leg, cause: number, at: number): void {
    const { call } = leg;
    if (leg.role === 'caller') call.callerCause ||= cause;
    else call.otherCause = cause || call.otherCause;
    this.#bridges.leave(leg);
    this.legs.delete(leg.uniqueId);
    endLeg(leg, at);
    this.#changed(leg, at);
  }

  enter(leg: Leg | undefined, bridge: string, at: number): void {
    if (!leg) return;
    this.#bridges.enter(leg, owned(bridge));
    leg.hasTalked = true;
    if (leg.state === 'held') moveLeg(leg, 'up', at);
    this.#changed(leg, at);
    // Asterisk gives all channels of a bridge the oldest Linkedid among them, and says so with their next event only.
    for (const other of this.#bridges.others(leg)) {
      if (other.call === leg.call) continue;
      if (isOlder(other.call.id, leg.call.id)) this.join(leg, other.call, at);
      else this.join(other, leg.call, at);
    }
  }

  leave(leg: Leg, at: number): void {
    this.#bridges.leave(leg);
    this.#changed(leg, at);
  }

  /** Takes a channel over into another call: a transfer, a pickup, a conference. */
  join(leg: Leg, call: Call, at: number): void {
    const former = leg.call;
    if (former === call || call.state === 'ended') return;
    former.legs.set(leg.uniqueId, { ...leg, state: 'gone', since: at, bridge: null });
    former.live -= 1;
    leg.call = call;
    if (hasCaller(call)) leg.role = 'callee';
    addLeg(call, leg);
    call.answeredAt ??= former.answeredAt;
    call.transfer ??= former.transfer;
    if (former.live === 0) former.callerCause ||= NORMAL_CLEARING;
    this.touch(former, at);
    this.touch(call, at);
  }

  touch(call: Call, at: number): void {
    settle(call, at);
    this.#onChange(call);
  }

  forget(call: Call): void {
    for (const leg of call.legs.values()) {
      if (leg.call === call && leg.state !== 'gone') return;
    }
    this.calls.delete(call.id);
  }

  /** The leg that these facts are of, in the call that they say. */
  #find(facts: ChannelFacts, at: number): Leg | undefined {
    const leg = this.legs.get(facts.uniqueId);
    if (!leg) return undefined;
    if (leg.number === null) leg.number = known(facts.callerNumber);
    if (leg.name === null) leg.name = known(facts.callerName);
    if (facts.linkedId !== leg.call.id) this.relink(leg, facts.linkedId, at);
    return leg;
  }

  /** Linkedids change to older ones only: anything else is a word from before the change. */
  relink(leg: Leg, linkedId: string, at: number): void {
    if (!isOlder(linkedId, leg.call.id)) return;
    let call = this.calls.get(linkedId);
    if (!call) {
      if (this.calls.size >= this.#limits.calls) return;
      call = createCall(owned(linkedId), leg.call.startedAt);
      call.isUncertain = true;
      this.calls.set(linkedId, call);
    }
    this.join(leg, call, at);
  }

  #move(facts: ChannelFacts, state: LegState | undefined, at: number): void {
    const leg = this.#find(facts, at);
    if (leg && state) moveLeg(leg, state, at);
    this.#changed(leg, at);
  }

  #dialBegun({ dialer, target, dialString }: Extract<CallEvent, { type: 'dialBegun' }>, at: number): void {
    const to = this.#find(target, at);
    const from = dialer && this.#find(dialer, at);
    if (to) {
      to.role = 'callee';
      to.outsideNumber = owned(/^(\+?[0-9*#]{2,20})@/.exec(dialString)?.[1] ?? '') || null;
    }
    if (from && dialer) {
      if (!hasCaller(from.call)) from.role = 'caller';
      if (dialer.context.startsWith('linekeeper-')) this.#dials(from, owned(visible(dialer.exten, 80)), at);
    }
    this.#changed(to ?? from, at);
  }

  /** Our dialplan forwards by going to the next extension: what is dialled is another than what was asked for. */
  #dials(leg: Leg, number: string, at: number): void {
    const former = leg.dials;
    leg.dials = number;
    if (former === undefined || former === number) return;
    // Nobody is forwarded who talked already: somebody took him elsewhere, by AMI's Redirect.
    if (leg.hasTalked) leg.call.transfer = { kind: 'blind', by: null, to: number, at };
    else addForward(leg.call, former);
    leg.hasTalked = false;
  }

  #dialEnded({ dialer, target, status }: Extract<CallEvent, { type: 'dialEnded' }>, at: number): void {
    const from = dialer && this.#find(dialer, at);
    const to = this.#find(target, at);
    const call = (from ?? to)?.call;
    if (!call) return;
    call.dialStatus = owned(visible(status, 20));
    if (to && status === 'ANSWER') moveLeg(to, 'up', at);
    this.touch(call, at);
  }

  #renamed(uniqueId: string, name: string, at: number): void {
    const leg = this.legs.get(uniqueId);
    if (!leg) return;
    leg.channel = owned(name);
    const endpoint = endpointOf(leg.channel);
    if (endpoint !== null && endpoint !== leg.endpoint) {
      leg.endpoint = endpoint;
      leg.owner = undefined;
    }
    this.#changed(leg, at);
  }

  #transferred(event: Extract<CallEvent, { type: 'transferred' }>, at: number): void {
    const by = this.legs.get(event.by);
    const whom = this.legs.get(event.whom);
    const call = (whom ?? by)?.call;
    if (!call) return;
    if (event.kind === 'blind') {
      const to = known(event.to);
      call.transfer = { kind: 'blind', by: by?.number ?? null, to, at };
      if (whom) Object.assign(whom, { dials: to ?? undefined, hasTalked: false });
    } else {
      const second = this.legs.get(event.second);
      const calls = new Set([call, by?.call, second?.call]);
      const rest = [...calls].flatMap((one) => [...(one?.legs.values() ?? [])]);
      const third = rest.findLast((leg) => isThird(leg, [by, second, whom]));
      call.transfer = { kind: 'attended', by: by?.number ?? null, to: third?.number ?? null, at };
    }
    this.touch(call, at);
  }

  #changed(leg: Leg | undefined, at: number): void {
    if (leg) this.touch(leg.call, at);
  }
}

/** AST_STATE of a channel that came in from outside of Asterisk. */
const RING = 4;
const NORMAL_CLEARING = 16;

function hasCaller(call: Call): boolean {
  for (const leg of call.legs.values()) if (leg.role === 'caller') return true;
  return false;
}

function isThird(leg: Leg, others: readonly (Leg | undefined)[]): boolean {
  return !leg.isHidden && leg.state !== 'gone' && others.every((other) => other?.uniqueId !== leg.uniqueId);
}

function dialledOf(exten: string): string | null {
  return exten === '' || exten === 's' ? null : owned(visible(exten, 80));
}
