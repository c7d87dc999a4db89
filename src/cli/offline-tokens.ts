import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { v7 as uuid } from 'uuid';
import { packageRoot } from '../environment.ts';
import type { Database } from '../store/database.ts';
import type { Token } from './api/views.ts';
import { CliError } from './cli-error.ts';

/** Tokens without a daemon, for whoever has locked themselves out. The database's own lock keeps a running daemon safe. */
async function withDatabase<T>(work: (db: Database) => Promise<T>): Promise<T> {
  // Loaded late: every other command starts faster without them.
  const { loadConfig } = await import('../config.ts');
  const { folder } = loadConfig().data;
  const file = join(folder, 'linekeeper.db');
  if (!existsSync(file)) {
    throw new CliError('NOT_FOUND', `there is no database in ${folder}`, { advice: 'Set LINEKEEPER_DATA.' });
  }
  const { openDatabase } = await import('../store/database.ts');
  const db = await openDatabase({
    file,
    keyFile: join(folder, 'linekeeper.key'),
    migrationsFolder: join(packageRoot, 'prisma', 'migrations'),
  });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

export interface NewToken {
  name: string;
  scopes: string[];
  expiresAt: string | null;
}

export function createOfflineToken({ name, scopes, expiresAt }: NewToken): Promise<Token & { token: string }> {
  return withDatabase(async (db) => {
    const { generateToken, insertToken } = await import('../store/tokens.ts');
    const { recordAudit } = await import('../store/audit-log.ts');
    const token = generateToken();
    const id = uuid();
    await db.write(async (tx) => {
      if ((await tx.apiToken.count({ where: { name } })) > 0) {
        throw new CliError('CONFLICT', `there is a token called ${name}`);
      }
      const expiry = expiresAt === null ? null : new Date(expiresAt);
      await insertToken(tx, token, { id, name, scopes, companyId: null, expiresAt: expiry });
      const details = { name, scopes };
      await recordAudit(tx, [
        { actor: 'offline', action: 'token.created', objectType: 'token', objectId: id, details },
      ]);
    });
    const createdAt = new Date().toISOString();
    return { id, name, scopes, companyId: null, expiresAt, lastUsedAt: null, createdAt, token };
  });
}

export function listOfflineTokens(): Promise<Token[]> {
  return withDatabase(async (db) =>
    (await db.read.apiToken.findMany({ orderBy: { name: 'asc' } })).map((row) => ({
      id: row.id,
      name: row.name,
      scopes: JSON.parse(row.scopes) as string[],
      companyId: row.companyId,
      expiresAt: row.expiresAt?.toISOString() ?? null,
      lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
      createdAt: row.createdAt.toISOString(),
    })),
  );
}

export function revokeOfflineToken(id: string): Promise<void> {
  return withDatabase(async (db) => {
    const { recordAudit } = await import('../store/audit-log.ts');
    await db.write(async (tx) => {
      await tx.apiToken.delete({ where: { id } });
      await recordAudit(tx, [{ actor: 'offline', action: 'token.deleted', objectType: 'token', objectId: id }]);
    });
  });
}
