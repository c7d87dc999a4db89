import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/**
 * `ok`: answered 2xx. `fail`: answered that it was refused, so it must have no effect. `info`: no answer, or one that
 * does not say; it may have happened.
 */
export type Outcome = 'ok' | 'fail' | 'info';

export interface LedgerEntry {
  key: string;
  what: 'request' | 'answer';
  method: string;
  path: string;
  outcome?: Outcome;
  status?: number;
  code?: string;
}

/** What was asked and answered, in a file of its own that the daemon knows nothing of; on the disk before we go on. */
export class Ledger {
  readonly file: string;
  readonly #fd: number;
  readonly counts = { requests: 0, ok: 0, fail: 0, info: 0 };

  constructor(file: string) {
    this.file = file;
    this.#fd = openSync(file, 'a');
  }

  append(entry: LedgerEntry): void {
    if (entry.what === 'request') this.counts.requests++;
    if (entry.outcome !== undefined) this.counts[entry.outcome]++;
    writeSync(this.#fd, `${JSON.stringify(entry)}\n`);
    fsyncSync(this.#fd);
  }

  entries(): LedgerEntry[] {
    return readFileSync(this.file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LedgerEntry);
  }

  close(): void {
    closeSync(this.#fd);
  }
}
