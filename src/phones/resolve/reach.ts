import type { FieldError } from '../../errors.ts';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/;
const EVERYWHERE = /^(0\.0\.0\.0|::|\[::\])$/;

/** Addresses that are right on this machine and wrong on a phone: better no file than one that leads nowhere. */
export function unreachable(publicUrl: string, registrar: string): FieldError[] {
  const { hostname } = new URL(publicUrl);
  if (EVERYWHERE.test(hostname)) {
    const message = `phones cannot fetch from ${hostname}: set phones.publicUrl to where they reach this machine`;
    return [{ path: 'phones.publicUrl', code: 'PUBLIC_URL_MISSING', message }];
  }
  if (!LOOPBACK.test(registrar) || LOOPBACK.test(hostname)) return [];
  const message = `phones cannot register at ${registrar}: set sip.host, or \`pbx set --sip-host\`, to where they reach the PBX`;
  return [{ path: 'settings.sip.host', code: 'REGISTRAR_UNKNOWN', message }];
}
