import { isLinekeeperError } from '../../errors.ts';
import { refused } from './service.ts';

export interface ServiceRequest {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: string;
  signal: AbortSignal;
}

const MAX_BYTES = 1_048_576;
const LONGEST_WAIT_MS = 86_400_000;

/**
 * One request to a redirect service; the answer's JSON. What went wrong is said by its kind alone: what a stranger's server
 * writes is shown to nobody, and what was sent holds a secret address.
 * @throws REDIRECT_REFUSED
 */
export async function askService({
  signal,
  timeoutMs,
  ...request
}: ServiceRequest & { timeoutMs: number }): Promise<unknown> {
  const ended = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const { method, url, headers, body } = request;
    // A redirect would take the signature and the address to whoever it names.
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: ended,
      ...(body === undefined ? {} : { body }),
    });
    if (response.status < 200 || response.status > 299) {
      await response.body?.cancel();
      throw refusedBy(response);
    }
    return JSON.parse(await textOf(response)) as unknown;
  } catch (error) {
    if (isLinekeeperError(error)) throw error;
    if (error instanceof SyntaxError)
      throw refused('the service answered something that is no JSON', { isPermanent: false });
    throw refused(whyNot(error, signal), { isPermanent: false });
  }
}

function refusedBy(response: Response) {
  const { status } = response;
  if (status === 401 || status === 403)
    return refused(`the service does not take the login (${status})`, { isPermanent: true });
  if (status === 429 || status >= 500) {
    return refused(`the service is busy or broken (${status})`, {
      isPermanent: false,
      retryAfterMs: retryAfter(response),
    });
  }
  return refused(`the service answered ${status}`, { isPermanent: status !== 408 && status >= 400 });
}

/** RFC 9110, 10.2.3: seconds or a date. */
function retryAfter({ headers }: Response): number | undefined {
  const text = headers.get('retry-after') ?? '';
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, LONGEST_WAIT_MS) : undefined;
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw refused('the service answered more than is believable', { isPermanent: false });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function whyNot(error: unknown, stopped: AbortSignal): string {
  if (stopped.aborted) return 'Linekeeper was stopped';
  const { name, cause } = error as Error & { cause?: { code?: unknown } };
  if (name === 'TimeoutError') return 'the service did not answer in time';
  const code = typeof cause?.code === 'string' && /^[A-Z0-9_]{1,40}$/.test(cause.code) ? ` (${cause.code})` : '';
  return `the service cannot be reached${code}`;
}
