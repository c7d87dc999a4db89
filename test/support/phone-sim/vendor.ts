import type { PhoneAnswer, PhoneClient } from './client.ts';

/** What a file told a phone to register with, exactly as it stands there. */
export interface PhoneAccount {
  index: number;
  host: string;
  port: number;
  transport: 'udp' | 'tcp' | 'tls';
  user: string;
  authId: string;
  password: string;
}

/** Where a phone fetches, and with what. */
export interface PhoneServer {
  url: string;
  username: string;
  password: string;
}

/** What a phone took from its files; absent: they said nothing of it. */
export interface Told {
  server?: PhoneServer;
  accounts?: PhoneAccount[];
}

export interface SimulatedModel {
  model: string;
  mac: string;
  firmware: string;
}

/** A phone that boots: it asks for what its vendor's phones ask for, in their order. */
export interface Boot {
  phone: SimulatedModel;
  client: PhoneClient;
  /** The address it has, its macros filled in; a folder ends with a slash. */
  at: string;
  /** Relative to the folder of that address. */
  get(name: string): Promise<PhoneAnswer>;
  head(name: string): Promise<PhoneAnswer>;
  put(name: string, content: string): Promise<PhoneAnswer>;
}

export interface VendorSimulation {
  userAgent(phone: SimulatedModel, phase: 'updater' | 'application'): string;
  /** Whether it sends a Host header. */
  sendsHost: boolean;
  auth: 'digest' | 'basic';
  boot(boot: Boot): Promise<Told>;
}

/** The answer's text when it has one. */
export function textOf({ status, body }: PhoneAnswer): string | undefined {
  return status === 200 ? body.toString('utf8') : undefined;
}

/** `host:port`; the port of the transport when there is none. */
export function hostPort(text: string, transport: PhoneAccount['transport'] = 'udp'): { host: string; port: number } {
  const [, host = text, port] = /^(.*?)(?::(\d+))?$/.exec(text) ?? [];
  return { host, port: port === undefined ? (transport === 'tls' ? 5061 : 5060) : Number(port) };
}

/** An address and the credentials that stand in it. */
export function withoutCredentials(text: string): PhoneServer {
  const url = new URL(text);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  return { url: url.href, username: decodeURIComponent(username), password: decodeURIComponent(password) };
}
