import { randomBytes } from 'node:crypto';

/** One AMI login per purpose, so that each has the smallest rights. `linekeeper-manager.conf` defines them. */
export const AMI_LOGINS = ['events', 'query', 'sync', 'config'] as const;
export type AmiLogin = (typeof AMI_LOGINS)[number];
export type AmiSecrets = Readonly<Record<AmiLogin, string>>;
export type AmiCredentials = Readonly<Record<AmiLogin, { username: string; secret: string }>>;

export function amiUsername(login: AmiLogin): string {
  return `linekeeper-${login}`;
}

/** Hexadecimal: safe in a configuration file and on an AMI line. */
export function generateAmiSecrets(): AmiSecrets {
  const secret = () => randomBytes(24).toString('hex');
  return { events: secret(), query: secret(), sync: secret(), config: secret() };
}

export function amiCredentials(secrets: AmiSecrets): AmiCredentials {
  const of = (login: AmiLogin) => ({ username: amiUsername(login), secret: secrets[login] });
  return { events: of('events'), query: of('query'), sync: of('sync'), config: of('config') };
}
