import { z } from 'zod';
import { LinekeeperError } from '../../../errors.ts';
import { qrOf } from '../../../people/second-factor/qr.ts';
import { manualEntry } from '../../../phones/address/manual-entry.ts';
import { claimText, endClaim, issueClaimCode } from '../../../phones/claim/claim-code.ts';
import type { DeviceDeps } from '../../../phones/devices/deps.ts';
import { DHCP_SERVERS, dhcpText } from '../../../phones/dhcp/text.ts';
import { phoneClassOf } from '../../../phones/dhcp/vendor-options.ts';
import { siteAddress } from '../../../phones/sites/site-access.ts';
import { mustSee } from '../../access.ts';
import { contextOf } from '../../context.ts';
import { actionRoute, deleteRoute } from '../../route-options.ts';
import { idParams, noBody } from '../../schemas/common.ts';
import * as schemas from '../../schemas/phone-ways.ts';
import type { App, HttpDeps } from '../../types.ts';
import type { Write } from '../../write.ts';

const tag = 'phones';
const scope = 'phones:write';
const dhcpQuery = z.strictObject({
  server: z.enum(DHCP_SERVERS).default('other').meta({ description: 'other: in words.' }),
  vendor: z
    .string()
    .max(300)
    .regex(/^[a-z0-9-]+(,[a-z0-9-]+)*$/)
    .optional()
    .meta({ description: 'Ids of vendors, joined by commas; absent: those of the phones at the site.' }),
});

/** How a phone comes to its first file: DHCP, somebody's fingers, a code that is dialled. */
export function phoneWayRoutes(app: App, { db }: HttpDeps, write: Write, phones: DeviceDeps): void {
  const dhcp = {
    config: { scope } as const,
    schema: {
      tags: [tag],
      operationId: 'getSiteDhcp',
      summary: 'What a DHCP server must hand out at a site',
      description: "Holds the site's first address.",
      params: idParams,
      querystring: dhcpQuery,
      response: {
        200: { description: 'Lines of its configuration', content: { 'text/plain': { schema: z.string() } } },
      },
    },
  };
  app.get('/sites/:id/dhcp', dhcp, async (request, reply) => {
    const { id } = request.params;
    await mustSee(db.read, request.principal, 'site', id);
    const site = await db.read.site.findUniqueOrThrow({ where: { id } });
    const base = siteAddress(phones, site);
    if (base === null)
      throw new LinekeeperError('CONFLICT', 'the site has no first address for phones: make one first');
    const { server, vendor } = request.query;
    const wanted = vendor?.split(',') ?? (await vendorsAt(id));
    const catalogue = await phones.catalogue();
    const classes = wanted.map((name) => {
      const known = catalogue.vendors.get(name);
      if (known !== undefined) return phoneClassOf(known, base);
      const message = `there is no vendor ${name}`;
      throw new LinekeeperError('REFERENCE_INVALID', `vendor: ${message}`, {
        fields: [{ path: 'vendor', code: 'REFERENCE_INVALID', message }],
      });
    });
    reply.header('content-type', 'text/plain; charset=utf-8').header('cache-control', 'no-store');
    return reply.send(dhcpText(server, { site: site.name, classes }));
  });

  async function vendorsAt(siteId: string): Promise<string[]> {
    const rows = await db.read.device.findMany({ where: { siteId }, distinct: ['vendor'], orderBy: { vendor: 'asc' } });
    return rows.map(({ vendor }) => vendor);
  }

  const manual = {
    tag,
    operationId: 'enterDeviceByHand',
    summary: 'Open the window of a phone, and show its first address to whoever stands in front of it',
  };
  app.post(
    '/devices/:id/manual-entry',
    actionRoute(scope, manual, noBody, schemas.manualEntryView),
    async (request, reply) =>
      write(request, reply, async (tx) => {
        const { id } = request.params;
        await mustSee(tx, request.principal, 'device', id);
        const entry = await manualEntry(tx, phones, contextOf(request), id);
        const { address, shortAddress } = entry;
        const times = { shortUntil: entry.shortUntil.toISOString(), windowUntil: entry.windowUntil.toISOString() };
        return { status: 200, body: { address, shortAddress, ...times, ...(await qrOf(address)) } };
      }),
  );

  const claim = {
    tag,
    operationId: 'openDeviceClaim',
    summary: 'Let somebody claim a phone without lines by dialling the code that it shows',
  };
  app.post('/devices/:id/claim', actionRoute(scope, claim, noBody, schemas.claimView), async (request, reply) =>
    write(request, reply, async (tx) => {
      await mustSee(tx, request.principal, 'device', request.params.id);
      const code = await issueClaimCode(tx, contextOf(request), request.params.id);
      return { status: 200, body: { code, dial: claimText(code) } };
    }),
  );

  const close = { tag, operationId: 'closeDeviceClaim', summary: 'Let nobody claim a phone any more' };
  app.delete('/devices/:id/claim', deleteRoute(scope, close), async (request, reply) =>
    write(request, reply, async (tx) => {
      await mustSee(tx, request.principal, 'device', request.params.id);
      await endClaim(tx, contextOf(request), request.params.id);
      return { status: 204 };
    }),
  );
}
