import { owned } from '../../asterisk/ami/text.ts';
import { isChannel } from '../../asterisk/events/call-event.ts';
import type { LiveChannel } from '../../asterisk/pbx-port/live-channels.ts';
import type { LiveCall } from '../../domain/feed/call.ts';
import type { Call } from './call.ts';
import type { CallBook } from './call-book.ts';
import { type Leg, legState, moveLeg } from './leg.ts';

/** What was so when the PBX was asked for its channels, and what came in until it answered. */
export interface Look {
  /** Uniqueids of the channels that we knew when we asked. */
  known: ReadonlySet<string>;
  /** Uniqueids of channels that ended since then. */
  ended: ReadonlySet<string>;
  /** Uniqueids of channels of which something was heard since then. */
  touched: ReadonlySet<string>;
  /** Channels younger than this are left to their events, which may be on their way. */
  minSeconds: number;
}

/** Brings the book in line with a list of channels. Gives those that we knew and the PBX does not: their end was missed. */
export function mergeChannels(book: CallBook, channels: readonly LiveChannel[], look: Look, at: number): Leg[] {
  const listed = new Set<string>();
  for (const channel of channels) {
    listed.add(channel.uniqueId);
    if (look.ended.has(channel.uniqueId)) continue;
    const leg = book.legs.get(channel.uniqueId);
    if (!leg) {
      if (channel.seconds >= look.minSeconds) adopt(book, channel, at);
    } else if (!look.touched.has(channel.uniqueId)) {
      correct(book, leg, channel, at);
    }
  }
  for (const channel of channels) nameApplication(book, channel, at);
  return [...look.known].flatMap((id) => (listed.has(id) ? [] : (book.legs.get(id) ?? [])));
}

/** It ended while nobody heard: now is when that was found. */
export function closeMissed(book: CallBook, legs: readonly Leg[], at: number): void {
  for (const leg of legs) {
    leg.call.isUncertain = true;
    book.close(leg, 0, at);
  }
}

function adopt(book: CallBook, channel: LiveChannel, at: number): void {
  if (!isChannel(channel.name, channel.uniqueId, channel.linkedId)) return;
  const state = AST_STATES.get(channel.state) ?? 0;
  const facts = {
    channel: channel.name,
    uniqueId: channel.uniqueId,
    linkedId: channel.linkedId,
    state,
    context: channel.context,
    exten: channel.exten,
    callerNumber: channel.callerNumber ?? '',
    callerName: channel.callerName ?? '',
  };
  // `AppDial` is what runs on a channel that was dialled (measured).
  const isCalled = channel.application.startsWith('AppDial') || (state !== 4 && channel.uniqueId !== channel.linkedId);
  const isNew = !book.calls.has(channel.linkedId);
  const leg = book.open(facts, isCalled ? 'callee' : 'caller', at);
  if (!leg) return;
  const { call } = leg;
  call.isUncertain = true;
  const startedAt = at - channel.seconds * 1000;
  call.startedAt = isNew ? startedAt : Math.min(call.startedAt, startedAt);
  if (channel.bridgeId !== null) book.enter(leg, channel.bridgeId, at);
}

function correct(book: CallBook, leg: Leg, channel: LiveChannel, at: number): void {
  let isChanged = false;
  if (channel.linkedId !== leg.call.id) {
    const former: Call = leg.call;
    book.relink(leg, channel.linkedId, at);
    isChanged = former !== leg.call;
  }
  const state = legState(AST_STATES.get(channel.state) ?? 0);
  // The list does not say who is on hold.
  if (state !== undefined && state !== leg.state && leg.state !== 'held')
    isChanged = moveLeg(leg, state, at) || isChanged;
  if (channel.bridgeId !== leg.bridge) {
    if (channel.bridgeId === null) book.leave(leg, at);
    else book.enter(leg, channel.bridgeId, at);
    isChanged = true;
  }
  if (leg.channel !== channel.name) leg.channel = owned(channel.name);
  if (isChanged) {
    leg.call.isUncertain = true;
    book.touch(leg.call, at);
  }
}

/** AST_STATE in words. */
const AST_STATES: ReadonlyMap<string, number> = new Map([
  ['Down', 0],
  ['Rsrvd', 1],
  ['OffHook', 2],
  ['Dialing', 3],
  ['Ring', 4],
  ['Ringing', 5],
  ['Up', 6],
  ['Busy', 7],
]);

/** What runs on a channel that talks to nobody. Newexten events would say so too, at a price of a dozen for each call. */
function nameApplication(book: CallBook, channel: LiveChannel, at: number): void {
  const leg = book.legs.get(channel.uniqueId);
  if (!leg || !isAlone(leg)) return;
  const application = applicationOf(channel.application);
  if (application === null || leg.call.application === application) return;
  leg.call.application = application;
  book.touch(leg.call, at);
}

/** Up, in no bridge, and nobody rings for it. */
export function isAlone(leg: Leg): boolean {
  if (leg.state !== 'up' || leg.bridge !== null || leg.isHidden) return false;
  for (const other of leg.call.legs.values()) if (other !== leg && other.state !== 'gone') return false;
  return true;
}

function applicationOf(name: string): LiveCall['application'] {
  if (/^voicemail/i.test(name)) return 'voicemail';
  if (/^echo$/i.test(name)) return 'echo';
  return /^(|AppDial2?|Dial|Bridge|Answer|Set|MSet|Goto|GotoIf|Gosub|ExecIf|Hangup)$/.test(name) ? null : 'other';
}
