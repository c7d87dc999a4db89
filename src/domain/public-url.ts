/** Settings that say where people reach us. */
export interface PublicAddress {
  /** "" : http://<host>:<port> */
  publicUrl: string;
  host: string;
  port: number;
}

/**
 * What links to us start with, without a slash at the end. From the settings only: what a request says of its host is the
 * choice of whoever sent it, and would put his link into somebody else's mail.
 */
export function publicUrl({ publicUrl, host, port }: PublicAddress): string {
  if (publicUrl !== '') return publicUrl.replace(/\/+$/, '');
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
