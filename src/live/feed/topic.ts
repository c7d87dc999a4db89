import type { TopicItems, TopicName } from '../../domain/feed/topics.ts';

/** Whom an item concerns: what subscriptions are filtered and permitted by. */
export interface ItemScope {
  /** null: no company's; for operators of the platform alone. */
  companyId: string | null;
  extensionIds?: readonly string[];
  siteIds?: readonly string[];
  /** Groups, teams and labels of the users concerned. */
  teamIds?: readonly string[];
  /** For this user alone (`messages`). */
  userId?: string;
}

/** A stretch of time in which something may have happened that nobody heard. */
export interface Gap {
  /** null: it is not about a PBX. */
  pbxId: string | null;
  /** Milliseconds since 1970. */
  from: number;
  until: number;
  /** In words: `the events login was away: connection reset`. */
  reason: string;
}

/**
 * The present items of a topic. Who produces them says what is so now, as often as he likes; the feed numbers, filters and
 * sends. An item that is set again unchanged sends nothing.
 */
export interface Topic<T> {
  set(id: string, item: T, scope: ItemScope): void;
  /** Does nothing when there is none. */
  remove(id: string): void;
  /** All subscribers are told, and whoever comes back later. Say it after the items are right again. */
  gap(gap: Gap): void;
  /** Present items. */
  readonly size: number;
  /** True while somebody subscribes, or did so a moment ago: for producers whose looking costs something. */
  readonly isWanted: boolean;
  /** Each time that it becomes wanted; the first snapshot waits for what it promises. Gives the function that ends it. */
  onWanted(listener: () => unknown): () => void;
}

export type Topics = { readonly [Name in TopicName]: Topic<TopicItems[Name]> };
