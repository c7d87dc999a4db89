import type { DeviceDeps } from '../../../phones/devices/deps.ts';
import { adoptSchema, adoptSighting, forgetSighting } from '../../../phones/sightings/sightings.ts';
import { DEVICES } from '../../../store/queries/devices.ts';
import { SIGHTINGS } from '../../../store/queries/phones.ts';
import { targetCompany } from '../../access.ts';
import { contextOf } from '../../context.ts';
import { LISTS } from '../../lists.ts';
import { answerPage, ownCompany, readVisible } from '../../read.ts';
import { actionRoute, deleteRoute, listRoute } from '../../route-options.ts';
import { companyIdField, idParams } from '../../schemas/common.ts';
import { deviceView, sightingView } from '../../schemas/devices.ts';
import type { App, HttpDeps } from '../../types.ts';
import type { Write } from '../../write.ts';

const tag = 'phones';
const params = idParams.meta({ description: 'The MAC address, 12 hexadecimal digits.' });

/** Phones that asked and are not ours. */
export function sightingRoutes(app: App, { db }: HttpDeps, write: Write, phones: DeviceDeps): void {
  const list = { tag, operationId: 'listPhoneSightings', summary: 'Phones that asked and were served nothing' };
  app.get('/phone-sightings', listRoute(list, LISTS['phone-sightings'].query, sightingView), async (request) =>
    answerPage(db.read, SIGHTINGS, request.query, ownCompany(request.principal, request.query)),
  );

  const adopt = {
    tag,
    operationId: 'adoptPhoneSighting',
    summary: 'Make a phone that asked a device of ours, its window open',
    description:
      'What is not given is as it was seen; without `companyId` it goes to the company of the site it asked for.',
  };
  const body = adoptSchema.extend(companyIdField);
  const adoption = actionRoute('phones:write', adopt, body, deviceView, { params, status: 201 });
  app.post('/phone-sightings/:id/adopt', adoption, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id: mac } = request.params;
      const seen = await readVisible(tx, request.principal, SIGHTINGS, 'sighting', mac);
      const { companyId, ...input } = request.body;
      const wanted = companyId ?? (seen.companyId as string | null) ?? undefined;
      const company = await targetCompany(tx, request.principal, wanted);
      const id = await adoptSighting(tx, phones, contextOf(request), company, mac, input);
      const view = await readVisible(tx, request.principal, DEVICES, 'device', id);
      return { status: 201, location: `/api/v1/devices/${id}`, body: view };
    }),
  );

  const forget = { tag, operationId: 'forgetPhoneSighting', summary: 'Forget a phone until it asks again' };
  app.delete('/phone-sightings/:id', deleteRoute('phones:write', forget, { params }), async (request, reply) =>
    write(request, reply, async (tx) => {
      await readVisible(tx, request.principal, SIGHTINGS, 'sighting', request.params.id);
      await forgetSighting(tx, contextOf(request), request.params.id);
      return { status: 204 };
    }),
  );
}
