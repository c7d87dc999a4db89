import { type CsvError, Parser } from 'csv-parse';
import { csvInvalid } from './csv-error.ts';
import type { Dialect } from './dialect.ts';

export interface CsvRecord {
  /** 1-based line of the file in which the record starts. */
  line: number;
  /** Of a malformed record the spoiled cell has its quotes still. */
  cells: string[];
  /** A closing quote was followed by more text. What the cell was meant to be cannot be known. */
  isMalformed: boolean;
}

/** Each takes the parser as long as a record does, and a file may hold hundreds of millions. */
const MAX_BLANK = 1_000_000;

/**
 * csv-parse, block by block: its stream parses within `write`, so that the records of a block can be read at once.
 *
 * A quote inside a cell that does not start with one is text, as spreadsheets have it. Blank lines are no records.
 */
export class RecordReader {
  private readonly newline: string;
  private readonly maxRecord: number;
  private readonly parser: Parser;
  private line: number;
  private blank = 0;
  /** Characters of the blocks since the last one in which a record ended: all of them belong to one record. */
  private unended = 0;

  constructor({ delimiter, newline, firstLine = 1 }: Dialect, maxRecord: number) {
    this.line = firstLine;
    this.newline = newline;
    this.maxRecord = maxRecord;
    this.parser = new Parser({
      delimiter,
      record_delimiter: newline === '\n' ? ['\r\n', '\n'] : ['\r'],
      relax_column_count: true,
      // Strict, it ends at a bad quote; with `skip_records_with_error` it takes the rows below for one open cell.
      relax_quotes: true,
      // Tells lines, length and bad quotes, for less than `info`, which takes a CR LF in a cell for two lines.
      // `max_record_size` takes a line of nothing but delimiters for an empty one: no bound to memory.
      raw: true,
    });
    // An error is thrown where it is met; unheard, the event would end the process.
    this.parser.on('error', () => {});
    neverCompareWidths(this.parser);
  }

  /** The records that end in this block. @throws CSV_INVALID when one grows over the limit */
  push(block: string): CsvRecord[] {
    const before = this.line;
    this.parser.write(block);
    const records = this.drain();
    if (this.parser.errored) throw this.parser.errored;
    this.unended = this.line === before ? this.unended + block.length : 0;
    if (this.unended > this.maxRecord) {
      this.finish();
      this.refuseLength();
    }
    return records;
  }

  /** The record that no line end closes, if there is one. @throws CSV_INVALID for a quote that is never closed */
  end(): CsvRecord[] {
    // The missing line end, or the LF of a CR LF that was cut in two; otherwise one blank line more.
    return [...this.push(this.newline), ...this.finish()];
  }

  /** All that is there: the stream takes the next block at once only when nothing is left in it. */
  private drain(): CsvRecord[] {
    const records: CsvRecord[] = [];
    for (;;) {
      const found = this.parser.read() as { record: string[]; raw: string } | null;
      if (found === null) return records;
      const { record: cells, raw } = found;
      if (raw.length > this.maxRecord) this.refuseLength();
      const isBlank = cells.length === 1 && cells[0] === '';
      if (isBlank && ++this.blank > MAX_BLANK) {
        throw csvInvalid('LINES_BLANK', `the file has more than ${MAX_BLANK} blank lines`);
      }
      if (!isBlank) records.push({ line: this.line, cells, isMalformed: isMalformed(cells, raw) });
      this.line += linesOf(raw, this.newline);
    }
  }

  /** What csv-parse kept back to look ahead. It alone knows whether a quote is open, and says so at the end. */
  private finish(): CsvRecord[] {
    this.parser.end();
    const records = this.drain();
    const error = this.parser.errored as CsvError | null;
    if (error === null) return records;
    if (error.code !== 'CSV_QUOTE_NOT_CLOSED') throw error;
    const where = `line ${this.line}`;
    throw csvInvalid('QUOTE_UNCLOSED', `a quote in the record that starts in ${where} is never closed`, where);
  }

  private refuseLength(): never {
    const where = `line ${this.line}`;
    throw csvInvalid('RECORD_TOO_LONG', `${where} is longer than ${this.maxRecord} characters`, where);
  }
}

/**
 * Whether a cell that starts with a quote is written otherwise than its text has to be. With `relax_quotes`, `"a"b` is
 * a cell as it stands, which is the very text that `"""a""b"` stands for.
 */
function isMalformed(cells: readonly string[], raw: string): boolean {
  if (!raw.includes('"')) return false;
  let at = 0;
  for (const cell of cells) {
    const written = raw[at] === '"' ? `"${cell.replaceAll('"', '""')}"` : cell;
    if (!raw.startsWith(written, at)) return true;
    at += written.length + 1;
  }
  return false;
}

/** `raw` ends with the first character of the line end, which stands for the record's last line. */
function linesOf(raw: string, newline: string): number {
  let lines = 1;
  for (let i = raw.indexOf(newline); i !== -1 && i < raw.length - 1; i = raw.indexOf(newline, i + 1)) lines++;
  return lines;
}

/**
 * csv-parse takes the width of its first record for that of all, and makes an error object for each that differs, also
 * when `relax_column_count` lets it pass: 50 microseconds a row, and our own template starts with comments of one cell.
 * It sets the width while it has counted no record, so that it is kept from counting. Should another version do it
 * otherwise, the records are the same and only the time is lost; a test tells.
 */
function neverCompareWidths(parser: Parser): void {
  Object.defineProperty(parser.info, 'records', { get: () => 0, set: () => {} });
}
