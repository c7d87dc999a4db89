import { hash } from 'node:crypto';
import type { Tx } from './database.ts';
import type { Seal } from './seal.ts';

/** How long a key is kept (milliseconds): a day is promised, which must hold when the clock is set a day ahead meanwhile. */
const IDEMPOTENCY_TTL_MS = 49 * 3600_000;

export interface StoredAnswer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

export interface IdempotencyId {
  /** Who asked: two callers may choose the same key. */
  actor: string;
  key: string;
}

export function requestHash(method: string, url: string, body: unknown): string {
  return hash('sha256', `${method} ${url}\n${JSON.stringify(body) ?? ''}`, 'hex');
}

function purpose(id: IdempotencyId): string {
  return `IdempotencyKey:${id.actor}:${id.key}`;
}

/**
 * What was answered under this key. The row is written by the transaction of the change itself, so there is no state
 * in which the effect is there and the answer is not: a crash leaves both or neither.
 */
export async function findAnswer(
  tx: Tx,
  seal: Seal,
  id: IdempotencyId,
): Promise<{ request: string; answer: StoredAnswer } | undefined> {
  const row = await tx.idempotencyKey.findUnique({ where: { actor_key: id } });
  if (row === null || row.body === null || row.createdAt.getTime() <= Date.now() - IDEMPOTENCY_TTL_MS) return undefined;
  return { request: row.request, answer: JSON.parse(seal.open(row.body, purpose(id))) as StoredAnswer };
}

/** Keeps the answer, sealed because it may show a secret for the only time, and drops what is too old. */
export async function keepAnswer(
  tx: Tx,
  seal: Seal,
  id: IdempotencyId,
  request: string,
  answer: StoredAnswer,
): Promise<void> {
  const now = Date.now();
  await tx.idempotencyKey.deleteMany({ where: { createdAt: { lte: new Date(now - IDEMPOTENCY_TTL_MS) } } });
  await tx.idempotencyKey.create({
    data: {
      ...id,
      request,
      status: answer.status,
      body: seal.seal(JSON.stringify(answer), purpose(id)),
      createdAt: new Date(now),
    },
  });
}
