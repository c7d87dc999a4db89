import { pino } from 'pino';
import type { Test } from 'tap';
import { createChanges } from '../../src/reconciler/changes.ts';
import { createFleet, type PbxLinks } from '../../src/reconciler/fleet.ts';
import { createSettledBoard } from '../../src/reconciler/settled.ts';
import { createDigests } from '../../src/store/digests.ts';
import { sealLogins } from '../../src/store/pbxes.ts';
import { setupLines } from './lines.ts';

/** Lines of the company acme and a started fleet whose only PBX is reached by these links. */
export async function setupFleet(t: Test, links: PbxLinks) {
  const lines = await setupLines(t);
  const { db } = lines;
  const login = { username: 'x', secret: 'x' };
  const loginsSealed = sealLogins(db, 'pbx', { events: login, query: login, sync: login, config: login });
  await db.write((tx) => tx.pbx.update({ where: { id: 'pbx' }, data: { loginsSealed } }));
  const digests = createDigests(db.seal);
  const board = createSettledBoard();
  const limits = {
    deleteCapShare: 1,
    deleteCapFloor: 10,
    auditIntervalMs: 3_600_000,
    reloadQuietMs: 0,
    reloadMaxMs: 0,
  };
  const log = pino({ level: 'silent' });
  const fleet = createFleet({ db, digests, board, log, limits, connect: () => links });
  const changes = createChanges({ db, digests, board, poke: (id) => fleet.poke(id) });
  t.teardown(() => fleet.stop());
  await fleet.start();
  return { ...lines, fleet, changes };
}
