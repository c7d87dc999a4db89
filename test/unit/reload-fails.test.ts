import { pino } from 'pino';
import t, { type Test } from 'tap';
import { LinekeeperError } from '../../src/errors.ts';
import { createChanges } from '../../src/reconciler/changes.ts';
import { createFleet } from '../../src/reconciler/fleet.ts';
import { createSettledBoard } from '../../src/reconciler/settled.ts';
import { createDigests } from '../../src/store/digests.ts';
import { sealLogins } from '../../src/store/pbxes.ts';
import { until } from '../support/asterisk.ts';
import { setupLines } from '../support/lines.ts';
import { createMemoryPort } from '../support/memory-port.ts';

const REF = 'mailbox/1001@lk-acme-01';

/** Extension 1001 with PIN 471100 in the file, which the PBX refuses to read. */
async function setup(t: Test) {
  const lines = await setupLines(t);
  const { db, apply, extension } = lines;
  const login = { username: 'x', secret: 'x' };
  const loginsSealed = sealLogins(db, 'pbx', { events: login, query: login, sync: login, config: login });
  await db.write((tx) => tx.pbx.update({ where: { id: 'pbx' }, data: { loginsSealed } }));
  const digests = createDigests(db.seal);
  const board = createSettledBoard();
  const port = createMemoryPort();
  const pbx = { isDeaf: true, reloads: 0 };
  port.reload = async (what) => {
    if (what !== 'voicemail') return;
    pbx.reloads++;
    if (pbx.isDeaf) throw new LinekeeperError('AMI_REFUSED', 'refused by the test');
  };
  const limits = {
    deleteCapShare: 1,
    deleteCapFloor: 10,
    auditIntervalMs: 3_600_000,
    reloadQuietMs: 0,
    reloadMaxMs: 0,
  };
  const log = pino({ level: 'silent' });
  const fleet = createFleet({ db, digests, board, log, limits, connect: () => ({ ...port.links, port }) });
  const changes = createChanges({ db, digests, board, poke: (id) => fleet.poke(id) });
  t.teardown(() => fleet.stop());
  await fleet.start();
  port.connect();
  await apply([{ number: '1001', input: { mailbox: { pin: '471100' } } }]);
  const owner = { type: 'extension', id: (await extension('1001'))?.id ?? '' } as const;
  const settled = () => changes.settled([{ pbxId: 'pbx', owner }], 15_000);
  fleet.poke('pbx');
  t.match(await settled(), [{ state: 'failed', code: 'AMI_REFUSED' }], 'a line that was not loaded is no success');
  const marks = async () => (await lines.dirty()).length;
  return { ...lines, fleet, port, pbx, owner, settled, marks };
}

t.test('a reload that failed is tried again', async (t) => {
  const { pbx, marks } = await setup(t);
  pbx.isDeaf = false;
  await until(async () => (await marks()) === 0, 'the mailbox to be loaded');
  t.ok(pbx.reloads > 1);
});

t.test('deleted after a reload that failed: its line goes too', async (t) => {
  const { extensions, write, owner, fleet, port, pbx, marks } = await setup(t);
  t.ok(port.objects.has(REF));
  await write((tx) => extensions.remove(tx, { actor: 'test', ifVersion: undefined }, owner.id));
  pbx.isDeaf = false;
  fleet.poke('pbx');
  await until(async () => (await marks()) === 0, 'the delete to be done');
  t.strictSame(
    [...port.objects.keys()].filter((ref) => !ref.startsWith('company/') && !ref.startsWith('context/')),
    [],
  );
});

t.test(
  'another PIN after a reload that failed: it counts, and the one before is not taken for a phone\u2019s',
  async (t) => {
    const { apply, fleet, port, pbx, pin, marks } = await setup(t);
    await apply([{ number: '1001', input: { mailbox: { pin: '815900' } } }]);
    pbx.isDeaf = false;
    fleet.poke('pbx');
    await until(async () => (await marks()) === 0, 'the change to be done');
    t.equal(await pin('1001'), '815900');
    t.match(port.objects.get(REF), '815900');
  },
);
