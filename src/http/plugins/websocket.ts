import websocket from '@fastify/websocket';
import type { App } from '../types.ts';

/** Bytes of a frame that a client may send; a longer one ends its connection (RFC 6455, 7.4.1: 1009). */
const MAX_FRAME = 64 * 1024;

/** Upgrades go through the same hooks as any request: who may not ask gets an answer in HTTP and no socket. */
export async function addWebsocket(app: App): Promise<void> {
  await app.register(websocket, {
    // Compressing every frame for every client would cost more than the wire.
    options: { maxPayload: MAX_FRAME, perMessageDeflate: false, clientTracking: false },
    // The feed closes its own sockets, with a reason.
    preClose: (done) => done(),
  });
}
