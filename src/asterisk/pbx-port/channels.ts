import { setTimeout as delay } from 'node:timers/promises';
import { isLinekeeperError } from '../../errors.ts';
import type { PbxChannel } from '../../plan/ports.ts';
import type { PbxLinks } from './links.ts';
import { readChannels } from './live-channels.ts';
import { pipelined } from './pipelined.ts';

const LIST = { event: 'CoreShowChannel', complete: 'CoreShowChannelsComplete' };
/** Asterisk makes the name of the endpoint that authenticated and a counter of 8 hexadecimal digits. */
const NAME = /^PJSIP\/([A-Za-z0-9+@.-]{1,80})-[0-9a-f]{8}$/;

/** The endpoint that a channel belongs to; undefined: it is no SIP channel. */
export function endpointOfChannel(name: string): string | undefined {
  return NAME.exec(name)?.[1];
}

const WINDOW = 64;
/** A hung up channel is gone within milliseconds, unless its application is slow to let go. */
const LOOKS = 20;
const BETWEEN_MS = 150;

/** Read back after a hang-up. */
export interface Ended {
  ended: number;
  stillUp: number;
}

/** Calls that cannot be named exactly stay, and the next look tells so. */
const TOLERATED: ReadonlySet<string> = new Set(['AMI_REFUSED', 'AMI_ACTION_FORBIDDEN']);

/** Channels of our endpoints: what is up, and the end of it. */
export class Channels {
  readonly #links: PbxLinks;

  constructor(links: PbxLinks) {
    this.#links = links;
  }

  /** One list for any number of endpoints. @throws LinekeeperError AMI_LIST_SHORT and other AMI_* */
  async of(endpoints: readonly string[]): Promise<PbxChannel[]> {
    const wanted = new Set(endpoints);
    if (wanted.size === 0) return [];
    const names = await this.#links.query
      .current()
      .list('CoreShowChannels', {}, LIST, (item) => item.get('Channel') ?? '');
    return names.flatMap((name) => {
      const endpoint = endpointOfChannel(name);
      return endpoint !== undefined && wanted.has(endpoint) ? [{ name, endpoint }] : [];
    });
  }

  /** Ends the calls by the exact names of their channels; what begins meanwhile is ended, too. Answers how many went. */
  async end(endpoints: readonly string[]): Promise<number> {
    return (await this.#endAll(() => this.of(endpoints))).ended;
  }

  /** The same with all channels of one call. */
  endCall(linkedId: string): Promise<Ended> {
    return this.#endAll(async () =>
      (await readChannels(this.#links)).filter((channel) => channel.linkedId === linkedId),
    );
  }

  async #endAll(look: () => Promise<readonly { name: string }[]>): Promise<Ended> {
    const seen = new Set<string>();
    for (let count = 0; ; count++) {
      const present = await look();
      if (present.length === 0) return { ended: seen.size, stillUp: 0 };
      const fresh = present.filter(({ name }) => !seen.has(name));
      for (const { name } of fresh) seen.add(name);
      await pipelined(fresh, WINDOW, ({ name }) => this.#hangUp(name));
      if (count >= LOOKS) return { ended: seen.size - present.length, stillUp: present.length };
      await delay(BETWEEN_MS);
    }
  }

  /** One that ended by itself meanwhile is refused as unknown: the next look tells. */
  async #hangUp(name: string): Promise<void> {
    try {
      await this.#links.sync.current().action('Hangup', { Channel: name });
    } catch (error) {
      if (!isLinekeeperError(error) || !TOLERATED.has(error.code)) throw error;
    }
  }
}
