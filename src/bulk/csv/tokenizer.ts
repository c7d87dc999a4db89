import { csvInvalid } from './csv-error.ts';
import type { Dialect } from './dialect.ts';

export interface CsvRecord {
  /** 1-based line of the file in which the record starts. */
  line: number;
  cells: string[];
  /** A closing quote was followed by more text. What the cell was meant to be cannot be known. */
  isMalformed: boolean;
}

const QUOTE = 0x22;

/**
 * Cuts text into records as RFC 4180 says, block by block. Own code instead of csv-parse, which takes 16 microseconds a
 * row where this takes 2 (an import reads its file twice), and ends at the first bad quote where this reports the row and
 * goes on. The tests hold it against csv-parse.
 *
 * A quote inside a cell that does not start with one is text, as spreadsheets have it.
 */
export class Tokenizer {
  private readonly delimiter: string;
  private readonly delimiterCode: number;
  private readonly newline: string;
  private readonly newlineCode: number;
  private readonly maxRecord: number;
  private rest = '';
  private line = 1;

  constructor(dialect: Dialect, maxRecord: number) {
    this.delimiter = dialect.delimiter;
    this.delimiterCode = dialect.delimiter.charCodeAt(0);
    this.newline = dialect.newline;
    this.newlineCode = dialect.newline.charCodeAt(0);
    this.maxRecord = maxRecord;
  }

  /** The records that end in this block. @throws CSV_INVALID when one grows over the limit */
  push(block: string): CsvRecord[] {
    return this.take(this.rest + block, false);
  }

  /** The record that no line end closes, if there is one. @throws CSV_INVALID for a quote that is never closed */
  end(): CsvRecord[] {
    return this.rest === '' ? [] : this.take(this.rest + this.newline, true);
  }

  private take(text: string, isEnd: boolean): CsvRecord[] {
    const records: CsvRecord[] = [];
    let start = 0;
    let quote = text.indexOf('"');
    while (start < text.length) {
      if (quote !== -1 && quote < start) quote = text.indexOf('"', start);
      const end = text.indexOf(this.newline, start);
      if (end === -1) break;
      if (end - start > this.maxRecord) this.refuseLength();
      if (quote === -1 || quote > end) {
        const line = text.slice(start, text.charCodeAt(end - 1) === 0x0d && end > start ? end - 1 : end);
        if (line !== '') records.push({ line: this.line, cells: line.split(this.delimiter), isMalformed: false });
        this.line++;
        start = end + 1;
        continue;
      }
      const found = this.quoted(text, start, isEnd);
      if (found === undefined) break;
      if (found.next - start > this.maxRecord) this.refuseLength();
      records.push(found.record);
      this.line += found.lines;
      start = found.next;
    }
    this.rest = text.slice(start);
    if (isEnd ? this.rest !== '' : this.rest.length > this.maxRecord) {
      if (this.rest.includes('"')) this.refuseQuote();
      this.refuseLength();
    }
    return records;
  }

  /** One record with quotes in it, or undefined when its end is not in the text yet. */
  private quoted(
    text: string,
    start: number,
    isEnd: boolean,
  ): { record: CsvRecord; lines: number; next: number } | undefined {
    const cells: string[] = [];
    let isMalformed = false;
    let lines = 1;
    let at = start;
    for (;;) {
      let cell = '';
      let tail = at;
      if (text.charCodeAt(at) === QUOTE) {
        let close = text.indexOf('"', at + 1);
        while (close !== -1 && text.charCodeAt(close + 1) === QUOTE) close = text.indexOf('"', close + 2);
        // At the end of a block the next character decides whether this quote closes or is one half of a doubled one.
        if (close === -1 || (close + 1 === text.length && !isEnd)) return undefined;
        const raw = text.slice(at + 1, close);
        lines += this.count(raw);
        cell = raw.includes('"') ? raw.replaceAll('""', '"') : raw;
        tail = close + 1;
      }
      let stop = tail;
      for (; stop < text.length; stop++) {
        const code = text.charCodeAt(stop);
        if (code === this.delimiterCode || code === this.newlineCode) break;
      }
      if (stop === text.length) return undefined;
      const isLast = text.charCodeAt(stop) === this.newlineCode;
      const until = isLast && stop > tail && text.charCodeAt(stop - 1) === 0x0d ? stop - 1 : stop;
      if (tail > at && until > tail) isMalformed = true;
      cells.push(tail === at ? text.slice(at, until) : cell + text.slice(tail, until));
      at = stop + 1;
      if (isLast) return { record: { line: this.line, cells, isMalformed }, lines, next: at };
    }
  }

  private count(raw: string): number {
    let lines = 0;
    for (let i = raw.indexOf(this.newline); i !== -1; i = raw.indexOf(this.newline, i + 1)) lines++;
    return lines;
  }

  private refuseQuote(): never {
    const where = `line ${this.line}`;
    throw csvInvalid('QUOTE_UNCLOSED', `a quote in the record that starts in ${where} is never closed`, where);
  }

  private refuseLength(): never {
    const where = `line ${this.line}`;
    throw csvInvalid('RECORD_TOO_LONG', `${where} is longer than ${this.maxRecord} characters`, where);
  }
}
