import { type Logger, pino, stdSerializers } from 'pino';
import pretty from 'pino-pretty';

export type { Logger };

/** Keys that may hold a secret, wherever they stand in the first three levels of a log record. */
const SECRET_KEYS = [
  'secret',
  'pin',
  'password',
  'token',
  'authorization',
  'logins',
  'md5_cred',
  'newpassword',
  'NewPassword',
];
const REDACTED = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/** One JSON line per fact on standard output, or readable lines on a terminal. Messages are constant, facts are fields. */
export function createLog(options: { level: string; pretty: 'auto' | 'yes' | 'no' }): Logger {
  const isPretty = options.pretty === 'yes' || (options.pretty === 'auto' && process.stdout.isTTY);
  const settings = {
    level: options.level,
    redact: { paths: REDACTED, censor: '****' },
    serializers: { err: stdSerializers.err },
    base: null,
  };
  return isPretty
    ? pino(settings, pretty({ translateTime: 'SYS:HH:MM:ss.l', ignore: 'reqId', singleLine: true, sync: true }))
    : pino(settings);
}
