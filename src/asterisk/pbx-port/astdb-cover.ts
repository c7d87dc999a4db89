/** How to read some keys of one AstDB family: each key alone, or all keys that start with a prefix. */
export interface Cover {
  keys: string[];
  prefixes: string[];
}

/** From here on one tree costs less than the keys one by one (25,000 DBGet/s, one scan of 40,000 entries 15 ms). */
const FEW = 200;
/** A tree may hold this many times the wanted keys: a DBGet costs about as much as six entries of a tree. */
const SPARE = 8;

/**
 * Chooses prefixes so that what is read grows with what is wanted, not with what is there: a prefix is taken when the
 * numbers that can stand behind it are not many more than the wanted ones, else it is split by its next character.
 */
export function coverOf(keys: readonly string[]): Cover {
  const cover: Cover = { keys: [], prefixes: [] };
  split([...new Set(keys)], cover);
  return cover;
}

function split(keys: string[], cover: Cover): void {
  if (keys.length < FEW) {
    cover.keys.push(...keys);
    return;
  }
  const prefix = commonPrefix(keys);
  const longest = keys.reduce((length, key) => Math.max(length, key.length), 0);
  if (prefix !== '' && 10 ** (longest - prefix.length) <= keys.length * SPARE) {
    cover.prefixes.push(prefix);
    return;
  }
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    const next = key.slice(0, prefix.length + 1);
    const group = groups.get(next);
    if (group) group.push(key);
    else groups.set(next, [key]);
  }
  for (const group of groups.values()) split(group, cover);
}

function commonPrefix(keys: readonly string[]): string {
  let prefix = keys[0]!;
  for (const key of keys) {
    while (!key.startsWith(prefix)) prefix = prefix.slice(0, -1);
  }
  return prefix;
}
