import t, { type Test } from 'tap';
import type { LiveCall } from '../../src/domain/feed/call.ts';
import type { FeedEvent } from '../../src/domain/feed/protocol.ts';
import { createFeedClient, type FeedClient, nodeSocket, type Subscribed } from '../../src/feed-client/index.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { listen, liveCall } from '../support/feed.ts';

const RETRY = { first: 5, most: 50 };

/** Until it is so; the state is ours and changes by itself. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const end = performance.now() + 20_000; !isSo(); await new Promise((resolve) => setTimeout(resolve, 5))) {
    if (performance.now() > end) throw new Error(`never: ${what}`);
  }
}

async function open(t: Test, options: Parameters<typeof createTestApp>[1] = {}) {
  const api = await createTestApp(t, options);
  const url = await listen(api.app);
  const token = await api.token(['calls:read', 'activity:read']);
  const states: string[] = [];
  const client = createFeedClient({
    open: nodeSocket({ url, token }),
    retry: RETRY,
    onState: (state) => states.push(state),
  });
  t.teardown(() => client.close());
  return { api, url, token, client, states };
}

/** What the daemon holds. */
function present(items: Iterable<LiveCall>): string[] {
  return [...items].map(({ id, state }) => `${id} ${state}`).sort();
}

/** A deterministic stream of numbers from 0 to 1 (mulberry32). */
function chance(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let n = Math.imul(a ^ (a >>> 15), 1 | a);
    n = (n + Math.imul(n ^ (n >>> 7), 61 | n)) ^ n;
    return ((n ^ (n >>> 14)) >>> 0) / 2 ** 32;
  };
}

for (const [what, keepEvents] of [
  ['resumes', 10_000],
  ['is told of gaps', 100],
] as const) {
  t.test(`a client that is cut off again and again ${what} and never has a hole`, async (t) => {
    const { api, client } = await open(t, { feedLimits: { keepEvents } });
    const { calls } = api.feed.topics;
    const truth = new Map<string, LiveCall>();
    const seen: number[] = [];
    let gaps = 0;
    let snapshots = 0;
    const subscribed: Subscribed<'calls'> = client.subscribe('calls', {
      onEvents: (events: readonly FeedEvent[]) => void seen.push(...events.map(({ seq }) => seq)),
      onSnapshot: () => {
        snapshots++;
        seen.length = 0;
      },
      onGap: () => void gaps++,
    });
    await until('a snapshot', () => snapshots === 1);
    const random = chance(keepEvents);
    for (let round = 0; round < 60; round++) {
      if (round === 30) {
        client.reconnect();
        for (let n = 0; n < 200; n++)
          calls.set('busy', liveCall('busy', null, { hangupCause: n }), { companyId: null });
        calls.remove('busy');
      }
      for (let n = Math.floor(random() * 60); n > 0; n--) {
        const id = `${Math.floor(random() * 40)}`;
        if (random() < 0.3) {
          truth.delete(id);
          calls.remove(id);
        } else {
          const item = liveCall(id, null, {
            state: (['dialing', 'ringing', 'held'] as const)[Math.floor(random() * 3)]!,
          });
          truth.set(id, item);
          calls.set(id, item, { companyId: null });
        }
      }
      if (random() < 0.4) client.reconnect();
      await new Promise((resolve) => setTimeout(resolve, random() * 20));
    }
    calls.set('end', liveCall('end', null), { companyId: null });
    truth.set('end', liveCall('end', null));
    await until('the end', () => subscribed.items.has('end'));
    t.same(present(subscribed.items.values()), present(truth.values()), 'what it holds is what is so');
    t.ok(
      seen.every((seq, at) => at === 0 || seq === seen[at - 1]! + 1),
      'every number once, in order',
    );
    if (keepEvents === 10_000) t.match({ gaps, snapshots }, { gaps: 0, snapshots: 1 }, 'without a gap');
    else t.ok(gaps > 0 && snapshots > 1, 'with gaps, and a snapshot behind them');
  });
}

t.test('a restarted daemon is a gap, never a silent hole', async (t) => {
  let { api, client, states } = await open(t);
  const port = Number(new URL(await listen(api.app)).port);
  let gap = '';
  const subscribed = client.subscribe('calls', { onGap: (reason) => (gap = reason) });
  api.feed.topics.calls.set('1', liveCall('1', null), { companyId: null });
  await until('the call', () => subscribed.items.has('1'));
  api = (await api.restart()) as TestApp;
  await until('the client to notice', () => states.at(-1) !== 'open');
  api.feed.topics.calls.set('2', liveCall('2', null), { companyId: null });
  await api.app.listen({ host: '127.0.0.1', port });
  await until('the new call', () => subscribed.items.has('2'));
  t.equal(gap, 'restarted');
  t.notOk(subscribed.items.has('1'), 'what the former one knew is gone');
});

t.test('a client whose login ended does not come back', async (t) => {
  const { api, client, states } = await open(t);
  await until('the connection', () => states.at(-1) === 'open');
  await api.db.write((tx) => tx.apiToken.deleteMany({ where: { name: { not: 'test-1' } } }));
  await until('the end', () => states.at(-1) === 'refused');
  client.reconnect();
  t.equal(states.at(-1), 'refused');
  const never: string[] = [];
  const stranger: FeedClient = createFeedClient({
    open: nodeSocket({ url: await listen(api.app), token: 'lk_unknown' }),
    retry: RETRY,
    onState: (state) => never.push(state),
  });
  t.teardown(() => stranger.close());
  await until('the refusal', () => never.at(-1) === 'refused');
  t.same(never, ['connecting', 'refused']);
});

t.test('a subscription that is refused says why', async (t) => {
  const { client } = await open(t);
  let refused = '';
  client.subscribe('sessions', { onRefused: ({ code }) => (refused = code) });
  await until('the refusal', () => refused !== '');
  t.equal(refused, 'FORBIDDEN');
});
