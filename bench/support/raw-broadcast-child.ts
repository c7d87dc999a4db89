/**
 * The baseline: `url token`. A bare `ws` server that passes on what one client of the feed gets, at the moment when it gets
 * it, to whoever is connected: the same bytes at the same times, and no topic, number, filter or budget.
 */
import { WebSocket, WebSocketServer } from 'ws';
import { clockMs } from './clock.ts';

const [url = '', token = ''] = process.argv.slice(2);
const sentAt: number[] = [];
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('connection', (socket) => socket.on('message', () => socket.send('{"type":"snapshot"}')));
const source = new WebSocket(url, { perMessageDeflate: false, headers: { authorization: `Bearer ${token}` } });
source.on('open', () => source.send('{"type":"subscribe","topic":"calls"}'));
source.on('message', (data: Buffer) => {
  if (!data.toString('latin1', 0, 16).startsWith('{"type":"events"')) return;
  sentAt.push(clockMs());
  for (const client of server.clients) client.send(data, { binary: false });
});
server.on('listening', () => process.send?.({ port: (server.address() as { port: number }).port }));
process.on('message', () => process.send?.({ sentAt }));
process.on('disconnect', () => process.exit(0));
