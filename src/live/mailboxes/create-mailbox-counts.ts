import { pipelined } from '../../asterisk/pbx-port/pipelined.ts';
import type { LiveMailbox } from '../../domain/feed/registration.ts';
import { messageOf } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { MailboxDirectory } from '../directory.ts';
import type { Topic } from '../feed/topic.ts';
import type { LiveLink } from '../link.ts';
import { Touched } from '../touched.ts';

export interface MailboxCountsOptions {
  link: LiveLink;
  directory: MailboxDirectory;
  topic: Topic<LiveMailbox>;
  log: Pick<Logger, 'warn'>;
  now?: () => number;
}

export interface MailboxCounts {
  /** Mailboxes of ours that hold messages, or did since the start. */
  items(): LiveMailbox[];
  stop(): void;
}

/** Questions on the wire at once: 10,000 mailboxes take 1.7 s, and nothing else waits longer than 10 ms (measured). */
const WINDOW = 4;
const TOGETHER_MS = 100;
const RETRY_MS = 2000;
const NAME = /^[0-9]{1,20}@lk-[a-z0-9-]{1,40}$/;

/** Keeps the topic of one PBX's mailboxes. An event says which mailbox has changed; how many there are is asked for. */
export function createMailboxCounts({
  link,
  directory,
  topic,
  log,
  now = Date.now,
}: MailboxCountsOptions): MailboxCounts {
  const { pbxId, port } = link;
  const items = new Map<string, LiveMailbox>();
  const touched = new Touched(TOGETHER_MS, read, failed);
  let deafSince: { at: number; reason: string } | undefined;
  let snapshots = 0;
  let retry: NodeJS.Timeout | undefined;

  async function read(names: readonly string[]): Promise<void> {
    const owners = await directory.mailboxes(pbxId, names);
    for (const name of names) if (!owners.has(name)) remove(name);
    await pipelined([...owners], WINDOW, async ([name, { companyId, extensionId, number, siteId, teamIds }]) => {
      const counts = await port.mailboxCount(name);
      if (counts.newMessages + counts.oldMessages === 0 && !items.has(name)) return;
      const item = { id: `${pbxId}/${name}`, pbxId, companyId, extensionId, number, ...counts };
      items.set(name, item);
      const siteIds = siteId === null ? [] : [siteId];
      topic.set(item.id, item, { companyId, extensionIds: [extensionId], siteIds, teamIds });
    });
  }

  function remove(name: string): void {
    if (items.delete(name)) topic.remove(`${pbxId}/${name}`);
  }

  /** In the background: whoever looks meanwhile sees what was known. */
  async function takeSnapshot(): Promise<void> {
    clearTimeout(retry);
    const mine = ++snapshots;
    try {
      const ours = new Set(await directory.allMailboxes(pbxId));
      for (const name of [...items.keys()]) if (!ours.has(name)) remove(name);
      await read([...ours]);
      if (mine !== snapshots || deafSince === undefined) return;
      const { at, reason } = deafSince;
      deafSince = undefined;
      topic.gap({ pbxId, from: at, until: now(), reason });
    } catch (error) {
      failed(error);
    }
  }

  function failed(error: unknown): void {
    if (!link.isUp) return;
    log.warn({ reason: messageOf(error) }, 'mailboxes could not be counted; tried again');
    clearTimeout(retry);
    retry = setTimeout(() => void takeSnapshot(), RETRY_MS);
  }

  const offs = [
    link.onEvent((event) => {
      if (event.get('Event') !== 'MessageWaiting') return;
      const name = event.get('Mailbox') ?? '';
      if (NAME.test(name)) touched.add([name]);
    }),
    link.onUp(() => void takeSnapshot()),
    link.onDown((reason) => {
      snapshots += 1;
      clearTimeout(retry);
      deafSince ??= { at: now(), reason };
    }),
  ];
  if (link.isUp) void takeSnapshot();

  return {
    items: () => [...items.values()],
    stop() {
      snapshots += 1;
      for (const off of offs) off();
      clearTimeout(retry);
      touched.stop();
      for (const { id } of items.values()) topic.remove(id);
    },
  };
}
