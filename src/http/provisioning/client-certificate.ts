import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

const NONE: readonly string[] = [];
const known = new WeakMap<Socket, readonly string[]>();

/** The subject of the phone's own certificate as `CN=...`, when an authority that we were given signed it. */
export function certificateSubject(socket: Socket): readonly string[] {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return NONE;
  let subject = known.get(socket);
  if (subject === undefined) {
    const attributes = socket.getPeerCertificate().subject ?? {};
    subject = Object.entries(attributes).flatMap(([name, value]) => [value].flat().map((one) => `${name}=${one}`));
    known.set(socket, subject);
  }
  return subject;
}
