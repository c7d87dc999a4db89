import { hash, randomBytes } from 'node:crypto';
import type { Database, Tx } from './database.ts';

/** An API token as the database knows it: never the token itself. */
export interface StoredToken {
  id: string;
  name: string;
  scopes: string[];
  companyId: string | null;
  /** Whose it is; null: of nobody in particular. */
  userId: string | null;
  expiresAt: Date | null;
}

/** 256 random bits: nothing to guess, so a fast hash is enough at rest. The prefix lets secret scanners find it. */
export function generateToken(): string {
  return `lk_${randomBytes(32).toString('base64url')}`;
}

export function hashToken(token: string): string {
  return hash('sha256', token, 'hex');
}

export async function insertToken(
  tx: Tx,
  token: string,
  row: Omit<StoredToken, 'userId'> & { userId?: string | undefined },
): Promise<void> {
  await tx.apiToken.create({
    data: {
      ...row,
      userId: row.userId ?? null,
      scopes: JSON.stringify(row.scopes),
      hash: hashToken(token),
      createdAt: new Date(),
    },
  });
}

/** Looked up by hash: how long it takes says nothing about the token. */
export async function findToken(db: Database, token: string): Promise<StoredToken | undefined> {
  return stored(await db.read.apiToken.findUnique({ where: { hash: hashToken(token) } }));
}

export async function findTokenById(db: Database, id: string): Promise<StoredToken | undefined> {
  return stored(await db.read.apiToken.findUnique({ where: { id } }));
}

function stored<Row extends { scopes: string }>(
  row: Row | null,
): (Omit<Row, 'scopes'> & { scopes: string[] }) | undefined {
  return row === null ? undefined : { ...row, scopes: JSON.parse(row.scopes) as string[] };
}

/** A power cut may forget when a token was last used; it must not slow a request down. */
export async function noteTokenUse(db: Database, id: string, at: Date): Promise<void> {
  await db.note((tx) => tx.apiToken.updateMany({ where: { id }, data: { lastUsedAt: at } }));
}
