import type { PbxConnection } from './asterisk/pbx-connection.ts';
import { type Calls, createCalls } from './live/calls/create-calls.ts';
import type { Directory, MailboxDirectory } from './live/directory.ts';
import type { Topics } from './live/feed/topic.ts';
import type { LiveLink } from './live/link.ts';
import { createMailboxCounts, type MailboxCounts } from './live/mailboxes/create-mailbox-counts.ts';
import { type CallRecords, createCallRecords } from './live/records/call-records.ts';
import { createRegistrations, type Registrations } from './live/registrations/create-registrations.ts';
import type { Logger } from './log.ts';
import type { Database } from './store/database.ts';
import type { PbxRow } from './store/pbxes.ts';

export interface LivePbxOptions {
  db: Database;
  directory: Directory & MailboxDirectory;
  topics: Topics;
  log: Logger;
}

/** What is known of one PBX at this moment. */
export interface LivePbx {
  readonly pbxId: string;
  isHeard(): boolean;
  readonly calls: Calls;
  readonly registrations: Registrations;
  readonly mailboxes: MailboxCounts;
  readonly records: CallRecords;
  /** Nothing of it is shown any more; what is being written is written to its end. */
  stop(): Promise<void>;
}

export function createLivePbx(
  row: Pick<PbxRow, 'id' | 'name'>,
  connection: PbxConnection,
  { db, directory, topics, log: parent }: LivePbxOptions,
): LivePbx {
  const log = parent.child({ part: 'live', pbx: row.name });
  const link = linkOf(row, connection);
  const calls = createCalls({ link, directory, topic: topics.calls, log });
  const registrations = createRegistrations({ link, directory, topic: topics.registrations, log });
  const mailboxes = createMailboxCounts({ link, directory, topic: topics.mailboxes, log });
  const records = createCallRecords({ db, link, directory, log });
  return {
    pbxId: row.id,
    isHeard: () => link.isUp,
    calls,
    registrations,
    mailboxes,
    records,
    async stop() {
      for (const part of [calls, registrations, mailboxes]) part.stop();
      await records.stop();
    },
  };
}

/** A connected PBX in the words of the live view. */
export function linkOf({ id, name }: { id: string; name: string }, connection: PbxConnection): LiveLink {
  return {
    pbxId: id,
    name,
    port: connection.port,
    get isUp() {
      return connection.hears;
    },
    onUp: (listener) => connection.onHears(listener),
    onDown: (listener) => connection.onDeaf(listener),
    onEvent: (listener) => connection.onEvent(listener),
  };
}
