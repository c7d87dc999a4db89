import { type AmiMessage, type HeaderIndex, headerIndex } from '../ami/ami-message.ts';

/** What every event says of a channel. Texts are as they came: a caller may put anything into them. */
export interface ChannelFacts {
  /** `PJSIP/1001-0000002a` */
  channel: string;
  uniqueId: string;
  linkedId: string;
  /** AST_STATE: 0 down, 4 ring, 5 ringing, 6 up, ... */
  state: number;
  context: string;
  exten: string;
  callerNumber: string;
  callerName: string;
}

/** The events of calls that we use. Each is a hint, and may be forged. */
export type CallEvent =
  | { type: 'begun' | 'changed'; channel: ChannelFacts }
  | { type: 'dialBegun'; dialer: ChannelFacts | undefined; target: ChannelFacts; dialString: string }
  /** `status`: DIALSTATUS: ANSWER, BUSY, NOANSWER, CANCEL, CONGESTION, CHANUNAVAIL, ... */
  | { type: 'dialEnded'; dialer: ChannelFacts | undefined; target: ChannelFacts; status: string }
  | { type: 'bridgeEntered' | 'bridgeLeft'; channel: ChannelFacts; bridge: string }
  | { type: 'held' | 'resumed'; channel: ChannelFacts }
  | { type: 'renamed'; uniqueId: string; name: string }
  /** Transferers and transferees by their Uniqueid. */
  | { type: 'transferred'; kind: 'blind'; by: string; whom: string; to: string }
  | { type: 'transferred'; kind: 'attended'; by: string; second: string; whom: string; to: undefined }
  /** `cause`: Q.850; 0 where Asterisk knows none. */
  | { type: 'ended'; channel: ChannelFacts; cause: number };

const FACTS = ['Channel', 'Uniqueid', 'Linkedid', 'ChannelState', 'Context', 'Exten', 'CallerIDNum', 'CallerIDName'];
const DEST_FACTS = FACTS.map((name) => `Dest${name}`);

const CHANNEL = headerIndex(FACTS);
const ENDED = headerIndex([...FACTS, 'Cause']);
const BRIDGE = headerIndex([...FACTS, 'BridgeUniqueid']);
const DIAL = headerIndex([...FACTS, ...DEST_FACTS, 'DialString', 'DialStatus']);
const BLIND = headerIndex(['Result', 'TransfererUniqueid', 'TransfereeUniqueid', 'Extension']);
const ATTENDED = headerIndex([
  'Result',
  'OrigTransfererUniqueid',
  'SecondTransfererUniqueid',
  'TransfereeUniqueid',
  'TransferTargetUniqueid',
]);
const RENAMED = headerIndex(['Uniqueid', 'Newname']);

/** Longer than any that Asterisk makes; what is longer was made up. */
const LONGEST_NAME = 200;
const CHANNEL_NAME = /^[A-Za-z0-9_]+\/[^\u0000-\u001f\u007f]+$/;
const UNIQUE_ID = /^[A-Za-z0-9_.:-]{1,150}$/;

/** Undefined for an event that is none of a call, or is not what it should be: a header missing, doubled or of another form. */
export function parseCallEvent(message: AmiMessage): CallEvent | undefined {
  switch (message.get('Event')) {
    case 'Newchannel':
      return ofChannel(message, 'begun');
    case 'Newstate':
    case 'NewCallerid':
      return ofChannel(message, 'changed');
    case 'Hold':
      return ofChannel(message, 'held');
    case 'Unhold':
      return ofChannel(message, 'resumed');
    case 'Hangup': {
      const values = message.pick(ENDED);
      const channel = factsOf(values, 0);
      return channel && { type: 'ended', channel, cause: numberOf(values?.[FACTS.length]) ?? 0 };
    }
    case 'BridgeEnter':
      return ofBridge(message, 'bridgeEntered');
    case 'BridgeLeave':
      return ofBridge(message, 'bridgeLeft');
    case 'DialBegin':
    case 'DialEnd':
      return ofDial(message);
    case 'BlindTransfer':
      return ofBlindTransfer(message);
    case 'AttendedTransfer':
      return ofAttendedTransfer(message);
    case 'Rename': {
      const [uniqueId, name] = read(message, RENAMED);
      return isUniqueId(uniqueId) && isChannelName(name) ? { type: 'renamed', uniqueId, name } : undefined;
    }
    default:
      return undefined;
  }
}

function ofChannel(message: AmiMessage, type: 'begun' | 'changed' | 'held' | 'resumed'): CallEvent | undefined {
  const channel = factsOf(message.pick(CHANNEL), 0);
  return channel && { type, channel };
}

function ofBridge(message: AmiMessage, type: 'bridgeEntered' | 'bridgeLeft'): CallEvent | undefined {
  const values = message.pick(BRIDGE);
  const channel = factsOf(values, 0);
  const bridge = values?.[FACTS.length];
  return channel && isUniqueId(bridge) ? { type, channel, bridge } : undefined;
}

/** A call that Asterisk itself places (Originate) has no dialing channel. */
function ofDial(message: AmiMessage): CallEvent | undefined {
  const values = message.pick(DIAL);
  const target = factsOf(values, FACTS.length);
  if (values === undefined || target === undefined) return undefined;
  const dialer = values[0] === undefined ? undefined : factsOf(values, 0);
  const dialString = values[2 * FACTS.length];
  if (message.get('Event') === 'DialBegin') return { type: 'dialBegun', dialer, target, dialString: dialString ?? '' };
  return { type: 'dialEnded', dialer, target, status: values[2 * FACTS.length + 1] ?? '' };
}

function ofBlindTransfer(message: AmiMessage): CallEvent | undefined {
  const [result, by, whom, to] = read(message, BLIND);
  if (result !== 'Success' || !isUniqueId(by) || !isUniqueId(whom)) return undefined;
  return { type: 'transferred', kind: 'blind', by, whom, to: to ?? '' };
}

function ofAttendedTransfer(message: AmiMessage): CallEvent | undefined {
  const [result, by, second, whom, target] = read(message, ATTENDED);
  if (result !== 'Success' || !isUniqueId(by) || !isUniqueId(second)) return undefined;
  const third = isUniqueId(whom) ? whom : target;
  return { type: 'transferred', kind: 'attended', by, second, whom: third ?? '', to: undefined };
}

/** True when these could be the names of a channel of Asterisk. */
export function isChannel(name: string, uniqueId: string, linkedId: string): boolean {
  return isChannelName(name) && isUniqueId(uniqueId) && isUniqueId(linkedId);
}

function factsOf(values: readonly (string | undefined)[] | undefined, at: number): ChannelFacts | undefined {
  if (values === undefined) return undefined;
  const channel = values[at];
  const uniqueId = values[at + 1];
  const linkedId = values[at + 2];
  const state = numberOf(values[at + 3]);
  if (!isChannelName(channel) || !isUniqueId(uniqueId) || !isUniqueId(linkedId) || state === undefined)
    return undefined;
  return {
    channel,
    uniqueId,
    linkedId,
    state,
    context: values[at + 4] ?? '',
    exten: values[at + 5] ?? '',
    callerNumber: values[at + 6] ?? '',
    callerName: values[at + 7] ?? '',
  };
}

function read(message: AmiMessage, index: HeaderIndex): (string | undefined)[] {
  return message.pick(index) ?? [];
}

function isChannelName(value: string | undefined): value is string {
  return value !== undefined && value.length <= LONGEST_NAME && CHANNEL_NAME.test(value);
}

function isUniqueId(value: string | undefined): value is string {
  return value !== undefined && UNIQUE_ID.test(value);
}

function numberOf(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,4}$/.test(value) ? Number(value) : undefined;
}
