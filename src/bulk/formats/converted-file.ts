import { CLEAR, guardValue } from '../csv/guard.ts';
import type { FileFormat } from '../options.ts';

const BLOCK = 64 * 1024;

/** How a converted file is read. A record ends with CR alone: line feeds within cells then move no line. */
export function convertedFormat(firstLine: 0 | 1): FileFormat {
  return { charset: 'utf-8', delimiter: ',', newline: '\r', firstLine };
}

/** The cell of a value, in a converted file. undefined: nothing is said; null: clear it. */
export function convertedCell(value: string | null | undefined): string {
  if (value === undefined || value === '') return '';
  if (value === null) return CLEAR;
  const cell = guardValue(value.replace(/\r\n?/g, '\n'));
  return /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/**
 * Writes our own CSV in which each record stands in the line it had in the file it comes from, so that errors, results
 * and failed.csv name lines that the uploader can find. Blank lines fill the room between.
 */
export class ConvertedFile {
  private readonly append: (block: string) => Promise<void>;
  private next: number;
  private text = '';

  constructor(append: (block: string) => Promise<void>, firstLine: 0 | 1, columns: readonly string[]) {
    this.append = append;
    this.next = firstLine + 1;
    this.text = `${columns.join(',')}\r`;
  }

  /** `cells` are as `convertedCell` makes them. Lines grow from row to row. */
  async row(line: number, cells: readonly string[]): Promise<void> {
    if (line > this.next) this.text += '\r'.repeat(Math.min(line - this.next, BLOCK));
    for (let left = line - this.next - BLOCK; left > 0; left -= BLOCK) {
      await this.flush();
      this.text = '\r'.repeat(Math.min(left, BLOCK));
    }
    this.text += `${cells.join(',')}\r`;
    this.next = Math.max(line, this.next) + 1;
    if (this.text.length > BLOCK) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.text !== '') await this.append(this.text);
    this.text = '';
  }
}
