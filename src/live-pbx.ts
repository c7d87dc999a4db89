import type { PbxConnection } from './asterisk/pbx-connection.ts';
import type { LiveCall } from './domain/feed/call.ts';
import type { LiveMailbox, LiveRegistration } from './domain/feed/registration.ts';
import type { LiveFigures } from './http/plugins/live-metrics.ts';
import { type Calls, createCalls } from './live/calls/create-calls.ts';
import type { Directory, MailboxDirectory } from './live/directory.ts';
import type { Topics } from './live/feed/topic.ts';
import { createMailboxCounts, type MailboxCounts } from './live/mailboxes/create-mailbox-counts.ts';
import { type CallRecords, createCallRecords } from './live/records/call-records.ts';
import { createRegistrations, type Registrations } from './live/registrations/create-registrations.ts';
import { linkOf } from './live-links.ts';
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
      for (const { id } of calls.calls()) topics.calls.remove(id);
      for (const { id } of registrations.items()) topics.registrations.remove(id);
      for (const { id } of mailboxes.items()) topics.mailboxes.remove(id);
      await records.stop();
    },
  };
}

/** All PBXs together, as routes ask for them. */
export interface LiveNow {
  calls(): LiveCall[];
  registrations(): LiveRegistration[];
  mailboxes(): LiveMailbox[];
  /** Extensions of a company that have a phone now; undefined: its PBX is not heard. */
  registered(companyId: string): Promise<ReadonlySet<string> | undefined>;
  /** For graphs. */
  figures(): LiveFigures[];
}
