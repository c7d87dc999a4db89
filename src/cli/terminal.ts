import type { ReadStream, WriteStream } from 'node:tty';

/** Where words go. Results on standard output, so that they can be piped; everything else on standard error. */
export interface Terminal {
  isJson: boolean;
  /** People look at it: progress may be drawn. */
  isLive: boolean;
  /** How wide what people look at is now. */
  columns(): number;
  /** Prints a result: `value` as JSON when asked for, else `text`. */
  result(value: unknown, text: string): void;
  /** A line besides the result. */
  note(text: string): void;
  /** Overwrites the present line of a live terminal. */
  redraw(text: string): void;
  style(kind: 'good' | 'bad' | 'warn' | 'dim' | 'bold', text: string): string;
}

const CODES = { good: 32, bad: 31, warn: 33, dim: 2, bold: 1 } as const;

export function createTerminal(options: { isJson: boolean }): Terminal {
  const out = process.stdout as WriteStream;
  const err = process.stderr as WriteStream;
  // hasColors knows NO_COLOR and what the terminal can do.
  const hasColors = out.isTTY === true && out.hasColors();
  return {
    isJson: options.isJson,
    isLive: err.isTTY === true && !options.isJson,
    // A terminal may say that it is 0 wide when it does not know.
    columns: () => err.columns || 80,
    result(value, text) {
      if (options.isJson) out.write(`${JSON.stringify(value, undefined, 2)}\n`);
      else if (text !== '') out.write(`${text}\n`);
    },
    note(text) {
      err.write(`${text}\n`);
    },
    redraw(text) {
      err.write(`\r${text}\u001b[K`);
    },
    style: (kind, text) => (hasColors ? `\u001b[${CODES[kind]}m${text}\u001b[0m` : text),
  };
}

/** All of standard input: secrets come this way, because arguments can be seen by every user of the machine. */
export async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as ReadStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
