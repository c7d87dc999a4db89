import type { LiveCall } from '../../feed-client/index.ts';

/** The time of day here. */
export function clock(time: string | number): string {
  return new Date(time).toTimeString().slice(0, 8);
}

/** 0:07, 12:31, 1:02:05; clocks that differ a little do not count backwards. */
export function ticking(since: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return hours === 0 ? `${minutes}:${two(seconds % 60)}` : `${hours}:${two(minutes)}:${two(seconds % 60)}`;
}

/** Since when a call is in its state. */
export function sinceOf(call: LiveCall): string {
  const { state, startedAt, ringingAt, answeredAt, endedAt, parties } = call;
  if (state === 'ended') return endedAt ?? startedAt;
  if (state === 'ringing') return ringingAt ?? startedAt;
  if (state === 'dialing') return startedAt;
  const held = parties.filter((party) => party.state === 'held').map((party) => party.since);
  return (state === 'held' ? held.sort().at(-1) : undefined) ?? answeredAt ?? startedAt;
}

/** `1001 Anna Berg`; who shows nothing is `anonymous`. */
export function partyOf({ number, name }: { number: string | null; name: string | null }): string {
  const text = [number ?? '', name === number ? '' : (name ?? '')].join(' ').trim();
  return text === '' ? 'anonymous' : text;
}

/** How it ended, and what happened on the way. */
export function remarkOf(call: LiveCall): string {
  const { application, transfer, forwardedBy, disposition, isUncertain } = call;
  const remarks = [
    disposition === null || disposition === 'answered' ? '' : disposition.replace('_', ' '),
    application === null || application === 'other' ? '' : application,
    forwardedBy.length === 0 ? '' : `forwarded by ${forwardedBy.join(', ')}`,
    transfer === null ? '' : `transferred to ${transfer.to ?? '?'}`,
    isUncertain ? 'uncertain' : '',
  ];
  return remarks.filter((one) => one !== '').join(', ');
}
