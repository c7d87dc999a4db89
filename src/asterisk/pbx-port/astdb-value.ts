import { LinekeeperError } from '../../errors.ts';
import { kindOf, type Ref } from '../../plan/pbx-object.ts';

/** Read by Asterisk's res_sorcery_astdb: one value that it cannot parse stops its listing of the whole family. */
const SORCERY_KINDS: ReadonlySet<string> = new Set(['endpoint', 'auth', 'aor']);

/** @throws LinekeeperError AMI_UNSAFE_VALUE unless a PJSIP object's value is a JSON object of strings */
export function checkAstDbValue(ref: Ref, value: string): void {
  if (SORCERY_KINDS.has(kindOf(ref)) && !isObjectOfStrings(value)) {
    throw new LinekeeperError('AMI_UNSAFE_VALUE', `The value of ${ref} is not a JSON object of strings.`);
  }
}

function isObjectOfStrings(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    for (const member of Object.values(value)) if (typeof member !== 'string') return false;
    return true;
  } catch {
    return false;
  }
}
