import t from 'tap';
import type { PbxHint } from '../../src/reconciler/fleet.ts';
import { until } from '../support/asterisk.ts';
import { setupFleet } from '../support/fleet.ts';
import { createMemoryPort } from '../support/memory-port.ts';

t.test('a PIN is adopted although Asterisk writes the file only after it has said so', async (t) => {
  const port = createMemoryPort();
  let hint: (hint: PbxHint) => void = () => {};
  const onHint = (listener: typeof hint) => {
    hint = listener;
  };
  const { fleet, changes, apply, pin, extension } = await setupFleet(t, { ...port.links, port, onHint });
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
