import t, { type Test } from 'tap';
import type { LiveCall } from '../../src/domain/feed/call.ts';
import { createHistory, type HistorySource } from '../../src/live/history/create-history.ts';
import { forgetBuckets, readBuckets } from '../../src/store/live-buckets.ts';
import { setupLines } from '../support/lines.ts';

const HOUR = Date.parse('2026-03-01T10:00:00Z');
const MINUTE = 60_000;
const SILENT = { error() {} };

type Listener = (call: LiveCall) => void;

/** One PBX whose figures the test sets. */
function source() {
  const began = new Set<Listener>();
  const ended = new Set<Listener>();
  const on = (listeners: Set<Listener>) => (listener: Listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const self = {
    isHeard: true,
    calls: new Map<string, number>(),
    registered: new Map<string, number>(),
    extensions: new Set<string>(),
    tell(which: 'began' | 'ended', call: Partial<LiveCall>) {
      const party = { number: null, name: null, extensionId: null };
      const whole = { companyId: 'acme', answeredAt: null, from: party, to: party, ...call } as LiveCall;
      for (const listener of which === 'began' ? began : ended) listener(whole);
    },
  };
  const asSource: HistorySource = {
    pbxId: 'pbx',
    isHeard: () => self.isHeard,
    calls: { counts: () => self.calls, onBegan: on(began), onEnded: on(ended) },
    registrations: { counts: () => self.registered, extensionIds: () => self.extensions },
  };
  return { self, asSource };
}

async function setup(t: Test) {
  const lines = await setupLines(t);
  const clock = { now: HOUR };
  const history = createHistory({ db: lines.db, log: SILENT, now: () => clock.now });
  t.teardown(() => history.stop());
  const { self, asSource } = source();
  history.add(asSource);
  const points = (companyId: string | undefined, seconds: 60 | 3600) =>
    readBuckets(lines.db.read, { companyId, seconds, from: HOUR, to: HOUR + 24 * 60 * MINUTE });
  /** So many seconds pass, looked at every five. */
  const pass = (seconds: number) => {
    for (let i = 0; i < seconds; i += 5) {
      clock.now += 5000;
      history.sample();
    }
  };
  return { ...lines, clock, history, pbx: self, asSource, points, pass };
}

t.test('the most at one time, what began and what was answered, per company and together', async (t) => {
  const { history, pbx, points, pass } = await setup(t);
  pbx.registered = new Map([
    ['acme', 3],
    ['beta', 1],
  ]);
  pbx.calls = new Map([
    ['acme', 2],
    ['beta', 1],
  ]);
  pbx.tell('began', {});
  pbx.tell('began', { companyId: 'beta' });
  pbx.tell('began', { companyId: null });
  pass(30);
  pbx.calls = new Map([['acme', 1]]);
  pbx.tell('ended', { answeredAt: '2026-03-01T10:00:10.000Z' });
  pass(25);
  await history.flush();
  const minute = { at: HOUR, callsMax: 2, calls: 1, answered: 1, registered: 3, heard: 55 };
  t.same(await points('acme', 60), [minute]);
  t.same(await points('acme', 3600), [minute]);
  t.same(await points(undefined, 60), [{ at: HOUR, callsMax: 3, calls: 3, answered: 1, registered: 4, heard: 55 }]);
  t.same(history.totals().get('pbx'), { calls: 3, answered: 1 });
});

t.test('a minute that was begun before a restart goes on, and hours are made of minutes', async (t) => {
  const { db, clock, history, pbx, asSource, points, pass } = await setup(t);
  pbx.calls = new Map([['acme', 5]]);
  pbx.tell('began', {});
  pass(20);
  await history.stop();
  const second = createHistory({ db, log: SILENT, now: () => clock.now });
  t.teardown(() => second.stop());
  second.add(asSource);
  pbx.calls = new Map([['acme', 2]]);
  pbx.tell('began', {});
  clock.now += 5000;
  second.sample();
  await second.flush();
  t.match(await points('acme', 60), [{ at: HOUR, callsMax: 5 }]);
  clock.now = HOUR + 3 * MINUTE;
  pbx.tell('began', {});
  second.sample();
  await second.flush();
  const [hour, ...more] = await points('acme', 3600);
  t.same(more, []);
  t.match(hour, { at: HOUR, callsMax: 5 });
  const minutes = await points('acme', 60);
  t.equal(
    hour?.calls,
    minutes.reduce((sum, { calls }) => sum + calls, 0),
  );
  t.equal(
    hour?.heard,
    minutes.reduce((sum, { heard }) => sum + heard, 0),
  );
});

t.test('while nobody listens there is no point, and a company in silence has zeros', async (t) => {
  const { clock, history, pbx, points, pass } = await setup(t);
  pass(55);
  await history.flush();
  t.match(await points('beta', 60), [{ at: HOUR, callsMax: 0, calls: 0, registered: 0, heard: 55 }]);
  pbx.isHeard = false;
  pass(65);
  pbx.isHeard = true;
  clock.now = HOUR + 3 * MINUTE;
  pass(10);
  await history.flush();
  t.same(
    (await points('beta', 60)).map(({ at }) => (at - HOUR) / MINUTE),
    [0, 3],
    'nothing of the minutes between',
  );
});

t.test('who called and who was registered is noted, and the latest stands', async (t) => {
  const { db, apply, clock, history, pbx, extension } = await setup(t);
  await apply([{ number: '1001' }, { number: '1002' }]);
  const [one, two] = [await extension('1001'), await extension('1002')];
  const party = { number: null, name: null };
  pbx.extensions = new Set([two!.id, 'gone']);
  pbx.tell('ended', { from: { ...party, extensionId: one!.id }, to: { ...party, extensionId: 'gone' } });
  await history.flush();
  const calledAt = clock.now;
  clock.now += MINUTE;
  await history.flush();
  const rows = await db.read.extensionSeen.findMany({ orderBy: { lastCallAt: 'desc' } });
  t.same(
    rows.map((row) => [row.extensionId, row.lastCallAt?.getTime(), row.lastRegisteredAt?.getTime()]).sort(),
    [
      [one!.id, calledAt, undefined],
      [two!.id, undefined, calledAt + MINUTE],
    ].sort(),
  );
});

t.test('what was kept long enough goes, minutes before hours', async (t) => {
  const { db, history, points, pass } = await setup(t);
  pass(65);
  await history.flush();
  await db.note((tx) => forgetBuckets(tx, HOUR + MINUTE, HOUR));
  t.equal((await points(undefined, 60)).length, 1);
  t.equal((await points(undefined, 3600)).length, 1);
  await db.note((tx) => forgetBuckets(tx, HOUR + 60 * MINUTE, HOUR + 60 * MINUTE));
  t.equal((await points(undefined, 60)).length, 0);
  t.equal((await points(undefined, 3600)).length, 0);
});
