/**
 * What we keep on a PBX, as plain values. A `ref` names one object and equals its AstDB path below `linekeeper/`
 * for everything that lives there:
 *
 * | kind      | ref                          | lives in                                   |
 * |-----------|------------------------------|--------------------------------------------|
 * | endpoint  | `endpoint/1001`              | AstDB `linekeeper/endpoint` `1001`         |
 * | auth      | `auth/1001`                  | AstDB `linekeeper/auth` `1001`             |
 * | aor       | `aor/1001`                   | AstDB `linekeeper/aor` `1001`              |
 * | extension | `extension/acme/1001`        | AstDB `linekeeper/extension/acme` `1001`   |
 * | number    | `number/4930123456`          | AstDB `linekeeper/number` `4930123456`     |
 * | company   | `company/acme`               | AstDB `linekeeper/company` `acme`          |
 * | mailbox   | `mailbox/1001@lk-acme-09`    | a line of one of our voicemail files       |
 * | context   | `context/lk-acme`            | a category of our companies dialplan file  |
 */
export const PBX_OBJECT_KINDS = [
  'company',
  'context',
  'auth',
  'aor',
  'endpoint',
  'mailbox',
  'extension',
  'number',
] as const;
export type PbxObjectKind = (typeof PBX_OBJECT_KINDS)[number];

export type Ref = string;

export function refOf(kind: PbxObjectKind, key: string): Ref {
  return `${kind}/${key}`;
}

/** The auth of the secret that an endpoint's phone is to have soon. No endpoint has a dot in its name. */
export function nextAuthKey(endpoint: string): string {
  return `${endpoint}.next`;
}

export function isNextAuth(ref: Ref): boolean {
  return ref.startsWith('auth/') && ref.endsWith('.next');
}

export function kindOf(ref: Ref): PbxObjectKind {
  return ref.slice(0, ref.indexOf('/')) as PbxObjectKind;
}

export function keyOf(ref: Ref): string {
  return ref.slice(ref.indexOf('/') + 1);
}

/** Lives in AstDB, where a write is live at once; the others live in files of ours and need a reload of one module. */
export function isAstDb(ref: Ref): boolean {
  return (
    ref.startsWith('endpoint/') ||
    ref.startsWith('auth/') ||
    ref.startsWith('aor/') ||
    ref.startsWith('extension/') ||
    ref.startsWith('number/') ||
    ref.startsWith('company/')
  );
}
