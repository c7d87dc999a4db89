import { plainText } from '../../domain/plain-text.ts';
import type { INDEXED, Indexed } from '../search-index.ts';

/** Finds nothing, and is no error: what is left of a text without a letter or digit. */
const NO_WORDS = '""';

/**
 * What somebody typed as a query of FTS5: all of its words, in any order, each as the beginning of one. Each is a quoted
 * string, in which nothing means anything (SQLite FTS5, 3.1); a word that the index takes apart, as `ann@example.com`, is
 * looked for as these parts in a row.
 */
export function wordsQuery(typed: string): string {
  const words = plainText(typed).replaceAll('\u0000', ' ').split(/\s+/u).filter(Boolean);
  return words.length === 0 ? NO_WORDS : words.map((word) => `"${word.replaceAll('"', '""')}"*`).join(' ');
}

/**
 * A condition with one `?`, which takes a `wordsQuery`: the index of a table finds it.
 * @param id the row's id, as the list calls it
 * @param columns where to look; undefined: everywhere. What the caller must not see, the search must not tell, either.
 */
export function matching<K extends Indexed>(
  kind: K,
  id: string,
  columns?: readonly (keyof (typeof INDEXED)[K])[],
): string {
  const index = `"${kind}Search"`;
  const query = columns === undefined ? '?' : `('{${columns.join(' ')}} : (' || ? || ')')`;
  return `${id} IN (SELECT e."objectId" FROM ${index} CROSS JOIN "SearchEntry" e ON e."id" = ${index}.rowid
    WHERE ${index} MATCH ${query})`;
}
