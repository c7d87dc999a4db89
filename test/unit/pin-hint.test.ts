import { pino } from 'pino';
import t from 'tap';
import { createChanges } from '../../src/reconciler/changes.ts';
import { createFleet, type PbxHint } from '../../src/reconciler/fleet.ts';
import { createSettledBoard } from '../../src/reconciler/settled.ts';
import { createDigests } from '../../src/store/digests.ts';
import { sealLogins } from '../../src/store/pbxes.ts';
import { until } from '../support/asterisk.ts';
import { setupLines } from '../support/lines.ts';
import { createMemoryPort } from '../support/memory-port.ts';

t.test('a PIN is adopted although Asterisk writes the file only after it has said so', async (t) => {
  const { db, apply, pin, extension } = await setupLines(t);
  const login = { username: 'x', secret: 'x' };
  const loginsSealed = sealLogins(db, 'pbx', { events: login, query: login, sync: login, config: login });
  await db.write((tx) => tx.pbx.update({ where: { id: 'pbx' }, data: { loginsSealed } }));
  const digests = createDigests(db.seal);
  const board = createSettledBoard();
  const port = createMemoryPort();
  let hint: (hint: PbxHint) => void = () => {};
  const onHint = (listener: typeof hint) => {
    hint = listener;
  };
  const links = { ...port.links, port, onHint };
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
  port.connect();
  await apply([{ number: '1001', input: { mailbox: { pin: '471100' } } }]);
  const owner = { type: 'extension', id: (await extension('1001'))?.id ?? '' } as const;
  fleet.poke('pbx');
  t.match(await changes.settled([{ pbxId: 'pbx', owner }], 15_000), [{ state: 'synced' }]);

  const ref = 'mailbox/1001@lk-acme-01';
  const before = port.objects.get(ref) ?? '';
  const { observeRefs } = port;
  port.observeRefs = async (refs) => {
    const seen = await observeRefs(refs);
    port.objects.set(ref, before.replace('471100', '815900'));
    return seen;
  };
  hint({ type: 'pinChanged', number: '1001', context: 'lk-acme-01' });
  await until(async () => (await pin('1001')) === '815900', 'the PIN to be adopted');
});
