import type { FeedFilter } from '../../domain/feed/protocol.ts';
import type { ItemScope } from './topic.ts';

/** Whose stream: of a company, of a user (`messages`), or, with neither, of the whole platform. */
export interface Audience {
  companyId?: string;
  userId?: string;
}

/** The companies or users in whose streams an item is. An item for one user is in no company's stream. */
export function streamsOf(scope: ItemScope | undefined): string[] {
  const key = scope?.userId ?? scope?.companyId ?? undefined;
  return key === undefined ? [] : [key];
}

/** True when an item is in a stream and its subscription wants to see it. */
export function passes(audience: Audience, filter: FeedFilter | undefined, scope: ItemScope): boolean {
  if (audience.userId !== undefined && scope.userId !== audience.userId) return false;
  if (audience.companyId !== undefined && scope.companyId !== audience.companyId) return false;
  return (
    filter === undefined ||
    (meets(filter.extensionIds, scope.extensionIds) &&
      meets(filter.siteIds, scope.siteIds) &&
      meets(filter.teamIds, scope.teamIds))
  );
}

function meets(wanted: readonly string[] | undefined, present: readonly string[] = []): boolean {
  return wanted === undefined || wanted.some((one) => present.includes(one));
}
