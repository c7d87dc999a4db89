import type { FeedEvent, LiveCall, LiveRegistration, LiveSync } from '../../feed-client/index.ts';
import { clock } from './words.ts';

export type Tab = 'calls' | 'registrations';

/** All that the screen shows. */
export interface View {
  calls: ReadonlyMap<string, LiveCall>;
  registrations: ReadonlyMap<string, LiveRegistration>;
  pbxes: ReadonlyMap<string, LiveSync>;
  /** Calls that have just ended, and when (milliseconds since 1970). */
  ended: ReadonlyMap<string, { call: LiveCall; at: number }>;
  /** The last things that happened to registrations and to what is heard, the newest first. */
  news: readonly string[];
  /** Why nothing comes at the moment; undefined: it comes. */
  away: string | undefined;
  /** What a company is called. */
  companyOf(id: string): string;
  tab: Tab;
  /** Only rows that hold this text. */
  filter: string;
  /** The filter is being typed. */
  isTyping: boolean;
}

/** Milliseconds for which a call that ended stays in sight. */
export const ENDED_MS = 5000;
const MOST_NEWS = 50;

/** What the items of the feed do not keep: what has just gone, and what has just happened. */
export class Recent {
  readonly ended = new Map<string, { call: LiveCall; at: number }>();
  readonly news: string[] = [];
  #phones = new Map<string, string>();

  ofCalls(events: readonly FeedEvent[], now: number): void {
    for (const event of events) {
      if (event.op === 'gap') this.#gap(event);
      if (event.op !== 'set') continue;
      const call = event.item as LiveCall;
      if (call.state === 'ended') this.ended.set(call.id, { call, at: now });
    }
  }

  /** Where everybody stands after a snapshot: nothing that happened. */
  startRegistrations(items: ReadonlyMap<string, LiveRegistration>): void {
    this.#phones = new Map([...items].map(([id, item]) => [id, phonesOf(item)]));
  }

  ofRegistrations(events: readonly FeedEvent[]): void {
    for (const event of events) {
      if (event.op === 'gap') this.#gap(event);
      if (event.op !== 'set') continue;
      const item = event.item as LiveRegistration;
      const before = this.#phones.get(event.id) ?? '';
      const after = phonesOf(item);
      this.#phones.set(event.id, after);
      if (before === after) continue;
      const who = [item.number ?? item.endpoint, item.name ?? ''].join(' ').trim();
      this.#add(event.at, after === '' ? `${who} is not registered any more` : `${who} at ${after}`);
    }
  }

  forget(now: number): void {
    for (const [id, { at }] of this.ended) if (now - at > ENDED_MS) this.ended.delete(id);
  }

  #gap(event: Extract<FeedEvent, { op: 'gap' }>): void {
    this.#add(event.at, `not heard from ${clock(event.from)} until ${clock(event.until)}: ${event.reason}`);
  }

  #add(at: string, text: string): void {
    this.news.unshift(`${clock(at)} ${text}`);
    this.news.length = Math.min(this.news.length, MOST_NEWS);
  }
}

function phonesOf({ contacts }: LiveRegistration): string {
  return contacts.map(phoneOf).join(', ');
}

/** `10.0.0.3:5060 (Yealink SIP-T46U 108.86)`, and whether it answers where the PBX asks. */
export function phoneOf({ address, uri, userAgent, status }: LiveRegistration['contacts'][number]): string {
  const agent = userAgent === '' ? '' : ` (${userAgent})`;
  return `${address ?? uri}${agent}${status === 'unreachable' ? ', does not answer' : ''}`;
}
