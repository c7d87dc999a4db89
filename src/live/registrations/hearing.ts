import type { AmiMessage } from '../../asterisk/ami/ami-message.ts';
import { owned } from '../../asterisk/ami/text.ts';
import { DEVICE_STATES, type DeviceState } from '../../domain/feed/registration.ts';
import { isEndpointName } from '../directory/create-directory.ts';

/** What an event says about a SIP account. Each is a hint: names and values may be forged. */
export type Heard =
  /** Its contacts may have changed. */
  | { type: 'contacts'; endpoint: string }
  /** It had authenticated for a call, not to register. */
  | { type: 'call'; endpoint: string }
  | { type: 'contact'; endpoint: string; uri: string; status: ContactStatus; latencyMs: number | null }
  | { type: 'device'; endpoint: string; state: DeviceState };

export type ContactStatus = 'reachable' | 'unreachable' | 'unknown';

const STATES: ReadonlySet<string> = new Set(DEVICE_STATES);
const CHANNEL = /^PJSIP\/(.+)-[0-9a-f]{8}$/;
/** AST_STATE_RING: a channel that a phone has opened. One that we call begins with 0. */
const OPENED_BY_PHONE = '4';
const LONGEST_URI = 1000;

/** undefined: nothing about a SIP account that could be ours. */
export function hear(event: AmiMessage): Heard | undefined {
  switch (event.get('Event')) {
    // Of an aor that was written to AstDB after Asterisk's start no ContactStatus comes; that the phone has authenticated
    // is all that is said (measured, 22.10). Asterisk's own reloads would mend it, and are not for us.
    case 'SuccessfulAuth':
      return event.get('Service') === 'PJSIP' ? about(event.get('AccountID'), 'contacts') : undefined;
    case 'Newchannel':
      if (event.get('ChannelState') !== OPENED_BY_PHONE) return undefined;
      return about(CHANNEL.exec(event.get('Channel') ?? '')?.[1], 'call');
    case 'ContactStatus':
      return contactStatus(event);
    case 'DeviceStateChange': {
      const endpoint = endpointOfDevice(event.get('Device') ?? '');
      const state = stateOf(event.get('State') ?? '');
      return endpoint === undefined || state === undefined ? undefined : { type: 'device', endpoint, state };
    }
    default:
      return undefined;
  }
}

/** `PJSIP/1001` -> `1001` */
export function endpointOfDevice(device: string): string | undefined {
  const name = device.startsWith('PJSIP/') ? device.slice(6) : '';
  return isEndpointName(name) ? owned(name) : undefined;
}

/** `NOT_INUSE` -> `not_inuse` */
export function stateOf(word: string): DeviceState | undefined {
  const state = word.toLowerCase();
  return STATES.has(state) ? (state as DeviceState) : undefined;
}

function about(name: string | undefined, type: 'contacts' | 'call'): Heard | undefined {
  return name !== undefined && isEndpointName(name) ? { type, endpoint: owned(name) } : undefined;
}

function contactStatus(event: AmiMessage): Heard | undefined {
  const endpoint = owned(event.get('AOR') ?? '');
  const uri = owned(event.get('URI') ?? '');
  if (!isEndpointName(endpoint) || uri === '' || uri.length > LONGEST_URI) return undefined;
  const status = event.get('ContactStatus');
  if (status === 'Reachable') {
    const microseconds = Number(event.get('RoundtripUsec'));
    const latencyMs = Number.isFinite(microseconds) && microseconds > 0 ? microseconds / 1000 : null;
    return { type: 'contact', endpoint, uri, status: 'reachable', latencyMs };
  }
  return {
    type: 'contact',
    endpoint,
    uri,
    status: status === 'Unreachable' ? 'unreachable' : 'unknown',
    latencyMs: null,
  };
}
