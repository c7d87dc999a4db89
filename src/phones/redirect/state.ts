import type { Tx } from '../../store/database.ts';

export const REDIRECT_STATES = [
  'not_listed',
  'waiting',
  'listed',
  'failed',
  'removed',
  'contacted',
  'fetched',
  'registered',
] as const;
export type RedirectState = (typeof REDIRECT_STATES)[number];

export interface RedirectView {
  state: RedirectState;
  wanted: 'list' | 'remove' | null;
  account: { id: string; name: string; service: string } | null;
  attempts: number;
  nextAttemptAt: string | null;
  error: string | null;
  updatedAt: string | null;
}

const NOT_LISTED: RedirectView = {
  state: 'not_listed',
  wanted: null,
  account: null,
  attempts: 0,
  nextAttemptAt: null,
  error: null,
  updatedAt: null,
};

/** How far a phone has come by way of a redirect service. Listed is what the service says; the rest the phone did, since then. */
export async function redirectOf(
  reader: Pick<Tx, 'redirectEntry' | 'deviceSeen'>,
  deviceId: string,
): Promise<RedirectView> {
  const entry = await reader.redirectEntry.findUnique({ where: { deviceId }, include: { account: true } });
  if (entry === null) return NOT_LISTED;
  const seen = await reader.deviceSeen.findUnique({ where: { deviceId } });
  const { account } = entry;
  const since = entry.updatedAt.getTime();
  const isAfter = (at: Date | null | undefined) => at != null && at.getTime() >= since;
  let state = entry.state as RedirectState;
  if (state === 'listed') {
    if (isAfter(seen?.registeredAt)) state = 'registered';
    else if (isAfter(seen?.fetchedAt)) state = 'fetched';
    else if (isAfter(seen?.stage1At)) state = 'contacted';
  }
  return {
    state,
    wanted: entry.wanted as 'list' | 'remove',
    account: { id: account.id, name: account.name, service: account.service },
    attempts: entry.attempts,
    nextAttemptAt: entry.state === 'waiting' ? entry.nextAttemptAt.toISOString() : null,
    error: entry.error,
    updatedAt: entry.updatedAt.toISOString(),
  };
}
