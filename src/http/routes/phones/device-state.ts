import { z } from 'zod';
import type { DeviceDeps } from '../../../phones/devices/deps.ts';
import { revealSecrets } from '../../../phones/devices/reveal.ts';
import * as state from '../../../phones/devices/state.ts';
import type { Tx } from '../../../store/database.ts';
import { DEVICES } from '../../../store/queries/devices.ts';
import { mustSee } from '../../access.ts';
import { contextOf } from '../../context.ts';
import { readVisible } from '../../read.ts';
import { actionRoute } from '../../route-options.ts';
import { noBody } from '../../schemas/common.ts';
import { deviceView } from '../../schemas/devices.ts';
import type { AnyRequest, App } from '../../types.ts';
import type { Write } from '../../write.ts';

const tag = 'phones';
const windowBody = z.strictObject({
  hours: z.number().min(0.01).max(8760).optional().meta({ description: 'Absent: as the settings of the daemon say.' }),
});
const tokensBody = z.strictObject({
  revoke: z
    .boolean()
    .default(false)
    .meta({ description: 'true: the old ones die now, and only an open window lets the phone in again.' }),
});
const addressView = z.strictObject({ address: z.string() }).meta({
  id: 'DeviceAddress',
  description: 'Whoever has it gets the first file of the phone while its window is open.',
});
const secretsView = z
  .strictObject({
    adminPassword: z.string(),
    userPassword: z.string(),
    httpUsername: z.string(),
    httpPassword: z.string(),
    address: z.string(),
  })
  .meta({ id: 'DeviceSecrets' });

/** What people do to a phone's way in: windows, addresses, passwords. */
export function deviceStateRoutes(app: App, write: Write, phones: DeviceDeps): void {
  const device = (tx: Tx, request: AnyRequest, id: string) => readVisible(tx, request.principal, DEVICES, 'device', id);

  function step<B extends z.ZodType>(
    name: string,
    operationId: string,
    summary: string,
    body: B,
    work: (tx: Tx, request: AnyRequest, id: string, body: z.output<B>) => Promise<void>,
  ): void {
    const route = actionRoute('phones:write', { tag, operationId, summary }, body, deviceView);
    app.post(`/devices/:id/${name}`, route, async (request, reply) =>
      write(request, reply, async (tx) => {
        const { id } = request.params as { id: string };
        await mustSee(tx, request.principal, 'device', id);
        await work(tx, request, id, request.body as z.output<B>);
        return { status: 200, body: await device(tx, request, id) };
      }),
    );
  }

  step('suspend', 'suspendDevice', 'Serve nothing to a phone any more', noBody, (tx, request, id) =>
    state.suspendDevice(tx, contextOf(request), id),
  );
  step('resume', 'resumeDevice', 'Serve a suspended phone again', noBody, (tx, request, id) =>
    state.resumeDevice(tx, contextOf(request), id),
  );
  step('open-window', 'openDeviceWindow', 'Let a phone take its first file', windowBody, (tx, request, id, { hours }) =>
    state.openWindow(tx, phones, contextOf(request), id, hours),
  );
  step('close-window', 'closeDeviceWindow', 'Answer the first address no more', noBody, (tx, request, id) =>
    state.closeWindow(tx, contextOf(request), id),
  );
  step(
    'renew-tokens',
    'renewDeviceTokens',
    'A new address and password for files',
    tokensBody,
    (tx, request, id, body) => state.renewTokens(tx, phones, contextOf(request), id, body.revoke),
  );

  const first = {
    tag,
    operationId: 'showDeviceAddress',
    summary: 'A first address for this phone alone, for a redirect service or to be typed',
  };
  app.post('/devices/:id/address', actionRoute('phones:write', first, noBody, addressView), async (request, reply) =>
    write(request, reply, async (tx) => {
      await mustSee(tx, request.principal, 'device', request.params.id);
      const address = await state.firstAddress(tx, phones, contextOf(request), request.params.id);
      return { status: 200, body: { address } };
    }),
  );

  const reveal = {
    tag,
    operationId: 'revealDeviceSecrets',
    summary: 'Show the passwords of a phone; it is written down',
  };
  app.post('/devices/:id/reveal', actionRoute('phones:write', reveal, noBody, secretsView), async (request, reply) =>
    write(request, reply, async (tx) => {
      await mustSee(tx, request.principal, 'device', request.params.id);
      const secrets = await revealSecrets(tx, phones, contextOf(request), request.params.id);
      return { status: 200, body: { ...secrets } };
    }),
  );
}
