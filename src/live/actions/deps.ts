import type { AmiMessage } from '../../asterisk/ami/ami-message.ts';
import type { AsteriskPort } from '../../asterisk/pbx-port/pbx-port.ts';
import type { LiveCall } from '../../domain/feed/call.ts';
import type { Database } from '../../store/database.ts';
import type { Directory } from '../directory.ts';

/** What acting needs of one PBX. */
export type ActingPort = Pick<
  AsteriskPort,
  | 'liveChannels'
  | 'contactsOf'
  | 'endCall'
  | 'transfer'
  | 'startTestCall'
  | 'sendMessage'
  | 'dropRegistrations'
  | 'channelsOf'
  | 'endCalls'
>;

export interface ActingPbx {
  port: ActingPort;
  /** Events as they come: hints to look again. Gives the function that ends it. */
  onEvent(listener: (event: AmiMessage) => void): () => void;
}

export interface ActionDeps {
  db: Database;
  directory: Pick<Directory, 'endpoints'>;
  /** @throws PBX_UNREACHABLE for one that is disabled or unknown */
  pbx(pbxId: string): ActingPbx;
  /** Live calls as the feed knows them: they know the company of a call that no phone is part of yet. */
  calls?: () => readonly LiveCall[];
}

/** Who asks. */
export interface Caller {
  actor: string;
  /** undefined: all companies. */
  companyId: string | undefined;
}
