export interface BenchOptions {
  rows: number;
  /** Extensions that are there before the measurement. */
  existing: number;
  mailboxes: boolean;
}
