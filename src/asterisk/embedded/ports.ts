import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { LinekeeperError, messageOf } from '../../errors.ts';
import type { EmbeddedPorts } from './private-config.ts';

/** Asterisk starts without a port that is taken and only logs it; we would then talk to somebody else's. */
export async function requireFreePorts(address: string, ports: EmbeddedPorts): Promise<void> {
  const wanted: [use: string, host: string, port: number, bind: (address: string, port: number) => Promise<void>][] = [
    ['AMI', '127.0.0.1', ports.ami, bindTcp],
    ['HTTP', address, ports.http, bindTcp],
    ['SIP over TCP', address, ports.sip, bindTcp],
    ['SIP over UDP', address, ports.sip, bindUdp],
  ];
  for (const [use, host, port, bind] of wanted) {
    try {
      await bind(host, port);
    } catch (error) {
      const reason = `The embedded PBX cannot use ${host}:${port} for ${use}: ${messageOf(error)}.`;
      throw new LinekeeperError('EMBEDDED_PBX_FAILED', `${reason} Choose another port or stop what uses it.`, {
        cause: error,
      });
    }
  }
}

function bindTcp(address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve()));
  });
}

function bindUdp(address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', reject);
    socket.bind({ address, port, exclusive: true }, () => socket.close(() => resolve()));
  });
}
