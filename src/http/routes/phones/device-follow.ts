import { recordAudit } from '../../../store/audit-log.ts';
import type { Tx } from '../../../store/database.ts';
import { askFollow } from '../../../store/phones/follow.ts';
import { notifyTargets } from '../../../store/phones/notify-targets.ts';
import { companyOf } from '../../../store/queries/company-of.ts';
import { DEVICES } from '../../../store/queries/devices.ts';
import { mustSee, notFound, sees } from '../../access.ts';
import { contextOf } from '../../context.ts';
import { readVisible } from '../../read.ts';
import { actionRoute, createRoute, deleteRoute } from '../../route-options.ts';
import { deviceView } from '../../schemas/devices.ts';
import { notifiedView, notifyInput, notifyManyInput, rotateInput } from '../../schemas/roll-outs.ts';
import type { AnyRequest, App, HttpDeps } from '../../types.ts';
import type { Write } from '../../write.ts';

const tag = 'phones';

/** Telling phones to fetch or to start anew, and new SIP secrets for them. */
export function deviceFollowRoutes(app: App, deps: HttpDeps, write: Write): void {
  const one = {
    tag,
    operationId: 'notifyDevice',
    summary: 'Tell a phone to fetch its files, or to start anew',
    description: 'It is followed until it has fetched and is registered: see `follow`. Never during a call.',
  };
  app.post('/devices/:id/notify', actionRoute('phones:write', one, notifyInput, deviceView), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustSee(tx, request.principal, 'device', id);
      await notify(tx, request, [id], request.body?.kind ?? 'resync', await companyOf(tx, 'device', id));
      return { status: 200, body: await readVisible(tx, request.principal, DEVICES, 'device', id) };
    }),
  );

  const many = {
    tag,
    operationId: 'notifyDevices',
    summary: 'Tell many phones, one after the other',
    description: 'So many a second as the settings of the daemon say. Suspended phones are left out.',
  };
  const { schema, ...config } = createRoute('phones:write', many, notifyManyInput, notifiedView);
  const response = { 200: schema.response[201].or(schema.response[200]) };
  app.post('/devices/notify', { ...config, schema: { ...schema, response } }, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { kind, companyId, ...filter } = request.body;
      const own = request.principal.companyId;
      if (companyId !== undefined && !sees(request.principal, companyId)) throw notFound('company');
      const ids = await notifyTargets(tx, own ?? companyId, filter);
      const strangers = (filter.ids ?? []).filter((id) => !ids.includes(id));
      for (const id of strangers) await mustSee(tx, request.principal, 'device', id);
      await notify(tx, request, ids, kind, own ?? companyId);
      return { status: 200, body: { notified: ids.length } };
    }),
  );

  const rotate = {
    tag,
    operationId: 'rotateDeviceSecrets',
    summary: 'Give all lines of a phone new SIP secrets',
    description:
      'The phone gets them with its files; the old ones are good until it has registered with the new ones. A phone that never ' +
      'fetched, and any with `force`, has only the new ones at once.',
  };
  const rotation = actionRoute('lines:write', rotate, rotateInput, deviceView);
  app.post('/devices/:id/rotate-secrets', rotation, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustSee(tx, request.principal, 'device', id);
      for (const { extensionId, ordinal } of await accountsOf(tx, id)) {
        await deps.extensions.rotateSecret(tx, contextOf(request), extensionId, ordinal, {
          force: request.body?.force,
        });
      }
      return { status: 200, body: await readVisible(tx, request.principal, DEVICES, 'device', id) };
    }),
  );

  const cancel = { tag, operationId: 'cancelDeviceRotation', summary: 'Keep the old SIP secrets of a phone' };
  app.delete('/devices/:id/rotate-secrets', deleteRoute('lines:write', cancel), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustSee(tx, request.principal, 'device', id);
      for (const { extensionId, ordinal } of await accountsOf(tx, id)) {
        await deps.extensions.cancelRotation(tx, contextOf(request), extensionId, ordinal);
      }
      return { status: 204 };
    }),
  );
}

async function notify(
  tx: Tx,
  request: AnyRequest,
  ids: readonly string[],
  kind: 'resync' | 'reboot',
  companyId: string | undefined,
): Promise<void> {
  await askFollow(tx, ids, kind, Date.now());
  const [only] = ids;
  await recordAudit(tx, [
    {
      actor: request.principal.actor,
      action: 'device.notified',
      objectType: 'device',
      objectId: ids.length === 1 ? (only ?? '') : '',
      companyId: companyId ?? null,
      details: { kind, devices: ids.length },
    },
  ]);
}

async function accountsOf(tx: Tx, deviceId: string): Promise<{ extensionId: string; ordinal: number }[]> {
  const lines = await tx.deviceLine.findMany({
    where: { deviceId },
    orderBy: { ordinal: 'asc' },
    select: { account: { select: { extensionId: true, ordinal: true } } },
  });
  return lines.map(({ account }) => account);
}
