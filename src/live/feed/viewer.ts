import { TOPICS, type TopicName } from '../../domain/feed/topics.ts';
import { holdsPermission } from '../../domain/permission.ts';
import { LinekeeperError } from '../../errors.ts';
import type { Audience } from './item-scope.ts';

/** Who looks on. */
export interface Viewer {
  /** Of the user or the token. */
  readonly id: string;
  readonly scopes: ReadonlySet<string>;
  /** undefined: all companies. */
  readonly companyId: string | undefined;
  readonly userId?: string;
  readonly sessionId?: string;
  /** Something must be done first; until then nothing is shown. */
  readonly restriction?: string;
}

/** A user may have several logins; each ends by itself. */
export function loginOf({ id, sessionId }: Viewer): string {
  return sessionId ?? id;
}

export function streamOf(topic: TopicName, { companyId, userId }: Audience): string {
  const key = userId ?? companyId;
  return key === undefined ? topic : `${topic}/${key}`;
}

/**
 * The stream that a viewer gets when he asks for a topic.
 * @throws FORBIDDEN without the permission, NOT_FOUND for a company that is not his
 */
export function audienceOf(viewer: Viewer, topic: TopicName, companyId: string | undefined): Audience {
  const { needs } = TOPICS[topic];
  if (viewer.restriction !== undefined) throw new LinekeeperError('FORBIDDEN', 'this login must first be set up');
  if (needs === 'self') {
    if (viewer.userId === undefined) throw new LinekeeperError('FORBIDDEN', 'this is for users, who log in');
    return { userId: viewer.userId };
  }
  if (!holdsPermission(viewer.scopes, needs)) {
    throw new LinekeeperError('FORBIDDEN', `this needs the permission ${needs}`, { details: { scope: needs } });
  }
  const wanted = companyId ?? viewer.companyId;
  if (viewer.companyId !== undefined && wanted !== viewer.companyId) {
    throw new LinekeeperError('NOT_FOUND', 'there is no such company');
  }
  return wanted === undefined ? {} : { companyId: wanted };
}
