import { deviceInWords } from '../../domain/device-words.ts';
import type { LiveSession } from '../../domain/feed/database-items.ts';
import type { Database } from '../../store/database.ts';
import { type SessionRow, sessionMark, sessionRows } from '../../store/queries/feed.ts';
import type { ItemScope, Topic } from '../feed/topic.ts';
import { createShown } from './shown.ts';

/** Uses of a session are noted once in so many milliseconds: it is over so much later than the note says. */
const NOTED_EVERY_MS = 60_000;

/** Milliseconds after which all is read again: a user's groups and extensions change without his login. */
const WHOLE_EVERY_MS = 10_000;

/** Logins of active users. `idleMs`: so long unused, they are over. */
export function createSessionLook(db: Database, topic: Topic<LiveSession>, idleMs: number): () => Promise<void> {
  const show = createShown(topic, sessionOf);
  let mark = '';
  let wholeAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = Date.now();
    const seenSince = now - idleMs - NOTED_EVERY_MS;
    const present = JSON.stringify(await sessionMark(db.read, now, seenSince));
    if (present === mark && performance.now() - wholeAt < WHOLE_EVERY_MS) return;
    show(await sessionRows(db.read, now, seenSince));
    mark = present;
    wholeAt = performance.now();
  };
}

/** As in the list of sessions, they are the business of the company that the user belongs to, wherever he works. */
function sessionOf(text: string): [LiveSession, ItemScope] {
  const { userAgent, userCompanyId, siteId, teamIds, extensionIds, ...row } = JSON.parse(text) as SessionRow;
  const scope = { companyId: userCompanyId, siteIds: siteId === null ? [] : [siteId], teamIds, extensionIds };
  return [{ ...row, device: deviceInWords(userAgent) }, scope];
}
