import { createHash, createHmac, randomUUID } from 'node:crypto';

export interface YealinkKey {
  accessKeyId: string;
  accessKeySecret: string;
}

/**
 * The headers of a signed call (Yealink, JSON API for RPS Management Platform, 1.3 "Signature Rule of REST API"). What is signed,
 * with HMAC-SHA256 in base64: the method; the system headers in the order of their names, Content-MD5 among them when
 * there is a body; the path without its first slash. One per line, the last without a line end. The nonce and the time
 * (milliseconds) are good once.
 */
export function yealinkHeaders(
  { accessKeyId, accessKeySecret }: YealinkKey,
  request: { method: string; path: string; body?: string },
  { nonce = randomUUID().replaceAll('-', ''), now = Date.now() }: { nonce?: string; now?: number } = {},
): Record<string, string> {
  const { method, path, body } = request;
  const signed: Record<string, string> = {
    ...(body === undefined ? {} : { 'Content-MD5': createHash('md5').update(body).digest('base64') }),
    'X-Ca-Key': accessKeyId,
    'X-Ca-Nonce': nonce,
    'X-Ca-Timestamp': String(now),
  };
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}`);
  const text = [method, ...lines, path.replace(/^\//, '')].join('\n');
  const signature = createHmac('sha256', accessKeySecret).update(text).digest('base64');
  return { ...signed, 'X-Ca-Signature': signature, 'Content-Type': 'application/json;charset=UTF-8' };
}
