import type { AmiMessage } from '../ami/ami-message.ts';
import { visible } from '../ami/text.ts';
import type { PbxLinks } from './links.ts';

/** One channel that is up, as `CoreShowChannels` tells it. Texts are a stranger's: control characters are made visible. */
export interface LiveChannel {
  /** The exact name: `PJSIP/1001-0000002a`. */
  name: string;
  uniqueId: string;
  /** The same in all channels of one call. */
  linkedId: string;
  /** `Down`, `Ring`, `Ringing`, `Up`, ... (AST_STATE in words). */
  state: string;
  context: string;
  exten: string;
  application: string;
  callerNumber: string | null;
  callerName: string | null;
  connectedNumber: string | null;
  connectedName: string | null;
  bridgeId: string | null;
  /** Since it was created. */
  seconds: number;
}

const LIST = { event: 'CoreShowChannel', complete: 'CoreShowChannelsComplete' };
const LONGEST = 200;

/** All channels that are up now. @throws LinekeeperError AMI_LIST_SHORT and other AMI_* */
export function readChannels(links: PbxLinks): Promise<LiveChannel[]> {
  return links.query.current().list('CoreShowChannels', {}, LIST, channelOf);
}

function channelOf(item: AmiMessage): LiveChannel {
  const text = (name: string) => visible(item.get(name) ?? '', LONGEST);
  const optional = (name: string) => {
    const value = text(name);
    // Asterisk writes <unknown> where it knows nothing.
    return value === '' || value === '<unknown>' ? null : value;
  };
  return {
    // Names of ours to be used as keys and in actions: a hangup asks for the exact one, unescaped.
    name: item.get('Channel') ?? '',
    uniqueId: item.get('Uniqueid') ?? '',
    linkedId: item.get('Linkedid') ?? '',
    state: text('ChannelStateDesc'),
    context: text('Context'),
    exten: text('Exten'),
    application: text('Application'),
    callerNumber: optional('CallerIDNum'),
    callerName: optional('CallerIDName'),
    connectedNumber: optional('ConnectedLineNum'),
    connectedName: optional('ConnectedLineName'),
    bridgeId: optional('BridgeId'),
    seconds: secondsOf(item.get('Duration') ?? ''),
  };
}

/** `HH:MM:SS` */
function secondsOf(duration: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = duration.split(':').map(Number);
  const total = hours * 3600 + minutes * 60 + seconds;
  return Number.isFinite(total) ? total : 0;
}
