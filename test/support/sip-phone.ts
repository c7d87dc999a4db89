import { createHash, randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

interface Teardown {
  teardown(work: () => unknown): void;
}

/** A request that came to the phone. */
export interface SipRequest {
  method: string;
  /** As they came, names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** A desk phone's SIP side on one UDP socket of 127.0.0.1: registers with a digest, and answers 200 to whatever it is asked. */
export interface SipPhone {
  port: number;
  /** What it was asked, oldest first. */
  requests: SipRequest[];
  /** Event headers of the NOTIFYs that it got. */
  notified(): string[];
  /** The last status: 200, 401 with a wrong secret, ... */
  register(account: { user: string; secret: string }, expires?: number): Promise<number>;
  close(): void;
}

const ANSWER_MS = 5000;

export async function createSipPhone(t: Teardown, sipPort: number): Promise<SipPhone> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  const requests: SipRequest[] = [];
  const waiting = new Map<string, (message: SipMessage) => void>();
  let isClosed = false;
  const close = () => {
    if (!isClosed) socket.close();
    isClosed = true;
  };
  t.teardown(close);
  socket.on('message', (bytes, from) => {
    const message = parse(bytes.toString('latin1'));
    if (message === undefined) return;
    if (message.status !== undefined) waiting.get(`${message.headers['call-id']} ${message.headers.cseq}`)?.(message);
    else {
      requests.push({ method: message.method, headers: message.headers, body: message.body });
      answer(socket, message, from);
    }
  });

  let sequence = 0;
  async function send(user: string, callId: string, expires: number, extra: string[]): Promise<SipMessage> {
    const cseq = `${++sequence} REGISTER`;
    const uri = `sip:127.0.0.1:${sipPort}`;
    const lines = [
      `REGISTER ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${randomBytes(8).toString('hex')};rport`,
      `From: <sip:${user}@127.0.0.1>;tag=${randomBytes(4).toString('hex')}`,
      `To: <sip:${user}@127.0.0.1>`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq}`,
      `Contact: <sip:${user}@127.0.0.1:${port}>`,
      'Max-Forwards: 70',
      `Expires: ${expires}`,
      ...extra,
      'Content-Length: 0',
      '',
      '',
    ];
    const reply = new Promise<SipMessage>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to REGISTER of ${user}`)), ANSWER_MS);
      waiting.set(`${callId} ${cseq}`, (message) => {
        clearTimeout(timer);
        resolve(message);
      });
    });
    socket.send(lines.join('\r\n'), sipPort, '127.0.0.1');
    return reply;
  }

  return {
    port,
    requests,
    notified: () => requests.filter(({ method }) => method === 'NOTIFY').map(({ headers }) => headers.event ?? ''),
    async register({ user, secret }, expires = 300) {
      const callId = randomBytes(8).toString('hex');
      let reply = await send(user, callId, expires, []);
      for (let tries = 0; tries < 2 && reply.status === 401; tries++) {
        const { 'www-authenticate': challenge = '' } = reply.headers;
        const field = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
        const uri = `sip:127.0.0.1:${sipPort}`;
        const [realm, nonce, opaque] = [field('realm'), field('nonce'), field('opaque')];
        const [nc, cnonce] = ['00000001', randomBytes(4).toString('hex')];
        const response = md5(
          [md5(`${user}:${realm}:${secret}`), nonce, nc, cnonce, 'auth', md5(`REGISTER:${uri}`)].join(':'),
        );
        const digest =
          `Authorization: Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", ` +
          `response="${response}", algorithm=MD5, cnonce="${cnonce}", opaque="${opaque}", qop=auth, nc=${nc}`;
        reply = await send(user, callId, expires, [digest]);
      }
      return reply.status ?? 0;
    },
    close,
  };
}

interface SipMessage extends SipRequest {
  status: number | undefined;
}

function parse(text: string): SipMessage | undefined {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    headers[name] ??= line.slice(colon + 1).trim();
  }
  const status = /^SIP\/2\.0 (\d{3})/.exec(first)?.[1];
  const method = /^([A-Z]+) /.exec(first)?.[1];
  if (status === undefined && method === undefined) return undefined;
  const code = status === undefined ? undefined : Number(status);
  return { status: code, method: method ?? '', headers, body: rest.join('\r\n\r\n') };
}

function answer(socket: Socket, { headers }: SipMessage, from: RemoteInfo): void {
  const kept = (['via', 'from', 'to', 'call-id', 'cseq'] as const).map((name) => `${name}: ${headers[name] ?? ''}`);
  socket.send(['SIP/2.0 200 OK', ...kept, 'Content-Length: 0', '', ''].join('\r\n'), from.port, from.address);
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
