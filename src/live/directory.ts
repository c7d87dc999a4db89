/** Who stands behind a SIP account. */
export interface EndpointOwner {
  endpoint: string;
  companyId: string;
  extensionId: string;
  /** Of the extension. */
  number: string;
  displayName: string;
  siteId: string | null;
  userId: string | null;
  /** Groups, teams and labels of the user. */
  teamIds: readonly string[];
}

export type MailboxOwner = Omit<EndpointOwner, 'endpoint'>;

/**
 * What the database says of names that the PBX uses. Answers are kept until the database changes, and for seconds at
 * most; unknown names are looked up together, in one query. A name that nobody has is left out, or undefined.
 */
export interface Directory {
  endpoints(pbxId: string, names: readonly string[]): Promise<ReadonlyMap<string, EndpointOwner>>;
  /** The last answer, without a look whether it still holds; undefined: not known, or nobody's. */
  known(pbxId: string, endpoint: string): EndpointOwner | undefined;
  /** The company of a dialplan context (`lk-<slug>`). */
  companyOfContext(pbxId: string, context: string): Promise<string | undefined>;
  /** The company and extension of a phone number of ours, E.164 with the plus. */
  number(e164: string): Promise<{ companyId: string; extensionId: string | null } | undefined>;
}

/** The same of mailboxes, `number@context`. */
export interface MailboxDirectory {
  mailboxes(pbxId: string, names: readonly string[]): Promise<ReadonlyMap<string, MailboxOwner>>;
  /** All that we keep on a PBX. */
  allMailboxes(pbxId: string): Promise<string[]>;
}
