import { z } from 'zod';
import { normalMac } from '../../domain/phones/mac.ts';
import { askService } from './http.ts';
import { type RedirectClient, type RedirectPhone, type RedirectService, refused } from './service.ts';
import { type YealinkKey, yealinkHeaders } from './yealink-signature.ts';

/** 1.4 "Returned Data Structure": `ret` below 0 is a failure, and `error.msg` the key of its message (5). */
const answerSchema = z.object({
  ret: z.int(),
  data: z.unknown().optional(),
  error: z
    .object({ msg: z.string().nullish(), fieldErrors: z.array(z.object({ msg: z.string().nullish() })).nullish() })
    .nullish(),
});
/** 3.2 "Viewing the Device Information by Paging". */
const pageSchema = z.object({
  data: z.array(z.object({ id: z.string(), mac: z.string(), uniqueServerUrl: z.string().nullish() })).nullish(),
});
type Known = { id: string; url: string | undefined };

const LIST = '/api/open/v1/device/list';
const ADD = '/api/open/v1/device/add';
const EDIT = '/api/open/v1/device/edit';
const DELETE = '/api/open/v1/device/delete';
const TIMEOUT_MS = 20_000;

export interface YealinkOptions {
  /** Addresses that an account may have; Yealink's own unless told. */
  isAddress?: (url: URL) => boolean;
  timeoutMs?: number;
}

/**
 * Yealink RPS by its JSON API, as "Yealink Json API for RPS Management Platform" describes it (sections in brackets): devices are
 * added with an address of their own (3.1, `uniqueServerUrl`), found (3.2), changed (3.7) and deleted (3.9). An account's
 * AccessKey comes from the platform's administration.
 */
export function createYealinkRps({
  isAddress = isYealink,
  timeoutMs = TIMEOUT_MS,
}: YealinkOptions = {}): RedirectService {
  return {
    id: 'yealink-rps',
    name: 'Yealink RPS',
    vendors: ['yealink'],
    url: 'https://api-dm.yealink.com:8443',
    credentials: [
      { name: 'accessKeyId', label: 'AccessKey ID', isSecret: false, isRequired: true },
      { name: 'accessKeySecret', label: 'AccessKey secret', isSecret: true, isRequired: true },
    ],
    fields: [{ name: 'remark', label: 'Remark', isSecret: false, isRequired: false }],
    isAddress,
    open: (url, { accessKeyId = '', accessKeySecret = '' }) =>
      createClient(url.replace(/\/+$/, ''), { accessKeyId, accessKeySecret }, timeoutMs),
  };
}

function isYealink({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' && hostname.endsWith('.yealink.com');
}

function createClient(base: string, key: YealinkKey, timeoutMs: number): RedirectClient {
  async function call(path: string, content: object, signal: AbortSignal): Promise<unknown> {
    const body = JSON.stringify(content);
    const headers = yealinkHeaders(key, { method: 'POST', path, body });
    const answer = answerSchema.safeParse(
      await askService({ method: 'POST', url: `${base}${path}`, headers, body, signal, timeoutMs }),
    );
    if (!answer.success) throw refused('the service answered something unknown', { isPermanent: false });
    const { ret, data, error } = answer.data;
    if (ret >= 0 && error == null) return data;
    throw refused(`the service refused: ${nameOf(error?.msg ?? error?.fieldErrors?.[0]?.msg)}`, { isPermanent: true });
  }

  async function find(mac: string, signal: AbortSignal): Promise<Known | undefined> {
    const page = pageSchema.safeParse(await call(LIST, { key: mac, skip: 0, limit: 20, autoCount: false }, signal));
    if (!page.success) throw refused('the service answered a list that is none', { isPermanent: false });
    const found = page.data.data?.find((one) => normalMac(one.mac) === mac);
    return found && { id: found.id, url: found.uniqueServerUrl ?? undefined };
  }

  return {
    async check(signal) {
      await call(LIST, { skip: 0, limit: 1, autoCount: false }, signal);
    },
    async list({ mac, extras }: RedirectPhone, url, signal) {
      const { remark } = extras;
      const wanted = { uniqueServerUrl: url, ...(remark === undefined ? {} : { remark }) };
      const known = await find(mac, signal);
      if (known === undefined) await call(ADD, { macs: [mac], ...wanted }, signal);
      else await call(EDIT, { id: known.id, ...wanted }, signal);
      const now = await find(mac, signal);
      if (now?.url !== url) throw refused('the service does not show what it was told', { isPermanent: false });
    },
    async remove({ mac }, signal) {
      const known = await find(mac, signal);
      if (known === undefined) return;
      await call(DELETE, { ids: [known.id] }, signal);
      if ((await find(mac, signal)) !== undefined)
        throw refused('the service still shows the phone', { isPermanent: false });
    },
  };
}

/** The service's own name of an error (`device.mac.existed`); anything else might hold what we sent. */
function nameOf(message: string | null | undefined): string {
  return message != null && /^[a-z][A-Za-z0-9._-]{1,60}$/.test(message) ? message : 'it does not say why';
}
