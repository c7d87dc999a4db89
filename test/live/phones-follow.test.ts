import t from 'tap';
import { until } from '../support/asterisk.ts';
import { seenOf } from '../support/devices.ts';
import { startFollowWorld } from '../support/follow-world.ts';
import { createPhones } from '../support/sipp.ts';

const world = await startFollowWorld(t);
const { core, db, follower, phone, fetch, register, settled, label } = world;
const sipp = createPhones(t, world.pbx.sipPort);
const ann = await phone();
const bob = await phone({ vendor: 'grandstream' });

t.test(
  'complaint 18: a changed phone is told by itself, and followed until it has fetched and is registered',
  async (t) => {
    await label(ann.id, 'Reception');
    t.match(await settled(ann.id, 'sent'), { followRevision: 2, followAttempts: 1 });
    await until(() => ann.sip.notified().length > 0, 'the NOTIFY');
    t.same(ann.sip.notified(), ['check-sync;reboot=false']);
    t.equal(ann.sip.requests.at(-1)?.headers['subscription-state'], 'terminated');
    await fetch(ann.id);
    const seen = await settled(ann.id, 'registered');
    t.match(seen, { followReason: null, fetchedRevision: 2, wantedRevision: 2, followAt: null });
    t.ok(seen.registeredAt);
  },
);

t.test('complaint 23: no other phone hears of it', async (t) => {
  const other = await phone();
  await label(other.id, 'Kitchen');
  await until(() => other.sip.notified().length > 0, 'the NOTIFY');
  t.same(bob.sip.notified(), []);
  t.equal(ann.sip.notified().length, 1);
});

t.test('complaint 9: each vendor is told in its own words', async (t) => {
  t.equal(await follower.notify([bob.id], 'resync'), 1);
  await until(() => bob.sip.notified().length > 0, 'the NOTIFY');
  t.same(bob.sip.notified(), ['resync']);
  await fetch(bob.id);
  await settled(bob.id, 'registered');
});

t.test('complaint 10: told to reboot is not done; done is fetched and registered anew', async (t) => {
  await follower.notify([ann.id], 'reboot');
  await until(() => ann.sip.notified().at(-1) === 'check-sync;reboot=true', 'the NOTIFY');
  t.match(await settled(ann.id, 'sent'), { followKind: 'reboot' });
  await fetch(ann.id);
  await settled(ann.id, 'fetched');
  await register(ann);
  await settled(ann.id, 'registered');
});

t.test(
  'complaint 10: a phone that takes the NOTIFY and does nothing is told again, and then said to be silent',
  async (t) => {
    const deaf = await phone();
    await label(deaf.id, 'Cellar');
    const seen = await settled(deaf.id, 'timeout');
    t.match(seen.followReason, /told 3 times, it did not fetch within 3 s/);
    t.equal(deaf.sip.notified().length, 3);
    await fetch(deaf.id);
    await settled(deaf.id, 'registered');
  },
);

t.test('not during a call: it is told when the call is over', async (t) => {
  const caller = await phone();
  const secret = (await fetch(caller.id)).lines[0]?.secret as string;
  await settled(caller.id, 'registered');
  const call = sipp.call({ user: caller.endpoint, secret, to: '*43', hold: 60_000 });
  t.equal(await call.status(), 200);
  await label(caller.id, 'Lobby');
  t.match(await settled(caller.id, 'postponed'), { followReason: 'it is in a call', followAttempts: 0 });
  t.same(caller.sip.notified(), []);
  await call.end();
  await core.connection(world.pbxId).connection.port.endCalls([caller.endpoint]);
  await until(() => caller.sip.notified().length > 0, 'the NOTIFY');
  await fetch(caller.id);
  await settled(caller.id, 'registered');
});

t.test('a phone that is not registered cannot be told, says so, and is done when it fetches by itself', async (t) => {
  const away = await phone();
  t.equal(
    await away.sip.register({ user: away.endpoint, secret: (await fetch(away.id)).lines[0]?.secret as string }, 0),
    200,
  );
  await label(away.id, 'Garage');
  const seen = await until(async () => {
    const row = await seenOf(db, away.id);
    return row.followReason?.startsWith('it is not registered') ? row : undefined;
  }, 'the reason');
  t.match(seen, { followState: 'queued', followAttempts: 0 });
  t.same(away.sip.notified(), []);
  await fetch(away.id);
  await register(away);
  await settled(away.id, 'registered');
});

t.test('complaint 22: a whole site is told by one call, each phone once', async (t) => {
  const many: Awaited<ReturnType<typeof phone>>[] = [];
  for (let i = 0; i < 4; i++) many.push(await phone());
  t.equal(
    await follower.notify(
      many.map(({ id }) => id),
      'resync',
    ),
    4,
  );
  await until(() => many.every(({ sip }) => sip.notified().length > 0), 'all of them to be told');
  for (const { id, sip } of many) {
    await fetch(id);
    await settled(id, 'registered');
    t.equal(sip.notified().length, 1);
  }
});

t.test('a daemon that was killed after the NOTIFY sees by the row that the phone has fetched', async () => {
  const late = await phone();
  await label(late.id, 'Attic');
  await settled(late.id, 'sent');
  await follower.stop();
  await fetch(late.id);
  const next = world.make();
  t.teardown(() => next.stop());
  next.start();
  await settled(late.id, 'registered');
});
