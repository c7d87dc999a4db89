import type { IncomingMessage } from 'node:http';

/** What a phone puts, to its end; undefined: it is longer than it may be, or broke off. */
export async function readBody(message: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  if (Number(message.headers['content-length'] ?? 0) > maxBytes) return undefined;
  const parts: Buffer[] = [];
  let length = 0;
  try {
    // Not destroyed at its end: the answer goes over the same connection.
    for await (const part of message.iterator({ destroyOnReturn: false })) {
      length += part.length;
      if (length > maxBytes) return undefined;
      parts.push(part);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(parts);
}
