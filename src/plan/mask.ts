import { withPin } from './mailbox-line.ts';
import { kindOf, type Ref } from './pbx-object.ts';

/** Fields of an auth that give nothing away; whatever else somebody wrote into one may be a password. */
const HARMLESS = new Set(['auth_type', 'username', 'realm', 'supported_algorithms_uas', 'supported_algorithms_uac']);

/** A PBX value as an operator may see it: no digest of a SIP secret, no PIN. */
export function maskValue(ref: Ref, value: string): string {
  const kind = kindOf(ref);
  if (kind === 'mailbox') return withPin(value, '****');
  return kind === 'auth' ? maskAuth(value) : value;
}

function maskAuth(value: string): string {
  try {
    const fields: unknown = JSON.parse(value);
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return '****';
    const shown = Object.entries(fields).map(([name, field]) => [
      name,
      HARMLESS.has(name) && typeof field === 'string' ? field : '****',
    ]);
    return JSON.stringify(Object.fromEntries(shown));
  } catch {
    // Somebody broke the JSON by hand: what is what cannot be told any more.
    return '****';
  }
}
