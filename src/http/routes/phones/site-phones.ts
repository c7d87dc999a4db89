import { z } from 'zod';
import type { DeviceDeps } from '../../../phones/devices/deps.ts';
import {
  removeSiteToken,
  renewSiteToken,
  setSiteNetworks,
  siteAddress,
  siteNetworksSchema,
} from '../../../phones/sites/site-access.ts';
import type { Tx } from '../../../store/database.ts';
import { mustSee } from '../../access.ts';
import { contextOf } from '../../context.ts';
import { answerOne } from '../../read.ts';
import { actionRoute, deleteRoute, getRoute, patchRoute } from '../../route-options.ts';
import { idSchema, noBody, versionSchema } from '../../schemas/common.ts';
import type { App, HttpDeps } from '../../types.ts';
import type { Write } from '../../write.ts';

const tag = 'phones';
const view = z
  .strictObject({
    siteId: idSchema,
    address: z.string().nullable().meta({
      description: 'What DHCP gives to its phones. Whoever has it may take first files in open windows. null: none.',
    }),
    networks: z.array(z.string()),
    version: versionSchema.meta({ description: 'Of the site.' }),
  })
  .meta({ id: 'SitePhones' });

/** Where the phones of a site begin. */
export function sitePhoneRoutes(app: App, { db }: HttpDeps, write: Write, phones: DeviceDeps): void {
  const path = '/sites/:id/phones';

  async function read(tx: Pick<Tx, 'site'>, id: string) {
    const site = await tx.site.findUniqueOrThrow({ where: { id } });
    const networks = JSON.parse(site.phoneNetworks) as string[];
    return { siteId: id, address: siteAddress(phones, site), networks, version: site.version };
  }

  const get = { tag, operationId: 'getSitePhones', summary: 'The first address of the phones of a site' };
  app.get(path, getRoute(get, view, { scope: 'phones:write' }), async (request, reply) => {
    await mustSee(db.read, request.principal, 'site', request.params.id);
    return answerOne(request, reply, await read(db.read, request.params.id));
  });

  const patch = { tag, operationId: 'updateSitePhones', summary: 'Say from where the phones of a site may fetch' };
  app.patch(path, patchRoute('phones:write', patch, siteNetworksSchema, view), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustSee(tx, request.principal, 'site', id);
      await setSiteNetworks(tx, contextOf(request), id, request.body.networks);
      return { status: 200, body: await read(tx, id) };
    }),
  );

  const renew = { tag, operationId: 'renewSiteAddress', summary: 'Make a first address for a site; an older one dies' };
  app.post(`${path}/address`, actionRoute('phones:write', renew, noBody, view), async (request, reply) =>
    write(request, reply, async (tx) => {
      const { id } = request.params;
      await mustSee(tx, request.principal, 'site', id);
      await renewSiteToken(tx, phones, contextOf(request), id);
      return { status: 200, body: await read(tx, id) };
    }),
  );

  const remove = { tag, operationId: 'removeSiteAddress', summary: 'Take the first address of a site away' };
  app.delete(`${path}/address`, deleteRoute('phones:write', remove), async (request, reply) =>
    write(request, reply, async (tx) => {
      await mustSee(tx, request.principal, 'site', request.params.id);
      await removeSiteToken(tx, contextOf(request), request.params.id);
      return { status: 204 };
    }),
  );
}
