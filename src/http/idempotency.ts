import { LinekeeperError } from '../errors.ts';
import type { Database, Tx } from '../store/database.ts';
import { findAnswer, type IdempotencyId, keepAnswer, requestHash, type StoredAnswer } from '../store/idempotency.ts';
import type { AnyRequest } from './types.ts';

/**
 * Makes a POST safe to repeat. The answer is written by the transaction that has the effect, so that a crash leaves both
 * or neither; a key that is being worked on in this moment is known in memory, which dies with the work.
 */
export interface Idempotency {
  /**
   * Runs `perform` at most once per key. `once` must wrap what runs inside the transaction; `kept` is what was answered before,
   * for effects that come before the transaction.
   */
  guard<T>(
    request: AnyRequest,
    perform: (
      once: (tx: Tx, work: () => Promise<StoredAnswer>) => Promise<Replayable>,
      kept: () => Promise<Replayable | undefined>,
    ) => Promise<T>,
  ): Promise<T>;
}

type Replayable = StoredAnswer & { replayed?: true };

const KEY_PATTERN = /^[\x21-\x7e]{1,255}$/;

export function createIdempotency(db: Database): Idempotency {
  const busy = new Set<string>();
  return {
    async guard(request, perform) {
      const id = idOf(request);
      if (id === undefined) {
        return perform(
          (_tx, work) => work(),
          async () => undefined,
        );
      }
      const name = JSON.stringify([id.actor, id.key]);
      if (busy.has(name)) {
        throw new LinekeeperError('IDEMPOTENCY_IN_PROGRESS', 'a request with this Idempotency-Key is being worked on');
      }
      busy.add(name);
      try {
        const hash = requestHash(request.method, request.url, request.body);
        const former = async (tx: Tx): Promise<Replayable | undefined> => {
          const kept = await findAnswer(tx, db.seal, id);
          if (kept === undefined) return undefined;
          if (kept.request === hash) return { ...kept.answer, replayed: true };
          throw new LinekeeperError('IDEMPOTENCY_KEY_REUSED', 'this Idempotency-Key was used for another request');
        };
        return await perform(
          async (tx, work) => {
            const kept = await former(tx);
            if (kept !== undefined) return kept;
            const answer = await work();
            await keepAnswer(tx, db.seal, id, hash, answer);
            return answer;
          },
          () => db.write(former),
        );
      } finally {
        busy.delete(name);
      }
    },
  };
}

function idOf(request: AnyRequest): IdempotencyId | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined || request.method !== 'POST') return undefined;
  if (typeof key !== 'string' || !KEY_PATTERN.test(key)) {
    throw new LinekeeperError('VALIDATION_FAILED', 'Idempotency-Key must be 1 to 255 visible ASCII characters', {
      fields: [{ path: 'Idempotency-Key', code: 'INVALID', message: 'must be 1 to 255 visible ASCII characters' }],
    });
  }
  return { actor: request.principal.id, key };
}
