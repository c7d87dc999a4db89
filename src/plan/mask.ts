import { withPin } from './mailbox-line.ts';
import { kindOf, type Ref } from './pbx-object.ts';

/** A PBX value as an operator may see it: no digest of a SIP secret, no PIN. */
export function maskValue(ref: Ref, value: string): string {
  const kind = kindOf(ref);
  if (kind === 'mailbox') return withPin(value, '****');
  // Cuts whatever stands there, even when somebody broke the JSON by hand.
  if (kind === 'auth')
    return value.replace(/("(?:md5_cred|password|password_digest)"\s*:\s*")(?:[^"\\]|\\.)*/g, '$1****');
  return value;
}
