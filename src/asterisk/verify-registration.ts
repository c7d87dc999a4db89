import type { Registerer, UserAgent } from 'sip.js';
import { LinekeeperError, messageOf } from '../errors.ts';

export interface RegistrationTrial {
  /** The WebSocket of the PBX, ws:// or wss://. */
  wsUrl: string;
  /** The account: what a phone is given as user name, and its secret in clear. */
  endpoint: string;
  secret: string;
  /** Milliseconds for all of it. */
  deadline?: number;
}

export interface RegistrationProof {
  /** Milliseconds until the PBX had registered us, and until we were gone again. */
  registeredMs: number;
  totalMs: number;
}

const DEADLINE_MS = 10_000;
/** Seconds after which the PBX forgets us, should we not come to unregister. */
const EXPIRES = 60;

/** Asterisk does not answer the end of a WebSocket; ws would wait 30 s for it. */
const CLOSE_TIMEOUT_MS = 100;

/** What a final answer to REGISTER means (measured, docs/pbx-install.md). */
const MEANING: Record<number, string> = {
  401: 'the PBX does not take the secret, or does not know the account',
  403: 'the PBX does not allow it',
  404: 'the PBX knows the account but not its aor',
  408: 'the PBX did not answer',
  500: 'the PBX knows the account but not its auth',
};

/**
 * Registers as a phone would, with a real SIP stack over WebSocket, and unregisters.
 *
 * @throws LinekeeperError REGISTRATION_FAILED with the SIP status, when there was one
 */
export async function verifyRegistration(trial: RegistrationTrial): Promise<RegistrationProof> {
  const { endpoint, secret, wsUrl, deadline = DEADLINE_MS } = trial;
  // Loaded late: only who asks for it pays for the SIP stack.
  const [sip, { WebSocket }] = await Promise.all([import('sip.js'), import('ws')]);
  // sip.js was made for browsers and takes the global one, which nothing else here uses.
  Object.assign(globalThis, {
    WebSocket: class extends WebSocket {
      override close(code?: number, reason?: string): void {
        super.close(code, reason);
        setTimeout(() => this.terminate(), CLOSE_TIMEOUT_MS);
      }
    },
  });

  const uri = sip.UserAgent.makeURI(`sip:${endpoint}@${new URL(wsUrl).hostname}`);
  if (uri === undefined) throw failed(`${endpoint} cannot be a SIP user`);
  const agent = new sip.UserAgent({
    uri,
    authorizationUsername: endpoint,
    authorizationPassword: secret,
    transportOptions: { server: wsUrl, connectionTimeout: Math.ceil(deadline / 1000) },
    userAgentString: 'Linekeeper verify',
    // It logs whole messages.
    logBuiltinEnabled: false,
    reconnectionAttempts: 0,
  });
  const since = performance.now();
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), deadline);
  try {
    await inTime(timeout.signal, connect(agent, wsUrl));
    const registerer = new sip.Registerer(agent, { expires: EXPIRES, logConfiguration: false });
    await inTime(timeout.signal, send(registerer, 'register'));
    const registeredMs = performance.now() - since;
    await inTime(timeout.signal, send(registerer, 'unregister'));
    return { registeredMs: Math.round(registeredMs), totalMs: Math.round(performance.now() - since) };
  } finally {
    clearTimeout(timer);
    await agent.transport.dispose().catch(() => {});
  }
}

async function connect(agent: UserAgent, wsUrl: string): Promise<void> {
  try {
    await agent.transport.connect();
  } catch (cause) {
    throw failed(`the WebSocket ${wsUrl} cannot be opened: ${messageOf(cause)}`, { cause });
  }
}

function send(registerer: Registerer, what: 'register' | 'unregister'): Promise<void> {
  return new Promise((resolve, reject) => {
    const requestDelegate = {
      onAccept: () => resolve(),
      onReject: ({ message }: { message: { statusCode?: number | undefined; reasonPhrase?: string | undefined } }) => {
        const status = message.statusCode ?? 0;
        const meaning = MEANING[status] ?? message.reasonPhrase ?? 'no reason given';
        reject(failed(`the PBX answers ${status}: ${meaning}`, { details: { status } }));
      },
    };
    registerer[what]({ requestDelegate }).catch((cause: unknown) => reject(failed(messageOf(cause), { cause })));
  });
}

function inTime<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(failed('the PBX did not answer in time')), { once: true });
    work.then(resolve, reject);
  });
}

function failed(reason: string, options: { cause?: unknown; details?: Record<string, unknown> } = {}): LinekeeperError {
  return new LinekeeperError('REGISTRATION_FAILED', `it cannot register: ${reason}`, options);
}
