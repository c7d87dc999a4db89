import type { ReadStream, WriteStream } from 'node:tty';
import type { Connection, LiveQuery } from './connect.ts';
import { renderScreen, type Style } from './render.ts';
import { openScreen } from './screen.ts';
import { Recent, type View } from './view.ts';

export interface FollowOptions {
  input: ReadStream;
  output: WriteStream;
  style: Style;
  companyOf(id: string): string;
  query: LiveQuery;
  /** Connects; `onState` hears why nothing comes, or undefined. */
  connect(onState: (away: string | undefined) => void): Connection;
}

/** Calls and registrations on the whole terminal, until somebody has seen enough. */
export async function follow({ input, output, style, companyOf, query, connect }: FollowOptions): Promise<void> {
  const recent = new Recent();
  const shown = { away: 'connecting' as string | undefined, tab: 'calls' as View['tab'], filter: '', isTyping: false };
  let end!: () => void;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const connection = connect((away) => {
    shown.away = away;
    screen.redraw();
  });
  const { feed, refuse } = connection;
  const redraw = () => screen.redraw();
  const calls = feed.subscribe('calls', {
    ...query,
    onSnapshot: redraw,
    onEvents(events) {
      recent.ofCalls(events, Date.now());
      redraw();
    },
    onRefused: refuse,
  });
  const registrations = feed.subscribe('registrations', {
    ...query,
    onSnapshot(items) {
      recent.startRegistrations(items);
      redraw();
    },
    onEvents(events) {
      recent.ofRegistrations(events);
      redraw();
    },
    onRefused: refuse,
  });
  // No filter: PBXs have no extensions. Whoever may not see them does without.
  const { companyId } = query;
  const pbxes = feed.subscribe('sync', {
    ...(companyId === undefined ? {} : { companyId }),
    onSnapshot: redraw,
    onEvents: redraw,
  });
  const screen = openScreen({
    input,
    output,
    draw(size) {
      const now = Date.now();
      recent.forget(now);
      const items = { calls: calls.items, registrations: registrations.items, pbxes: pbxes.items };
      return renderScreen({ ...shown, ...items, ended: recent.ended, news: recent.news, companyOf }, size, now, style);
    },
    onKey: (name, text) => {
      if (!onKey(shown, name, text)) end();
    },
    onEnd: end,
  });
  try {
    await Promise.race([ended, connection.failed]);
  } finally {
    screen.close();
    feed.close();
  }
}

/** False: it is over. */
export function onKey(shown: Pick<View, 'tab' | 'filter' | 'isTyping'>, name: string, text: string): boolean {
  if (shown.isTyping) {
    if (name === 'return' || name === 'enter') shown.isTyping = false;
    else if (name === 'escape') Object.assign(shown, { isTyping: false, filter: '' });
    else if (name === 'backspace') shown.filter = [...shown.filter].slice(0, -1).join('');
    else if (/^[^\p{Cc}]+$/u.test(text)) shown.filter += text;
    return true;
  }
  if (name === 'q') return false;
  if (text === '1') shown.tab = 'calls';
  else if (text === '2') shown.tab = 'registrations';
  else if (name === 'tab') shown.tab = shown.tab === 'calls' ? 'registrations' : 'calls';
  else if (text === '/') shown.isTyping = true;
  else if (name === 'escape') shown.filter = '';
  return true;
}
