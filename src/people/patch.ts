type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** What a merge patch really changes: fields that are given and differ. Nothing left means that nothing is to be done. */
export function differing<R extends object, P extends Partial<Record<keyof R, unknown>>>(row: R, patch: P): Defined<P> {
  const changed: Defined<P> = {};
  for (const name of Object.keys(patch) as (keyof R & keyof P)[]) {
    if (patch[name] !== undefined && patch[name] !== row[name]) {
      changed[name] = patch[name] as Exclude<P[keyof R & keyof P], undefined>;
    }
  }
  return changed;
}

/** The optional fields of an input without those that are absent: Prisma tells `undefined` from absent. */
export function given<T extends object>(input: T): Defined<T> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** Before and after of each changed field, for the activity log. */
export function beforeAfter(row: object, changed: object): Record<string, unknown> {
  const before = row as Record<string, unknown>;
  return Object.fromEntries(Object.entries(changed).map(([name, value]) => [name, [before[name], value]]));
}
