import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import type { LiveCall } from '../../src/domain/feed/call.ts';
import type { ServerFrame } from '../../src/domain/feed/protocol.ts';
import type { App } from '../../src/http/types.ts';
import { callItem } from './feed-items.ts';

export interface RawFeed {
  frames: ServerFrame[];
  socket: WebSocket;
  send(frame: unknown): void;
  /** The first frame that fits, also one that came already; taken frames are not found twice. */
  next<Type extends ServerFrame['type']>(
    type: Type,
    fits?: (frame: ServerFrame & { type: Type }) => boolean,
  ): Promise<ServerFrame & { type: Type }>;
  /** Code and reason of the end. */
  ended: Promise<{ code: number; reason: string }>;
}

/** The app listens on a port of its own; gives the address of the feed. */
export async function listen(app: App): Promise<string> {
  if (app.server.address() === null) await app.listen({ host: '127.0.0.1', port: 0 });
  return `ws://127.0.0.1:${(app.server.address() as AddressInfo).port}/api/v1/live`;
}

const PATIENCE_MS = 10_000;

/** A websocket without any cleverness. @throws with the HTTP status when it is not opened */
export async function openRaw(url: string, headers: Record<string, string>): Promise<RawFeed> {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  const frames: ServerFrame[] = [];
  const wake = new Set<() => void>();
  socket.on('message', (data: Buffer) => {
    frames.push(JSON.parse(data.toString('utf8')) as ServerFrame);
    for (const one of [...wake]) one();
  });
  const ended = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => reject(new Error(`HTTP ${response.statusCode} ${text}`)));
    });
    socket.once('error', reject);
  });
  socket.on('error', () => {});
  return {
    frames,
    socket,
    ended,
    send: (frame) => socket.send(JSON.stringify(frame)),
    next(type, fits = () => true) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const at = frames.findIndex((frame) => frame.type === type && fits(frame as never));
          if (at < 0) return;
          clearTimeout(timer);
          wake.delete(look);
          resolve(frames.splice(at, 1)[0] as never);
        };
        const timer = setTimeout(() => {
          wake.delete(look);
          reject(new Error(`no frame ${type}; there were ${JSON.stringify(frames).slice(0, 500)}`));
        }, PATIENCE_MS);
        wake.add(look);
        look();
      });
    },
  };
}

/** A call inside of which only this is of interest. */
export function liveCall(id: string, companyId: string | null, more: Partial<LiveCall> = {}): LiveCall {
  const nobody = { number: null, name: null, extensionId: null };
  const inside = {
    direction: 'internal',
    state: 'dialing',
    number: null,
    ringingAt: null,
    from: nobody,
    to: nobody,
  } as const;
  return callItem({ id, companyId, ...inside, ...more });
}
