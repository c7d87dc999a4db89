import { randomBytes } from 'node:crypto';

/** One AMI login per purpose, so that each has the smallest rights. `linekeeper-manager.conf` defines them. */
export const AMI_LOGINS = ['events', 'query', 'sync', 'config', 'act'] as const;
export type AmiLogin = (typeof AMI_LOGINS)[number];
export type AmiSecrets = Readonly<Record<AmiLogin, string>>;
/** As they were before there was `act`, which is optional for a PBX of the operator's own. */
type OldSecrets = Readonly<Record<Exclude<AmiLogin, 'act'>, string> & { act?: string | undefined }>;
type Credential = { username: string; secret: string };
type OldCredentials = Readonly<Record<Exclude<AmiLogin, 'act'>, Credential> & { act?: Credential }>;
export type AmiCredentials = Readonly<Record<AmiLogin, Credential>>;

export function amiUsername(login: AmiLogin): string {
  return `linekeeper-${login}`;
}

/** Hexadecimal: safe in a configuration file and on an AMI line. */
export function generateAmiSecrets(): AmiSecrets {
  const secret = () => randomBytes(24).toString('hex');
  return { events: secret(), query: secret(), sync: secret(), config: secret(), act: secret() };
}

/** Secrets that were made before `act` was: it gets one of its own. */
export function completeSecrets(kept: OldSecrets): AmiSecrets {
  return { ...kept, act: kept.act ?? generateAmiSecrets().act };
}

export function amiCredentials(secrets: AmiSecrets): AmiCredentials;
export function amiCredentials(secrets: OldSecrets): OldCredentials;
export function amiCredentials(secrets: OldSecrets): OldCredentials {
  const of = (login: AmiLogin, secret: string) => ({ username: amiUsername(login), secret });
  const { events, query, sync, config, act } = secrets;
  return {
    events: of('events', events),
    query: of('query', query),
    sync: of('sync', sync),
    config: of('config', config),
    ...(act === undefined ? {} : { act: of('act', act) }),
  };
}
