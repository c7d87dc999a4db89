import { LinekeeperError } from '../../errors.ts';
import type { AmiMessage } from './ami-message.ts';
import { visible } from './text.ts';

/** Milliseconds on the clock of `performance.now()`. */
export interface Times {
  readonly sent: number;
  readonly deadline: number;
  /** How long Asterisk may say nothing at all before the connection is given up. */
  readonly patience: number;
}

/** An action that was sent and waits for its answer. */
export interface Pending {
  readonly action: string;
  readonly times: Times;
  /** True when it has got all it waits for. */
  take(message: AmiMessage): boolean;
  fail(error: LinekeeperError): void;
}

interface Outcome<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** Waits for one `Response`, whatever it says. */
export function pendingResponse(action: string, times: Times, outcome: Outcome<AmiMessage>): Pending {
  return {
    action,
    times,
    take(message) {
      if (message.kind !== 'response') return false;
      outcome.resolve(message);
      return true;
    },
    fail: outcome.reject,
  };
}

/** Names of the events that carry a list's items and its end. */
export interface ListEvents {
  event: string;
  complete: string;
}

/**
 * Waits for a whole list. Asterisk may lose items of a slow reader and still say Complete with the true count
 * (measured: 11,977 of 12,000), so what was parsed must equal `ListItems`, or nothing of it counts.
 */
export function pendingList<T>(
  action: string,
  times: Times,
  { event, complete }: ListEvents,
  map: (item: AmiMessage) => T,
  outcome: Outcome<T[]>,
): Pending {
  const items: T[] = [];
  let accepted = false;
  let spoiled: unknown;
  return {
    action,
    times,
    take(message) {
      if (message.kind === 'response') {
        // The second answer to one action is somebody's mistake; the first stands.
        if (accepted) return false;
        accepted = message.get('Response') === 'Success';
        if (!accepted) outcome.reject(refusal(action, message));
        return !accepted;
      }
      if (!accepted) return false;
      const name = message.get('Event');
      if (name === event) {
        try {
          items.push(map(message));
        } catch (error) {
          spoiled ??= error;
        }
        return false;
      }
      if (name !== complete) return false;
      const promised = message.get('ListItems');
      if (spoiled !== undefined) outcome.reject(spoiled);
      else if (promised === String(items.length)) outcome.resolve(items);
      else outcome.reject(short(action, promised, items.length));
      return true;
    },
    fail: outcome.reject,
  };
}

function short(action: string, promised: string | undefined, parsed: number): LinekeeperError {
  const details = { promised: promised === undefined ? null : visible(promised, 20), parsed };
  return new LinekeeperError('AMI_LIST_SHORT', `The list of ${action} is not whole; it was thrown away.`, { details });
}

/** What Asterisk said to an action that it did not do. Its messages are fixed texts, never a value of ours. */
export function refusal(action: string, response: AmiMessage): LinekeeperError {
  const said = visible(response.get('Message') ?? 'no reason given');
  return new LinekeeperError('AMI_REFUSED', `Asterisk refused ${action}: ${said}`, { details: { action, said } });
}
