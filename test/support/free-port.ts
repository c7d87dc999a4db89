import { createSocket } from 'node:dgram';
import { createServer, type Server } from 'node:net';

// Below what Linux gives to outgoing connections (from 32768 on), and not where Asterisk talks (20000 to 30400): between
// the moment a port is found and the moment somebody listens there, nobody may get it by chance.
const FIRST = 10_000;
const COUNT = 9000;
let next = Math.floor(Math.random() * COUNT);
/** Held until this process ends, however it ends. */
const claims: Server[] = [];

/** A port that is free for TCP and UDP alike and that no other test gets while this process lives. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < COUNT; tries++) {
    const port = FIRST + (next++ % COUNT);
    const claim = await listen({ path: `\0linekeeper-test-port-${port}` });
    if (claim === undefined) continue;
    claims.push(claim.unref());
    if (await isFree(port)) return port;
  }
  throw new Error('every port for tests is taken');
}

async function isFree(port: number): Promise<boolean> {
  const server = await listen({ port, host: '127.0.0.1' });
  if (server === undefined) return false;
  const socket = createSocket('udp4');
  const isBound = await new Promise<boolean>((resolve) => {
    socket.once('error', () => resolve(false)).bind(port, '127.0.0.1', () => resolve(true));
  });
  await new Promise<void>((resolve) => socket.close(resolve));
  await new Promise((resolve) => server.close(resolve));
  return isBound;
}

/** undefined: somebody else has it. */
function listen(where: { path: string } | { port: number; host: string }): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined)).listen(where, () => resolve(server));
  });
}
