import { z } from 'zod';
import type { DeviceDeps } from '../../../phones/devices/deps.ts';
import { noQuery } from '../../schemas/common.ts';
import type { App } from '../../types.ts';

const tags = ['phones'];

const vendorView = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    auth: z.array(z.enum(['digest', 'basic'])),
    models: z.int(),
    canReboot: z.boolean().meta({ description: 'It can be told to, by NOTIFY.' }),
    unsupported: z.record(z.string(), z.string()).meta({ description: 'Settings that it cannot do, and why.' }),
    notes: z.string().nullable(),
  })
  .meta({ id: 'PhoneVendor' });

const modelView = z
  .strictObject({
    vendor: z.string(),
    family: z.string(),
    id: z.string(),
    aliases: z.array(z.string()),
    accounts: z.int().meta({ description: 'Lines it takes.' }),
    keys: z.strictObject({ line: z.int(), programmable: z.int() }),
    expansion: z.strictObject({ type: z.string(), modules: z.int(), keys: z.int() }).nullable(),
    codecs: z.array(z.string()),
  })
  .meta({ id: 'PhoneModel' });

const modelsQuery = z.strictObject({ vendor: z.string().max(31).optional() });

/** What phones there are; shipped, and the operator's own. */
export function phoneModelRoutes(app: App, phones: DeviceDeps): void {
  const vendors = { tags, operationId: 'listPhoneVendors', summary: 'Vendors of phones that are known' };
  const vendorList = z.strictObject({ items: z.array(vendorView) });
  const vendorSchema = { ...vendors, querystring: noQuery, response: { 200: vendorList } };
  app.get('/phone-vendors', { config: { scope: 'read' }, schema: vendorSchema }, async () => {
    const catalogue = await phones.catalogue();
    const items = [...catalogue.vendors.values()].map(({ id, name, auth, notify, unsupported, notes }) => ({
      ...{ id, name, auth, unsupported, notes: notes ?? null },
      models: catalogue.models.get(id)?.length ?? 0,
      canReboot: notify.reboot !== null,
    }));
    return { items };
  });

  const models = { tags, operationId: 'listPhoneModels', summary: 'Models of phones that are known' };
  const modelList = z.strictObject({ items: z.array(modelView) });
  const modelSchema = { ...models, querystring: modelsQuery, response: { 200: modelList } };
  app.get('/phone-models', { config: { scope: 'read' }, schema: modelSchema }, async (request) => {
    const catalogue = await phones.catalogue();
    const { vendor: wanted } = request.query;
    const found = [...catalogue.models].flatMap(([vendor, list]) =>
      wanted === undefined || wanted === vendor ? list : [],
    );
    const items = found.map(({ vendor, family, id, aliases, accounts, keys, expansion, codecs }) => ({
      ...{ vendor, family, id, aliases, accounts, keys, expansion, codecs },
    }));
    return { items };
  });
}
