import type { Socket } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { until } from './asterisk.ts';

/** What the server does wrong. All of it may be changed while it runs. */
export interface SmtpFaults {
  /** So many recipients are refused for now (451), then all are taken. */
  refuseFirst?: number;
  /** Refused for good (5xx): the recipient, the text, or the login. */
  permanent?: 'rcpt' | 'data' | 'auth' | undefined;
  /** So many mails are taken to their end and get no answer. */
  hangFirst?: number;
  /** So many mails are taken and kept, and the connection is cut instead of an answer. */
  dropFirst?: number;
}

export interface ReceivedMail extends ParsedMail {
  envelope: { from: string; to: string[] };
  raw: string;
  /** http addresses in the text part, in order. */
  links: string[];
}

export interface TestSmtp {
  port: number;
  /** In order of arrival; also those that a fault kept from being acknowledged. */
  mails: ReceivedMail[];
  faults: SmtpFaults;
  /** How often a recipient was named, taken or not. */
  readonly attempts: number;
  /** For `config.mail.smtp`. */
  settings: { host: string; port: number; security: 'none'; username: string; password: string };
  /** The first mail, arrived or coming, that is so. */
  waitFor(predicate: (mail: ReceivedMail) => boolean, what?: string): Promise<ReceivedMail>;
}

interface Teardown {
  teardown(work: () => unknown): void;
}

export interface SmtpOptions {
  faults?: SmtpFaults;
  /** Only who logs in with this is served. */
  login?: { username: string; password: string };
}

/** A real SMTP server on the loopback that keeps what it gets. */
export async function startSmtp(t: Teardown, { faults = {}, login }: SmtpOptions = {}): Promise<TestSmtp> {
  const mails: ReceivedMail[] = [];
  let attempts = 0;
  const options: SMTPServerOptions = {
    authOptional: login === undefined,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS', ...(login === undefined ? ['AUTH'] : [])],
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth({ username, password }, _session, done) {
      const isRight = faults.permanent !== 'auth' && username === login?.username && password === login?.password;
      done(isRight ? null : answer(535, 'wrong user name or password'), isRight ? { user: username } : undefined);
    },
    onRcptTo(_address, _session, done) {
      attempts++;
      if (faults.permanent === 'rcpt') return done(answer(550, 'no such mailbox'));
      if (counts('refuseFirst')) return done(answer(451, 'come again later'));
      done();
    },
    onData(stream, session, done) {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of stream) chunks.push(chunk as Buffer);
        if (faults.permanent === 'data') return done(answer(554, 'this text is not taken'));
        const raw = Buffer.concat(chunks);
        const parsed = await simpleParser(raw);
        const { mailFrom, rcptTo } = session.envelope;
        const envelope = { from: mailFrom === false ? '' : mailFrom.address, to: rcptTo.map(({ address }) => address) };
        const links = (parsed.text ?? '').match(/https?:\/\/\S+/g) ?? [];
        const hangs = counts('hangFirst');
        mails.push({ ...parsed, envelope, raw: raw.toString('utf8'), links });
        if (hangs) return;
        if (counts('dropFirst')) socketOf(server, session.id)?.destroy();
        else done();
      })();
    },
  };
  const server = new SMTPServer(options);
  // A connection that we cut ourselves is no news.
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as { port: number };

  /** True while a fault of the first so many is not used up. */
  function counts(name: 'refuseFirst' | 'hangFirst' | 'dropFirst'): boolean {
    const left = faults[name] ?? 0;
    faults[name] = Math.max(left - 1, 0);
    return left > 0;
  }

  return {
    port,
    mails,
    faults,
    get attempts() {
      return attempts;
    },
    settings: {
      host: '127.0.0.1',
      port,
      security: 'none',
      username: login?.username ?? '',
      password: login?.password ?? '',
    },
    waitFor: (predicate, what = 'a mail') => until(() => mails.find(predicate), what),
  };
}

function answer(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

/** smtp-server tells no socket to its callbacks. */
function socketOf(server: SMTPServer, id: string): Socket | undefined {
  const { connections } = server as unknown as { connections: Set<{ id: string; _socket: Socket }> };
  return [...connections].find((connection) => connection.id === id)?._socket;
}
