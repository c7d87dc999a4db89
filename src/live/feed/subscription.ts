import type { FeedFilter } from '../../domain/feed/protocol.ts';
import type { Audience } from './item-scope.ts';
import type { Outlet } from './outlet.ts';

/** One client's wish to see one stream. */
export interface Subscription {
  readonly outlet: Outlet;
  readonly stream: string;
  readonly audience: Audience;
  readonly filter: FeedFilter | undefined;
  /** Ended: nothing more is sent. */
  isOver: boolean;
}
