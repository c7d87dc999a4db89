/** One registered contact; what of it stays the same while the phone does not register anew. */
export interface FollowContact {
  uri: string;
  expiresAt: number;
}

/** What following needs of one PBX. Everything throws LinekeeperError. */
export interface FollowPbx {
  contactsOf(endpoint: string): Promise<readonly FollowContact[]>;
  allContacts(): Promise<ReadonlyMap<string, readonly FollowContact[]>>;
  /** Channels that are up, of any number of endpoints in one look. */
  channelsOf(endpoints: readonly string[]): Promise<readonly { endpoint: string }[]>;
  notify(order: { endpoint: string; event: string }): Promise<void>;
}

/** What is registered and what is in a call, of one PBX, at one moment. */
export interface Presence {
  contacts: ReadonlyMap<string, readonly FollowContact[]>;
  busy: ReadonlySet<string>;
}

/** From here on one read of all contacts costs less than one of each. */
const MANY = 20;

export async function presenceOf(pbx: FollowPbx, endpoints: readonly string[]): Promise<Presence> {
  if (endpoints.length === 0) return { contacts: new Map(), busy: new Set() };
  const contacts =
    endpoints.length < MANY
      ? new Map(await Promise.all(endpoints.map(async (one) => [one, await pbx.contactsOf(one)] as const)))
      : await pbx.allContacts();
  const channels = await pbx.channelsOf(endpoints);
  return { contacts, busy: new Set(channels.map(({ endpoint }) => endpoint)) };
}

/** Changes with every registration: a phone that registers again gets a later expiry. */
export function contactKeys(contacts: readonly FollowContact[] | undefined): string[] {
  return (contacts ?? []).map(({ uri, expiresAt }) => `${expiresAt} ${uri}`);
}
