import type { FeedFilter, ServerFrame } from '../../domain/feed/protocol.ts';
import { type LoggedEvent, numberIn } from './event-log.ts';
import { type Audience, passes } from './item-scope.ts';

/** A frame whose parts are JSON already: an item is put into text once, however many clients get it. */
export function snapshotFrame(
  { stream, epoch, seq, part, isLast }: { stream: string; epoch: string; seq: number; part: number; isLast: boolean },
  items: readonly string[],
): string {
  const head = JSON.stringify({ type: 'snapshot', stream, epoch, seq, part, isLast });
  return `${head.slice(0, -1)},"items":[${items.join(',')}]}`;
}

export function eventsFrame(stream: string, after: number, seq: number, events: readonly string[]): string {
  return `{"type":"events","stream":${JSON.stringify(stream)},"after":${after},"seq":${seq},"events":[${events.join(',')}]}`;
}

export function frameOf(frame: ServerFrame): string {
  return JSON.stringify(frame);
}

/** An event as one subscription is told it; undefined: it is none of its business. */
export function eventText(event: LoggedEvent, audience: Audience, filter: FeedFilter | undefined): string | undefined {
  const seq = numberIn(event, audience);
  if (seq === undefined) return undefined;
  const { id, json, gap } = event;
  const at = new Date(event.at).toISOString();
  if (gap !== undefined) {
    const { pbxId, reason } = gap;
    const from = new Date(gap.from).toISOString();
    const until = new Date(gap.until).toISOString();
    return JSON.stringify({ seq, at, op: 'gap', pbxId, from, until, reason });
  }
  if (json !== undefined && event.scope !== undefined && passes(audience, filter, event.scope)) {
    return `{"seq":${seq},"at":"${at}","op":"set","id":${JSON.stringify(id)},"item":${json}}`;
  }
  if (event.before === undefined || !passes(audience, filter, event.before)) return undefined;
  return JSON.stringify({ seq, at, op: 'remove', id });
}
