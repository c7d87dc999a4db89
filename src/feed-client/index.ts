/** The published entry `linekeeper/feed-client`: the feed's typed client and the types of what it brings. */
export type { CallParty, LiveCall } from '../domain/feed/call.ts';
export type { LiveActivity, LiveJob, LiveMessage, LiveSession, LiveSync } from '../domain/feed/database-items.ts';
export type { FeedEvent, FeedFilter } from '../domain/feed/protocol.ts';
export type { LiveContact, LiveMailbox, LiveRegistration } from '../domain/feed/registration.ts';
export type { TopicItems, TopicName } from '../domain/feed/topics.ts';
export {
  createFeedClient,
  type FeedClient,
  type FeedClientOptions,
  type Subscribed,
  type SubscribeOptions,
} from './feed-client.ts';
export { browserSocket, type FeedSocket, type NodeSocketOptions, nodeSocket, type OpenSocket } from './socket.ts';
