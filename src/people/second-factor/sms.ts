import { LinekeeperError } from '../../errors.ts';
import type { Logger } from '../../log.ts';

export interface Sms {
  /** E.164 */
  to: string;
  text: string;
}

/** Whatever sends text messages. */
export interface SmsSender {
  /** @throws SMS_NOT_SENT */
  send(to: string, text: string): Promise<void>;
}

const TIMEOUT_MS = 5000;

/**
 * POSTs `{"to", "text"}` as JSON to an address of the operator's, who knows a provider; any 2xx means taken. A redirect
 * is no answer: the token and the code would go to whoever it names. The log gets neither number nor text.
 */
export function createSmsWebhook(settings: { url: string; token: string }, log: Logger): SmsSender {
  const authorization = settings.token === '' ? {} : { authorization: `Bearer ${settings.token}` };
  async function post(body: Sms): Promise<number> {
    const response = await fetch(settings.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.status;
  }
  return {
    async send(to, text) {
      let why: string;
      try {
        const status = await post({ to, text });
        if (status >= 200 && status < 300) return;
        why = `status ${status}`;
      } catch (error) {
        const { name, cause } = error as Error & { cause?: { code?: string } };
        why = cause?.code ?? name;
      }
      log.warn({ why }, 'a text message was not sent');
      throw new LinekeeperError('SMS_NOT_SENT', 'the text message could not be sent; try again');
    },
  };
}
