import t, { type Test } from 'tap';
import { LinekeeperError } from '../../src/errors.ts';
import { until } from '../support/asterisk.ts';
import { setupFleet } from '../support/fleet.ts';
import { createMemoryPort } from '../support/memory-port.ts';

const REF = 'mailbox/1001@lk-acme-01';

/** Extension 1001 with PIN 471100 in the file, which the PBX refuses to read. */
async function setup(t: Test) {
  const port = createMemoryPort();
  const pbx = { isDeaf: true, reloads: 0 };
  port.reload = async (what) => {
    if (what !== 'voicemail') return;
    pbx.reloads++;
    if (pbx.isDeaf) throw new LinekeeperError('AMI_REFUSED', 'refused by the test');
  };
  const lines = await setupFleet(t, { ...port.links, port });
  const { fleet, changes, apply, extension } = lines;
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
