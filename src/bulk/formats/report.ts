import type { Note } from './format.ts';

/** Notes kept at most; all are counted. */
const KEPT = 500;
const MAX_COLUMNS = 300;

export interface ReportNote extends Note {
  line: number;
}

/** What an import could not carry over from another system. Without any text of a cell: these may be secrets. */
export interface ConversionReport {
  source: string;
  title: string;
  /** All that were made, also those that are not kept. */
  notes: number;
  /** Columns and settings that nobody reads, with the rows in which they say something. */
  unread: { name: string; rows: number }[];
  rows: ReportNote[];
}

export class ReportBuilder {
  private readonly source: string;
  private readonly title: string;
  private readonly unread = new Map<string, number>();
  private readonly rows: ReportNote[] = [];
  private notes = 0;

  constructor(source: string, title: string) {
    this.source = source;
    this.title = title;
  }

  note(line: number, note: Note): void {
    this.notes++;
    if (this.rows.length < KEPT) this.rows.push({ line, ...note });
  }

  countUnread(name: string, rows = 1): void {
    const before = this.unread.get(name);
    if (before === undefined && this.unread.size >= MAX_COLUMNS) return;
    this.unread.set(name, (before ?? 0) + rows);
  }

  end(): ConversionReport {
    const unread = [...this.unread].map(([name, rows]) => ({ name: shown(name), rows }));
    return { source: this.source, title: this.title, notes: this.notes, unread, rows: this.rows };
  }
}

/** A name from somebody's file, for people. */
function shown(name: string): string {
  const clean = name.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ').trim();
  return clean.length > 60 ? `${clean.slice(0, 60)}...` : clean;
}
