/** Thrown in a transaction to have all of it rolled back and done once more. */
export class StartAgain extends Error {}

/** Why items could not be finished by earlier tries of their transaction. */
export type Left<R extends object> = Pick<WeakMap<R, string>, 'get' | 'has'>;

/**
 * Does `work` in a transaction until it leaves nothing half done: it answers which items it could not finish, then these are
 * put to `left`, and the whole transaction is done again without them. A savepoint would do less again, but makes each
 * statement that fires a trigger twice as dear, also where nothing ever fails.
 *
 * @throws StartAgain
 */
export async function withoutUnfinished<R extends object, T>(
  left: WeakMap<R, string>,
  work: () => Promise<{ value: T; unfinished: ReadonlyMap<R, string> }>,
): Promise<T> {
  const { value, unfinished } = await work();
  if (unfinished.size === 0) return value;
  for (const [item, why] of unfinished) left.set(item, why);
  throw new StartAgain('some rows must be left out');
}
