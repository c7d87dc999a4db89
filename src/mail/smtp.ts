import { compose } from './compose.ts';
import type { Attempt, Transport } from './ports.ts';
import type { Sender } from './sender-address.ts';

export interface SmtpSettings {
  host: string;
  port: number;
  security: 'none' | 'starttls' | 'tls';
  username: string;
  password: string;
}

/** Milliseconds. */
export interface SmtpTimeouts {
  connect: number;
  greeting: number;
  /** Without a byte from the server. */
  silence: number;
}

const TIMEOUTS: SmtpTimeouts = { connect: 15_000, greeting: 15_000, silence: 60_000 };
/** Connections stay open for further mails; an idle one does not stay long. */
const IDLE_MS = 5000;
export const SMTP_CONNECTIONS = 2;

/** Hands mails to one SMTP server, over a few connections. */
export function createSmtp(settings: SmtpSettings, sender: Sender, timeouts = TIMEOUTS): Transport {
  const { host, port, security, username, password } = settings;
  const options = {
    pool: true,
    maxConnections: SMTP_CONNECTIONS,
    // Another attempt is the queue's business: it counts them.
    maxRequeues: 0,
    idleTimeout: IDLE_MS,
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    // `forceAuth`: a server that offers no login must not get our mail without one.
    ...(username === '' ? {} : { auth: { user: username, pass: password }, forceAuth: true }),
    connectionTimeout: timeouts.connect,
    greetingTimeout: timeouts.greeting,
    socketTimeout: timeouts.silence,
  } as const;
  // Heavy, so loaded with the first mail.
  const load = async () => (await import('nodemailer')).createTransport(options);
  let transporter: ReturnType<typeof load> | undefined;
  return {
    async send(message, signal): Promise<Attempt> {
      try {
        transporter ??= load();
        await (await transporter).sendMail({ ...compose(message, sender), signal });
        return { ok: true, state: 'sent' };
      } catch (error) {
        return failure(error);
      }
    },
    async close() {
      (await transporter)?.close();
    },
  };
}

/**
 * A 5xx answer to this recipient or this text is the last word (RFC 5321, 4.2.1). One to our greeting, login or sender
 * says something of the settings, which somebody will mend: that mail waits like after a 4xx.
 */
function failure(error: unknown): Attempt {
  const { message, responseCode, command } = error as { message?: string; responseCode?: number; command?: string };
  const permanent = (responseCode ?? 0) >= 500 && /^(RCPT TO|DATA)/.test(command ?? '');
  return { ok: false, permanent, reason: message ?? String(error) };
}
