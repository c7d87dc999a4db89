/** What this floor needs of a logger: pino's shape, so that the daemon hands its own over and a test hands over nothing. */
export interface AmiLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const silentLog: AmiLog = { debug() {}, info() {}, warn() {}, error() {} };
