import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { createTestApp } from '../support/app.ts';
import { listen, liveCall } from '../support/feed.ts';

const READERS = 900;
const DEAF = 100;

interface Report {
  ready?: number;
  seqs: number[];
  events: number[];
  holes: number;
}

t.test('a thousand clients, a hundred of which never read', async (t) => {
  const limits = { maxConnectionsPerLogin: 2000, clientBufferBytes: 65_536 };
  const api = await createTestApp(t, { feedLimits: limits });
  const url = await listen(api.app);
  const token = await api.token(['calls:read']);
  const path = fileURLToPath(new URL('../support/feed-clients-child.ts', import.meta.url));
  const child = fork(path, [url, token, String(READERS), String(DEAF)], {
    execArgv: ['--import=./scripts/typescript.mjs'],
  });
  t.teardown(() => child.kill());
  const told = () => new Promise<Report>((resolve) => child.once('message', (message) => resolve(message as Report)));
  const report = async () => {
    const answer = told();
    child.send('report');
    return answer;
  };
  t.match(await told(), { ready: READERS + DEAF });
  t.equal(api.feed.stats().connections, READERS + DEAF);

  const name = 'x'.repeat(1000);
  let events = 0;
  const tell = () => {
    const item = liveCall(`${events % 50}`, null, { to: { number: String(events), name, extensionId: null } });
    api.feed.topics.calls.set(item.id, item, { companyId: null });
    events++;
  };
  // A busy feed, until the buffers of kernel and daemon are full for those who do not read.
  while (api.feed.stats().cut < DEAF && events < 20_000) {
    for (let n = 0; n < 5; n++) tell();
    await new Promise((resolve) => setImmediate(resolve));
    // What the readers have not got yet must not be held against them: they are as many processes on one machine.
    if (events % 100 === 0)
      while ((await report()).seqs.some((seq) => seq < events)) await new Promise((r) => setTimeout(r, 10));
  }
  t.equal(api.feed.stats().cut, DEAF, 'those who do not read are cut off');
  t.equal(api.feed.stats().connections, READERS, 'and nobody else');
  while ((await report()).seqs.some((seq) => seq < events)) await new Promise((resolve) => setTimeout(resolve, 10));
  t.match(await report(), { seqs: [events], events: [events], holes: 0 }, 'all others got every event, in order');
});
