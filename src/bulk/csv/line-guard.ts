import { csvInvalid } from './csv-error.ts';

/** Four bytes for each character that the longest record may have. */
const MAX_BYTES = 4 * 64 * 1024;
const LF = 0x0a;
const CR = 0x0d;

/** Refuses a file with a line that no record can have while it comes in, before the disk has taken all of it. */
export class LineGuard {
  private line = 1;
  private unended = 0;

  /** @throws CSV_INVALID (RECORD_TOO_LONG) */
  push(block: Uint8Array): void {
    const last = Math.max(block.lastIndexOf(LF), block.lastIndexOf(CR));
    if (last === -1) {
      this.unended += block.length;
    } else {
      for (let at = block.indexOf(LF); at !== -1; at = block.indexOf(LF, at + 1)) this.line++;
      this.unended = block.length - 1 - last;
    }
    if (this.unended <= MAX_BYTES) return;
    const where = `line ${this.line}`;
    throw csvInvalid('RECORD_TOO_LONG', `${where} is longer than any record: more than ${MAX_BYTES} bytes`, where);
  }
}
