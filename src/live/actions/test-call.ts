import { randomBytes } from 'node:crypto';
import type { AmiMessage } from '../../asterisk/ami/ami-message.ts';
import { isLinekeeperError, messageOf } from '../../errors.ts';
import type { ActingPbx } from './deps.ts';

export const TEST_CALL_STATES = ['answered', 'busy', 'rejected', 'no_answer', 'unreachable', 'not_registered'] as const;
export type TestCallState = (typeof TEST_CALL_STATES)[number];

export interface TestPhone {
  endpoint: string;
  contactUri: string;
  userAgent: string;
}

export interface TestedPhone extends TestPhone {
  state: Exclude<TestCallState, 'not_registered'> | 'stopped';
  detail: string | null;
}

/** One phone that rings. */
interface Leg extends TestPhone {
  channelId: string;
  state: TestedPhone['state'] | undefined;
  detail: string | null;
  hasBeenSeen: boolean;
  hasRung: boolean;
  /** Q.850, from an event: a hint that only names the end that was read. */
  cause: number | undefined;
}

/** Events make it look at once; without them it looks this often (milliseconds). */
const LOOK_EVERY_MS = 500;
/** What Asterisk takes to make or to end a channel. */
const GRACE_MS = 4000;
const BUSY = 17;
const REJECTED = 21;

/** Rings these phones together until one answers or none rings any more. What is told was read from the PBX. */
export async function ringPhones(
  { port, onEvent }: ActingPbx,
  phones: readonly TestPhone[],
  ringMs: number,
): Promise<TestedPhone[]> {
  const legs = phones.map((phone): Leg => {
    const channelId = `linekeeper-test-${randomBytes(16).toString('hex')}`;
    return {
      ...phone,
      channelId,
      state: undefined,
      detail: null,
      hasBeenSeen: false,
      hasRung: false,
      cause: undefined,
    };
  });
  const byChannel = new Map(legs.map((leg) => [leg.channelId, leg]));
  const alarm = createAlarm();
  const silence = onEvent((event) => {
    if (hear(byChannel, event)) alarm.ring();
  });
  try {
    await Promise.all(legs.map((leg) => start(leg)));
    const startedAt = Date.now();
    while (legs.some(({ state }) => state === undefined)) {
      await alarm.wait(LOOK_EVERY_MS);
      await look(Date.now() - startedAt);
      if (legs.some(({ state }) => state === 'answered')) break;
    }
    for (const leg of legs) if (leg.state === undefined) await stop(leg);
    return legs.map(({ endpoint, contactUri, userAgent, state, detail }) => {
      return { endpoint, contactUri, userAgent, state: state ?? 'stopped', detail };
    });
  } finally {
    silence();
  }

  async function start(leg: Leg): Promise<void> {
    const { endpoint, contactUri, channelId } = leg;
    try {
      await port.startTestCall({ endpoint, contactUri, channelId, ringMs });
    } catch (error) {
      // One contact that cannot be named must not keep the others from ringing.
      if (!isLinekeeperError(error) || !['AMI_ACTION_FORBIDDEN', 'AMI_REFUSED'].includes(error.code)) throw error;
      leg.state = 'unreachable';
      leg.detail = messageOf(error);
    }
  }

  async function look(elapsedMs: number): Promise<void> {
    const channels = new Map((await port.liveChannels()).map((channel) => [channel.uniqueId, channel]));
    for (const leg of legs) {
      if (leg.state !== undefined) continue;
      const channel = channels.get(leg.channelId);
      if (channel !== undefined) {
        leg.hasBeenSeen = true;
        if (channel.state === 'Ringing') leg.hasRung = true;
        if (channel.state === 'Up') leg.state = 'answered';
      } else if (leg.hasBeenSeen || leg.cause !== undefined) {
        leg.state = endOf(leg);
      } else if (elapsedMs > GRACE_MS) {
        leg.state = 'unreachable';
      }
    }
    if (elapsedMs > ringMs + GRACE_MS) for (const leg of legs) leg.state ??= 'no_answer';
  }

  async function stop(leg: Leg): Promise<void> {
    leg.state = 'stopped';
    await port.endCall(leg.channelId);
  }
}

function endOf({ cause, hasRung }: Leg): TestedPhone['state'] {
  if (cause === BUSY) return 'busy';
  if (cause === REJECTED) return 'rejected';
  return hasRung ? 'no_answer' : 'unreachable';
}

/** Whether it is about one of ours. */
function hear(legs: ReadonlyMap<string, Leg>, event: AmiMessage): boolean {
  const leg = legs.get(event.get('Uniqueid') ?? '');
  if (leg === undefined) return false;
  const name = event.get('Event');
  if (name === 'Hangup') leg.cause ??= Number(event.get('Cause')) || 0;
  if (event.get('ChannelStateDesc') === 'Ringing') leg.hasRung = true;
  return name === 'Hangup' || name === 'Newstate';
}

/** A pause that can be cut short. */
function createAlarm() {
  let isRung = false;
  let wake = () => {};
  return {
    ring() {
      isRung = true;
      wake();
    },
    async wait(ms: number): Promise<void> {
      if (!isRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      isRung = false;
    },
  };
}

/** The best of all phones. */
export function stateOf(phones: readonly TestedPhone[]): TestCallState {
  const states = new Set(phones.map(({ state }) => state));
  const order = ['answered', 'busy', 'rejected', 'no_answer', 'unreachable'] as const;
  return order.find((state) => states.has(state)) ?? 'not_registered';
}
