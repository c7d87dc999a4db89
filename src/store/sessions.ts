import { randomBytes } from 'node:crypto';
import type { Permission } from '../domain/permission.ts';
import type { Database, Tx } from './database.ts';
import { execute, queryJson } from './sql.ts';
import { hashToken } from './tokens.ts';

/** What a request with a session's token is judged by; read anew for each request, so that nothing outlives its right. */
export interface KnownSession {
  id: string;
  userId: string;
  username: string;
  /** The company the user works in. */
  companyId: string;
  transport: 'cookie' | 'bearer';
  lastSeenAt: number;
  expiresAt: number;
  state: string;
  isOperator: boolean;
  mustChangePassword: boolean;
  /** The company or a role asks for a second factor and the user has none. */
  lacksSecondFactor: boolean;
  permissions: Permission[];
}

/** 256 random bits; the prefix lets secret scanners find it. */
function generateSessionToken(): string {
  return `lks_${randomBytes(32).toString('base64url')}`;
}

export interface NewSession {
  id: string;
  userId: string;
  companyId: string;
  transport: 'cookie' | 'bearer';
  address: string;
  userAgent: string | null;
  expiresAt: Date;
}

/** Answers the token, which is nowhere else. */
export async function insertSession(tx: Tx, session: NewSession): Promise<string> {
  const token = generateSessionToken();
  const { id, userId, companyId, transport, address, userAgent, expiresAt } = session;
  await execute(
    tx,
    `INSERT INTO "Session" (id, "hash", "userId", "companyId", "transport", "address", "userAgent", "createdAt", "lastSeenAt",
       "expiresAt") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9)`,
    ...[id, hashToken(token), userId, companyId, transport, address, userAgent, Date.now(), expiresAt.getTime()],
  );
  return token;
}

/** The permissions of user `u` in company `c`, as SQL: an array of arrays. */
const PERMISSIONS_OF = `(SELECT json_group_array(json(r."permissions")) FROM "UserRole" ur JOIN "Role" r ON r.id = ur."roleId"
  WHERE ur."userId" = u.id AND r."companyId" = c.id)`;

/** Whether the company of user `u` or one of the roles asks for a second factor, as SQL. */
export const REQUIRES_SECOND_FACTOR = `((SELECT "requiresSecondFactor" FROM "Company" WHERE id = u."companyId") OR
  EXISTS (SELECT 1 FROM "UserRole" xr JOIN "Role" x ON x.id = xr."roleId" WHERE xr."userId" = u.id AND x."requiresSecondFactor"))`;

type Row = [string, string, string, string, string, number, number, string, number, number, number, Permission[][]];

/** Looked up by hash: how long it takes says nothing about the token. */
export async function findSession(db: Database, token: string): Promise<KnownSession | undefined> {
  return (await readSessions(db, 's."hash" = ?1', hashToken(token)))[0];
}

/** Those of these sessions that there are. */
export async function findSessions(db: Database, ids: readonly string[]): Promise<KnownSession[]> {
  return readSessions(db, 's.id IN (SELECT value FROM json_each(?1))', JSON.stringify(ids));
}

async function readSessions(db: Database, which: string, parameter: string): Promise<KnownSession[]> {
  const rows = await queryJson<Row[]>(
    db.read,
    `SELECT json_group_array(json_array(s.id, u.id, u."username", c.id, s."transport", s."lastSeenAt", s."expiresAt", u."state",
       u."isOperator", u."mustChangePassword",
       u."totpSealed" IS NULL AND NOT u."codeByContact" AND ${REQUIRES_SECOND_FACTOR}, json(${PERMISSIONS_OF}))) AS json
     FROM "Session" s JOIN "User" u ON u.id = s."userId" JOIN "Company" c ON c.id = s."companyId" WHERE ${which}`,
    parameter,
  );
  return rows.map(
    ([id, userId, username, companyId, transport, lastSeenAt, expiresAt, state, operator, must, lacks, roles]) => ({
      id,
      userId,
      username,
      companyId,
      transport: transport === 'cookie' ? 'cookie' : 'bearer',
      lastSeenAt,
      expiresAt,
      state,
      isOperator: operator === 1,
      mustChangePassword: must === 1,
      lacksSecondFactor: lacks === 1,
      permissions: roles.flat(),
    }),
  );
}

/** Whose token it is and what that user may do in the token's company now; undefined: the account is not active. */
export async function ownerOfToken(
  db: Database,
  userId: string,
  companyId: string | null,
): Promise<{ isOperator: boolean; permissions: Permission[] } | undefined> {
  const [row] = await queryJson<[number, Permission[][]][]>(
    db.read,
    `SELECT json_group_array(json_array(u."isOperator", json(coalesce(${PERMISSIONS_OF}, '[]')))) AS json
     FROM "User" u LEFT JOIN "Company" c ON c.id = ?2 WHERE u.id = ?1 AND u."state" = 'active' AND NOT u."mustChangePassword"`,
    userId,
    companyId,
  );
  return row === undefined ? undefined : { isOperator: row[0] === 1, permissions: row[1].flat() };
}

/** What an active user may do in a company; undefined: he is not active. */
export async function rightsOfUser(
  db: Database,
  userId: string,
  companyId: string,
): Promise<{ username: string; isOperator: boolean; permissions: Permission[] } | undefined> {
  const [row] = await queryJson<[string, number, Permission[][]][]>(
    db.read,
    `SELECT json_group_array(json_array(u."username", u."isOperator", json(coalesce(${PERMISSIONS_OF}, '[]')))) AS json
     FROM "User" u LEFT JOIN "Company" c ON c.id = ?2 WHERE u.id = ?1 AND u."state" = 'active'`,
    userId,
    companyId,
  );
  return row === undefined ? undefined : { username: row[0], isOperator: row[1] === 1, permissions: row[2].flat() };
}

/** A power cut may forget when a session was last seen; it must not slow a request down. */
export async function noteSessionUse(db: Database, id: string, at: Date): Promise<void> {
  await db.note((tx) => tx.session.updateMany({ where: { id }, data: { lastSeenAt: at } }));
}

/** For housekeeping: sessions that are over, and one-time tokens nobody used. */
export async function forgetEnded(tx: Tx, now: Date, idleMs: number): Promise<void> {
  const idleSince = new Date(now.getTime() - idleMs);
  await tx.session.deleteMany({ where: { OR: [{ expiresAt: { lte: now } }, { lastSeenAt: { lte: idleSince } }] } });
  await tx.oneTimeToken.deleteMany({ where: { expiresAt: { lte: now } } });
}
