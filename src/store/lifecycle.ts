import type {
  LifecycleAction,
  LifecycleStep,
  LifecycleSubject,
  ScheduledName,
  SubjectExtension,
} from '../domain/lifecycle.ts';
import { endpointId } from '../domain/sip-account.ts';
import type { Reader, Tx } from './database.ts';
import { execute, executeEach, queryJson, queryRows } from './sql.ts';

/** A user with what his coming and going touches. */
export interface LifecycleUser {
  id: string;
  companyId: string;
  username: string;
  state: string;
  version: number;
  isOperator: boolean;
  pbxId: string;
  companySlug: string;
  sessions: number;
  tokens: number;
  links: number;
  extensions: SubjectExtension[];
}

type ExtensionRow = Omit<SubjectExtension, 'endpoints' | 'enabled' | 'box'> & {
  box: string | null;
  enabled: number;
  ordinals: number[];
  prefix: string;
};
type UserRow = Omit<LifecycleUser, 'extensions' | 'isOperator'> & { isOperator: number; extensions: ExtensionRow[] };

/** For any number of users, in their order; who does not exist is missing. */
export async function lifecycleUsers(reader: Reader, ids: readonly string[]): Promise<LifecycleUser[]> {
  const count = (table: string) => `(SELECT count(*) FROM "${table}" x WHERE x."userId" = u.id)`;
  const rows = await queryJson<UserRow[]>(
    reader,
    `SELECT json_group_array(json_object('id', u.id, 'companyId', u."companyId", 'username', u."username", 'state', u."state",
       'version', u."version",
       'isOperator', u."isOperator", 'pbxId', c."pbxId", 'companySlug', c."slug", 'sessions', ${count('Session')},
       'tokens', ${count('ApiToken')}, 'links', ${count('OneTimeToken')},
       'extensions', (SELECT json_group_array(json_object('id', e.id, 'number', e."number", 'enabled', e."enabled",
          'box', (SELECT m."box" FROM "Mailbox" m WHERE m."extensionId" = e.id), 'prefix', c."endpointPrefix", 'ordinals', (SELECT json_group_array(a."ordinal") FROM "SipAccount" a WHERE a."extensionId" = e.id)))
          FROM (SELECT * FROM "Extension" WHERE "userId" = u.id ORDER BY "number") e))) AS json
     FROM json_each(?1) j CROSS JOIN "User" u ON u.id = j.value JOIN "Company" c ON c.id = u."companyId"`,
    JSON.stringify(ids),
  );
  return rows.map(({ extensions, isOperator, ...user }) => ({
    ...user,
    isOperator: Boolean(isOperator),
    extensions: extensions.map(({ ordinals, prefix, id, number, box, enabled }) => ({
      id,
      number,
      ...(box === null ? {} : { box }),
      enabled: Boolean(enabled),
      endpoints: ordinals.sort((a, b) => a - b).map((ordinal) => endpointId(prefix, number, ordinal)),
    })),
  }));
}

/** A new state of users, with how they were disabled (null: they are not). */
export async function setUserStates(
  tx: Tx,
  ids: readonly string[],
  state: 'active' | 'disabled' | 'locked' | 'invited',
  disabled: string | null,
): Promise<void> {
  await execute(
    tx,
    `UPDATE "User" SET "state" = ?2, "disabled" = ?3, "version" = "version" + 1, "updatedAt" = ?4
       WHERE id IN (SELECT value FROM json_each(?1))`,
    JSON.stringify(ids),
    state,
    disabled,
    Date.now(),
  );
}

/** Something of these extensions changed. */
export async function touchExtensions(tx: Tx, ids: readonly string[]): Promise<void> {
  await execute(
    tx,
    `UPDATE "Extension" SET "version" = "version" + 1, "updatedAt" = ?2 WHERE id IN (SELECT value FROM json_each(?1))`,
    JSON.stringify(ids),
    Date.now(),
  );
}

/**
 * Companies that have an active administrator among these users and none beside them. `areLeaving`: a company of which
 * nobody is left needs none.
 */
export async function companiesWithoutAdministrator(
  tx: Tx,
  without: readonly string[],
  companyId: string | undefined,
  areLeaving: boolean,
): Promise<string[]> {
  const administrators = (user: string) => `FROM "Role" r JOIN "UserRole" ur ON ur."roleId" = r.id
    JOIN "User" u ON u.id = ur."userId" AND u."state" = 'active'
    WHERE r."builtIn" = 'administrator' AND u.id ${user} (SELECT value FROM json_each(?1))`;
  return queryJson<string[]>(
    tx,
    `SELECT json_group_array(c."name") AS json FROM "Company" c
       WHERE (?2 IS NULL OR c.id = ?2) AND EXISTS (SELECT 1 ${administrators('IN')} AND r."companyId" = c.id)
         AND NOT EXISTS (SELECT 1 ${administrators('NOT IN')} AND r."companyId" = c.id)
         AND (NOT ?3 OR EXISTS (SELECT 1 FROM "User" o WHERE o."companyId" = c.id AND o.id NOT IN (SELECT value FROM json_each(?1))))`,
    JSON.stringify(without),
    companyId ?? null,
    Number(areLeaving),
  );
}

export interface NewReport {
  id: string;
  companyId: string;
  userId: string;
  username: string;
  action: LifecycleAction;
  actor: string;
  asked: object;
  subject: LifecycleSubject;
  steps: readonly LifecycleStep[];
}

export async function insertReports(tx: Tx, reports: readonly NewReport[]): Promise<void> {
  const now = Date.now();
  await executeEach(
    tx,
    `INSERT INTO "LifecycleReport" ("id","companyId","userId","username","action","actor","options","steps","createdAt")
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    reports.map((one) => [
      one.id,
      one.companyId,
      one.userId,
      one.username,
      one.action,
      one.actor,
      JSON.stringify({ asked: one.asked, subject: one.subject }),
      JSON.stringify(one.steps),
      now,
    ]),
  );
}

/** What these reports wait for will not come any more, because something else was done to their users. */
export async function supersedeReports(tx: Tx, userIds: readonly string[], detail: string): Promise<void> {
  await execute(
    tx,
    `UPDATE "LifecycleReport" SET "state" = 'failed', "endedAt" = ?2,
       "steps" = (SELECT json_group_array(json(iif(s.value->>'$.state' = 'waiting', json_set(s.value, '$.detail', ?3), s.value)))
         FROM json_each("LifecycleReport"."steps") s)
       WHERE "state" = 'working' AND "userId" IN (SELECT value FROM json_each(?1))`,
    JSON.stringify(userIds),
    Date.now(),
    detail,
  );
}

export interface WorkingReport {
  id: string;
  companyId: string;
  userId: string;
  action: LifecycleAction;
  asked: { calls?: 'end' | 'leave'; extension?: { answer: string; forwardTo?: string } };
  subject: LifecycleSubject;
  steps: LifecycleStep[];
}

export function countWorking(reader: Reader): number {
  return queryRows<[number]>(reader, `SELECT count(*) FROM "LifecycleReport" WHERE "state" = 'working'`)[0]?.[0] ?? 0;
}

/** A page of what is being worked on, oldest first. */
export function workingReports(reader: Reader, after: string, limit: number): WorkingReport[] {
  const rows = queryRows<[string, string, string, LifecycleAction, string, string]>(
    reader,
    `SELECT id, "companyId", "userId", "action", "options", "steps" FROM "LifecycleReport"
       WHERE "state" = 'working' AND id > ? ORDER BY id LIMIT ?`,
    after,
    limit,
  );
  return rows.map(([id, companyId, userId, action, options, steps]) => ({
    id,
    companyId,
    userId,
    action,
    ...(JSON.parse(options) as Pick<WorkingReport, 'asked' | 'subject'>),
    steps: JSON.parse(steps) as LifecycleStep[],
  }));
}

/** Notes how far reports are; one that was ended meanwhile keeps its end. */
export async function saveSteps(
  tx: Tx,
  reports: readonly { id: string; steps: readonly LifecycleStep[]; isDone: boolean }[],
): Promise<void> {
  const now = Date.now();
  await executeEach(
    tx,
    `UPDATE "LifecycleReport" SET "steps" = ?, "state" = ?, "endedAt" = ? WHERE id = ? AND "state" = 'working'`,
    reports.map(({ id, steps, isDone }) => [
      JSON.stringify(steps),
      isDone ? 'done' : 'working',
      isDone ? now : null,
      id,
    ]),
  );
}

/** The oldest of what was scheduled until `now`. */
export async function dueActions(
  reader: Reader,
  now: Date,
): Promise<{ id: string; userId: string; action: ScheduledName; options: string; actor: string }[]> {
  return queryJson(
    reader,
    `SELECT json_group_array(json_object('id', id, 'userId', "userId", 'action', "action", 'options', "options", 'actor', "actor"))
       AS json FROM (SELECT * FROM "ScheduledAction" WHERE "at" <= ?1 ORDER BY "at", id LIMIT 100)`,
    now.getTime(),
  );
}
