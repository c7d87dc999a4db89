import t from 'tap';
import { onKey } from '../../src/cli/live/follow.ts';
import { renderOnce, renderScreen, type Style } from '../../src/cli/live/render.ts';
import { Recent, type View } from '../../src/cli/live/view.ts';
import { sinceOf, ticking } from '../../src/cli/live/words.ts';
import { table } from '../../src/cli/table.ts';
import { cut, fit, inert, widthOf } from '../../src/cli/text-width.ts';
import { callItem, pbxItem, registrationItem } from '../support/feed-items.ts';

const NOW = Date.parse('2026-01-31T09:02:05.400Z');
const plain: Style = (_, text) => text;
const byId = <T extends { id: string }>(...items: T[]) => new Map(items.map((item) => [item.id, item]));

function viewOf(more: Partial<View> = {}): View {
  return {
    calls: byId(callItem()),
    registrations: byId(registrationItem()),
    pbxes: byId(pbxItem()),
    ended: new Map(),
    news: [],
    away: undefined,
    companyOf: () => 'acme',
    tab: 'calls',
    filter: '',
    isTyping: false,
    ...more,
  };
}

const screen = (view: View, width = 100, height = 20) => renderScreen(view, { width, height }, NOW, plain);

t.test('the columns that text takes', async (t) => {
  const widths: [string, number][] = [
    ['', 0],
    ['Anna', 4],
    ['Zoë', 3],
    ['Zoe\u0308', 3],
    ['山田太郎', 8],
    ['ｶﾀｶﾅ', 4],
    ['한국', 4],
    ['☎️', 2],
    ['👩‍👩‍👧', 2],
    ['👍🏽', 2],
    ['\u200b', 0],
  ];
  for (const [text, width] of widths) t.equal(widthOf(text), width, JSON.stringify(text));
  t.equal(cut('Anna Berg', 6), 'Anna …');
  t.equal(cut('山田太郎', 6), '山田…', 'a wide character is never halved');
  t.equal(fit('山田太郎', 6), '山田… ');
  t.equal(fit('Anna', 6), 'Anna  ');
  t.equal(cut('Anna', 0), '');
});

t.test('what a terminal would obey is shown, not obeyed', async (t) => {
  t.equal(inert('\u001b[2Jx\r\n\u009b\u202e'), '\\u001b[2Jx\\u000d\\u000a\\u009b\\u202e');
  const hostile = '\u001b]0;owned\u0007\u202eresu';
  const view = viewOf({
    calls: byId(callItem({ from: { number: '1', name: hostile, extensionId: null } })),
    registrations: byId(registrationItem({ name: hostile })),
    pbxes: byId(pbxItem({ name: hostile })),
    away: hostile,
    news: [hostile],
    filter: '',
    companyOf: () => hostile,
  });
  for (const tab of ['calls', 'registrations'] as const) {
    t.notMatch(screen({ ...view, tab }).join('\n'), /[\u0000-\u0009\u000b-\u001f\u0080-\u009f\u202e]/);
  }
  t.notMatch(renderOnce(view, NOW), /[\u0000-\u0009\u000b-\u001f\u0080-\u009f\u202e]/);
});

t.test('tables of other commands keep their columns with wide characters', async (t) => {
  t.equal(
    table(
      ['name', 'x'],
      [
        ['山田', '1'],
        ['Anna B', '2'],
      ],
    ),
    'NAME    X\n山田    1\nAnna B  2',
  );
});

t.test('a call is shown with its state, parties and extension', async (t) => {
  const lines = screen(viewOf());
  t.equal(lines.length, 20);
  t.match(lines[0], /^linekeeper live {2}1 call {2}1 registered {2}\d\d:\d\d:\d\d/);
  t.match(lines[1], /^main: in-sync\s*$/);
  t.match(lines[3], /^STATE +SINCE +FROM +TO +EXTENSION +REMARK$/);
  t.match(lines[4], /^ringing {2}2:05 +\+4930123456 Anna B.* 1001 Reception +acme 1001/);
  t.match(lines.at(-1), /1 calls {2}2 registrations .* q quit/);
});

t.test('every line fits, whatever the terminal and the names', async (t) => {
  const wide = callItem({ id: '2', from: { number: null, name: '山田太郎'.repeat(30), extensionId: null } });
  const view = viewOf({
    calls: byId(callItem(), wide),
    news: ['山'.repeat(200)],
    pbxes: byId(pbxItem({ reason: 'x'.repeat(500) })),
  });
  for (const tab of ['calls', 'registrations'] as const) {
    for (const width of [20, 40, 81, 200]) {
      for (const height of [3, 8, 15, 60]) {
        const lines = screen({ ...view, tab }, width, height);
        t.equal(lines.length, height);
        // Fixed columns need 36; a narrower terminal cuts what is behind them.
        if (width >= 40)
          t.ok(
            lines.every((line) => widthOf(line) <= width),
            `${tab} ${width}x${height}`,
          );
      }
    }
  }
});

t.test('many calls are cut to the room, the newest first, and the rest is counted', async (t) => {
  const calls = Array.from({ length: 50 }, (_, i) =>
    callItem({
      id: `${i}`,
      startedAt: new Date(NOW - i * 1000).toISOString(),
      from: { number: `${i}`, name: null, extensionId: null },
    }),
  );
  const lines = screen(viewOf({ calls: byId(...calls.reverse()) }), 100, 20);
  const rows = lines.filter((line) => line.startsWith('ringing'));
  t.match(rows[0], / 0 /);
  t.match(
    lines.find((line) => line.startsWith('...')),
    `... and ${50 - rows.length} more`,
  );
});

t.test('the filter looks into all columns, and says when nothing is left', async (t) => {
  const other = callItem({ id: '2', from: { number: '2000', name: 'Ben', extensionId: null } });
  const view = viewOf({ calls: byId(callItem(), other) });
  const shown = screen({ ...view, filter: 'anna' }).filter((line) => line.startsWith('ringing'));
  t.equal(shown.length, 1);
  t.match(screen({ ...view, filter: 'anna', isTyping: true }).at(-1), /^\/anna_/);
  t.match(screen({ ...view, filter: 'nobody' }).join('\n'), /nothing holds this text/);
});

t.test('states that deserve attention are said in words', async (t) => {
  const away = pbxItem({ state: 'offline', reason: 'connection refused', pending: 3, failed: 1 });
  t.match(screen(viewOf({ pbxes: byId(away) }))[1], /main: offline, 3 pending, 1 failed \(connection refused\)/);
  t.match(screen(viewOf({ away: 'HTTP 502' }))[0], /NOT CONNECTED: HTTP 502/);
  const ofCompany = pbxItem({ id: 'pbx/acme', companyId: 'acme' });
  t.equal(screen(viewOf({ pbxes: byId(ofCompany) }))[1]?.trim(), 'main: in-sync');
  const transferred = callItem({
    ...{ state: 'held', answeredAt: '2026-01-31T09:01:00.000Z', forwardedBy: ['1003'], isUncertain: true },
    transfer: { kind: 'blind', by: '1001', to: '1002', at: '2026-01-31T09:01:30.000Z' },
  });
  t.match(screen(viewOf({ calls: byId(transferred) }), 220)[4], /forwarded by 1003, transferred to 1002, uncertain/);
  const nobody = registrationItem({ contacts: [], since: null, deviceState: 'unavailable' });
  t.match(
    screen(viewOf({ registrations: byId(nobody), tab: 'registrations' }), 120)[4],
    /acme 1001 .* unavailable .* nobody/,
  );
});

t.test('since when a call is in its state', async (t) => {
  const [a, b, c] = ['2026-01-31T09:00:10.000Z', '2026-01-31T09:00:20.000Z', '2026-01-31T09:00:30.000Z'] as const;
  t.equal(sinceOf(callItem({ state: 'dialing' })), callItem().startedAt);
  t.equal(sinceOf(callItem({ ringingAt: a })), a);
  t.equal(sinceOf(callItem({ state: 'answered', answeredAt: b })), b);
  t.equal(sinceOf(callItem({ state: 'ended', endedAt: c })), c);
  const leg = {
    channel: 'x',
    role: 'callee' as const,
    endpoint: null,
    extensionId: null,
    number: null,
    name: null,
    bridge: null,
  };
  const parties = [
    { ...leg, state: 'held' as const, since: c },
    { ...leg, state: 'up' as const, since: a },
  ];
  t.equal(sinceOf(callItem({ state: 'held', answeredAt: b, parties })), c);
  t.equal(ticking('2026-01-31T09:02:05.000Z', NOW), '0:00');
  t.equal(ticking('2026-01-31T07:00:00.000Z', NOW), '2:02:05');
  t.equal(ticking('2026-01-31T10:00:00.000Z', NOW), '0:00', 'a clock that is ahead does not count backwards');
});

t.test('a call that ended stays in sight for a moment', async (t) => {
  const recent = new Recent();
  const at = '2026-01-31T09:02:00.000Z';
  const ended = callItem({ state: 'ended', endedAt: at, disposition: 'no_answer' });
  recent.ofCalls(
    [
      { seq: 1, at, op: 'set', id: ended.id, item: ended },
      { seq: 2, at, op: 'remove', id: ended.id },
    ],
    NOW,
  );
  t.match(screen(viewOf({ calls: new Map(), ended: recent.ended }), 120)[4], /^ended .*no answer/);
  recent.forget(NOW + 6000);
  t.equal(recent.ended.size, 0);
});

t.test('phones that come and go are told, and what was not heard', async (t) => {
  const recent = new Recent();
  const at = '2026-01-31T09:02:00.000Z';
  const item = registrationItem();
  recent.startRegistrations(byId(item));
  const set = (more: object) => ({ seq: 1, at, op: 'set' as const, id: item.id, item: registrationItem(more) });
  recent.ofRegistrations([set({ deviceState: 'inuse' })]);
  t.same(recent.news, [], 'a state of the device is no news of its phones');
  recent.ofRegistrations([set({ contacts: [] }), set({})]);
  t.match(recent.news[1], /^\d\d:\d\d:\d\d 1001 Reception is not registered any more$/);
  t.match(recent.news[0], /1001 Reception at 10\.0\.0\.3:5060 \(Yealink SIP-T46U\)$/);
  recent.ofCalls([{ seq: 2, at, op: 'gap', pbxId: 'pbx', from: at, until: at, reason: 'connection reset' }], NOW);
  t.match(recent.news[0], /not heard from .* until .*: connection reset/);
});

t.test('keys', async (t) => {
  const shown = { tab: 'calls' as View['tab'], filter: '', isTyping: false };
  const press = (name: string, text = name) => onKey(shown, name, text);
  press('tab', '\t');
  t.equal(shown.tab, 'registrations');
  press('1');
  t.equal(shown.tab, 'calls');
  press('2');
  t.equal(shown.tab, 'registrations');
  press('', '/');
  for (const letter of ['q', '1', 'ü', '山']) press(letter);
  press('backspace', '\u007f');
  t.match(shown, { filter: 'q1ü', isTyping: true }, 'q ends nothing while it is typed');
  press('return', '\r');
  t.match(shown, { filter: 'q1ü', isTyping: false });
  press('escape', '\u001b');
  t.equal(shown.filter, '');
  t.notOk(press('q'));
});
