import { createServer, type Server } from 'node:http';
import { markLocal } from './plugins/auth.ts';
import { TIME_LIMITS } from './time-limits.ts';
import type { App } from './types.ts';

/**
 * A second door to the same app, for a socket file with mode 0600 in the data folder: who can open the file is the
 * administrator of this machine and needs no token. `app.ready()` must have been awaited.
 */
export function createLocalServer(app: App): Server {
  const server = createServer(TIME_LIMITS, (request, response) => app.routing(request, response));
  server.on('connection', markLocal);
  // Websockets are opened by the app's own server, whatever door the request came through.
  server.on('upgrade', (...upgrade) => app.server.emit('upgrade', ...upgrade));
  return server;
}
