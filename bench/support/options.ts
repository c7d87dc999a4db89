export interface BenchOptions {
  rows: number;
  /** Extensions that are there before the measurement. */
  existing: number;
  mailboxes: boolean;
  /** Of the feed. */
  clients: number;
  /** Events a second. */
  rate: number;
  /** Of a list. */
  users: number;
  devices: number;
}
