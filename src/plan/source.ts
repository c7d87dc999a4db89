import type { NumberRange } from '../domain/company.ts';
import type { ClassOfService } from '../domain/extension.ts';
import type { AccountKind } from '../domain/sip-account.ts';

/** Whose PBX objects: the unit of the outbox, of a sync state and of a retry. */
export type OwnerType = 'company' | 'extension' | 'number';
export interface Owner {
  type: OwnerType;
  id: string;
}

export function ownerKey(owner: Owner): string {
  return `${owner.type}:${owner.id}`;
}

/** Everything that the PBX must know of an extension. */
export interface ExtensionSource {
  id: string;
  number: string;
  displayName: string;
  callerIdName: string | null;
  ringSeconds: number;
  forwardAlways: string | null;
  forwardBusy: string | null;
  forwardNoAnswer: string | null;
  doNotDisturb: boolean;
  classOfService: ClassOfService;
  pickupGroup: string | null;
  enabled: boolean;
  /** Its user is disabled: no phone of it works, whatever `enabled` says. */
  suspended: boolean;
  /** What callers get meanwhile: an extension, a number in E.164, SUSPENDED_NOTHING, or null: the mailbox if there is one. */
  suspendedForward: string | null;
  company: { slug: string; endpointPrefix: string; timezone: string };
  accounts: AccountSource[];
  mailbox: MailboxSource | null;
}

export interface AccountSource {
  ordinal: number;
  kind: AccountKind;
  codecs: readonly string[] | null;
  maxContacts: number;
  /** The operator's own endpoint of this name still stands in pjsip.conf, and ours is to stand beside it. */
  isBeside?: boolean;
  /** MD5 of `endpoint:realm:secret` in hex (RFC 2617 HA1): the PBX never holds the secret. */
  digest(endpoint: string): string;
  /** Of the secret that its phone is to have soon; until then both are good. */
  nextDigest?: ((endpoint: string) => string) | undefined;
}

export interface MailboxSource {
  /** Its number on the PBX; null: that of the extension. */
  box: string | null;
  pin: string;
  email: string | null;
  attach: boolean;
  deleteAfterMail: boolean;
  timezone: string | null;
  enabled: boolean;
}

export interface NumberSource {
  id: string;
  e164: string;
  companySlug: string;
  /** null: rings nowhere, so that the PBX does not know it. */
  extension: string | null;
}

export interface CompanySource {
  id: string;
  slug: string;
  endpointPrefix: string;
  ranges: NumberRange[];
  country: string;
  trunk: string | null;
  outgoingCallerId: string | null;
  emergencyNumbers: string[];
}
