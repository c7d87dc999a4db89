import { csvInvalid } from './csv-error.ts';

const DELIMITERS = [',', ';', '\t'] as const;
type Delimiter = (typeof DELIMITERS)[number];

/** How the text is cut into records and cells. */
export interface Dialect {
  delimiter: Delimiter;
  /** What ends a record. "\n" also stands for CR LF; a lone CR is what old Mac programs write. */
  newline: '\n' | '\r';
  /** The number of the first line; 1 unless the file was converted. */
  firstLine?: 0 | 1;
}

/** Reads the dialect from the first block of a file: the header tells the delimiter, comments and blank lines do not. */
export function recogniseDialect(head: string): Dialect {
  const newline = head.includes('\n') || !head.includes('\r') ? '\n' : '\r';
  for (const line of head.split(newline)) {
    const named = /^"?sep=([,;\t])/.exec(line);
    if (named !== null) return { delimiter: named[1] as Delimiter, newline };
    if (isPreamble(line)) continue;
    return { delimiter: delimiterOf(line), newline };
  }
  throw csvInvalid('FILE_EMPTY', 'the file has no header');
}

/** What may stand before the header: comments, blank lines and the `sep=;` that Excel writes and reads. */
export function isPreamble(line: string): boolean {
  return /^"?(#|sep=)/.test(line) || /^[\s,;"]*$/.test(line);
}

function delimiterOf(header: string): Delimiter {
  const outside = header.replace(/"[^"]*"/g, '');
  let best: Delimiter = ',';
  let most = 0;
  for (const delimiter of DELIMITERS) {
    const count = outside.split(delimiter).length - 1;
    if (count > most) [best, most] = [delimiter, count];
  }
  return best;
}
