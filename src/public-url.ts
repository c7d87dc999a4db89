import type { Config } from './config.ts';

/** Where people reach us: what links in mails start with. From the settings alone, never from a request. No slash at the end. */
export function publicUrl({ http: { host, port, publicUrl: set } }: Pick<Config, 'http'>): string {
  if (set !== '') return set.replace(/\/+$/, '');
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
