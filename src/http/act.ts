import type { Database } from '../store/database.ts';
import type { Idempotency } from './idempotency.ts';
import type { AnyReply, AnyRequest } from './types.ts';

/** POSTs that do something to the PBX which no transaction can take back. */
export type Act = <T extends object>(request: AnyRequest, reply: AnyReply, perform: () => Promise<T>) => Promise<T>;

/**
 * With an Idempotency-Key it is done once: a repeated request gets the answer that was kept. A daemon that dies between the act and
 * the keeping forgets it; then it is done again.
 */
export function createAct(db: Database, idempotency: Idempotency): Act {
  return async <T extends object>(request: AnyRequest, reply: AnyReply, perform: () => Promise<T>): Promise<T> => {
    const answer = await idempotency.guard(request, async (once, kept) => {
      const former = await kept();
      if (former !== undefined) return former;
      const body = await perform();
      return db.write((tx) => once(tx, async () => ({ status: 200, headers: {}, body })));
    });
    if (answer.replayed === true) reply.header('idempotency-replayed', 'true');
    reply.code(200);
    return answer.body as T;
  };
}
