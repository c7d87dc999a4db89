import type { Api } from './api/client.ts';
import type { Terminal } from './terminal.ts';

/** What a command works with. */
export interface Cli {
  terminal: Terminal;
  api: Api;
}

/** Answers the exit code; nothing means 0. */
export type Work<A extends unknown[]> = (cli: Cli, ...args: A) => Promise<number | undefined> | Promise<void>;

/** Makes a commander action of a command's work. */
export type Bind = <A extends unknown[]>(work: Work<A>) => (...args: A) => Promise<void>;
