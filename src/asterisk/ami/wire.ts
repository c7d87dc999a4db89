import type { AmiMessage } from './ami-message.ts';
import type { AmiFields } from './encode.ts';

export interface AmiCredentials {
  username: string;
  secret: string;
}

/** Where an AMI listens. `tls`: Asterisk's `tlsenable`, port 5039 by default. */
export interface AmiAddress {
  host: string;
  port: number;
  tls?: AmiTls;
}

export interface AmiTls {
  /** PEM of the certification authority to trust instead of the system's. */
  ca?: string;
  /** Name that the certificate must bear; the host when absent. */
  servername?: string;
}

export interface WireHandler {
  /** The peer is there. Undefined where the implementation hides the banner. */
  onOpen(banner: string | undefined): void;
  onMessage(message: AmiMessage): void;
  /** Called exactly once, last, whoever closed. */
  onClose(reason: string): void;
}

/**
 * Bytes to messages and back over ONE socket. A wire is opened once and never used again after it closed; deadlines,
 * correlation and permissions are AmiConnection's. Nothing of it may work inside `onMessage` for long: Asterisk
 * drops a client that does not read for half a second in a storm (measured).
 */
export interface Wire {
  open(handler: WireHandler): void;
  /** The answer arrives as a message with this ActionID. */
  login(actionId: string, credentials: AmiCredentials, events: boolean): void;
  /** @throws LinekeeperError AMI_UNSAFE_VALUE or AMI_LINE_TOO_LONG before any byte is written. */
  send(actionId: string, action: string, fields: AmiFields): void;
  /** At once, without waiting for the peer: a frozen one never answers a FIN. */
  destroy(reason: string): void;
}
