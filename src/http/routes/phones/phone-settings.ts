import { z } from 'zod';
import { PHONE_SETTINGS, SETTING_KEYS, type SettingDefinition } from '../../../domain/phones/settings.ts';
import type { DeviceDeps } from '../../../phones/devices/deps.ts';
import { settingsOfPlace } from '../../../phones/settings/read.ts';
import { checkPlace, removeSetting, type SettingPlace, writeSettings } from '../../../phones/settings/write.ts';
import type { Tx } from '../../../store/database.ts';
import { targetCompany } from '../../access.ts';
import { contextOf } from '../../context.ts';
import { deletedSchema, dryRunSchema, noBody, noQuery, writeQuery } from '../../schemas/common.ts';
import { keyField, placeFields, settingDefinitionView, settingView } from '../../schemas/phone-settings.ts';
import type { AnyRequest, App, HttpDeps } from '../../types.ts';
import type { Write } from '../../write.ts';

const tags = ['phones'];
const companyId = z.string().max(64).optional().meta({ description: 'May be left out by a token of one company.' });
const placeQuery = z.strictObject({ companyId, ...placeFields });
const setBody = placeQuery.extend({ key: keyField, value: z.unknown() });
const removeQuery = writeQuery.extend({ ...placeQuery.shape, key: keyField });

type Asked = z.output<typeof placeQuery>;

/** Settings of phones, layer by layer. */
export function phoneSettingRoutes(app: App, { db }: HttpDeps, write: Write, phones: DeviceDeps): void {
  async function placeOf(
    tx: Tx,
    request: AnyRequest,
    { companyId, scope, scopeId = '' }: Asked,
  ): Promise<SettingPlace> {
    const place = { companyId: await targetCompany(tx, request.principal, companyId), scope, scopeId };
    await checkPlace(tx, phones, place);
    return place;
  }

  const known = {
    tags,
    operationId: 'listPhoneSettingDefinitions',
    summary: 'Every neutral setting and who can do it',
  };
  const definitions = z.strictObject({ items: z.array(settingDefinitionView) });
  const knownSchema = { ...known, querystring: noQuery, response: { 200: definitions } };
  app.get('/phone-setting-definitions', { config: { scope: 'read' }, schema: knownSchema }, async () => {
    const vendors = [...(await phones.catalogue()).vendors.values()];
    return { items: SETTING_KEYS.map((key) => definitionView(key, PHONE_SETTINGS[key] as SettingDefinition, vendors)) };
  });

  const list = { tags, operationId: 'listPhoneSettings', summary: 'What is set in one layer' };
  const items = z.strictObject({ items: z.array(settingView) });
  const listSchema = { ...list, querystring: placeQuery, response: { 200: items } };
  app.get('/phone-settings', { config: { scope: 'read' }, schema: listSchema }, async (request) => {
    const place = await placeOf(db.read, request, request.query);
    return { items: await settingsOfPlace(db.read, place) };
  });

  const set = { tags, operationId: 'setPhoneSetting', summary: 'Set one key in one layer' };
  const response = { 200: z.union([settingView, dryRunSchema]) };
  const setSchema = { ...set, querystring: writeQuery, body: setBody, response };
  app.put('/phone-settings', { config: { scope: 'phones:write' }, schema: setSchema }, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { key, value, ...asked } = request.body;
      const place = await placeOf(tx, request, asked);
      await writeSettings(tx, phones, contextOf(request), place, { [key]: value });
      const now = (await settingsOfPlace(tx, place)).find((one) => one.key === key);
      return { status: 200, body: { ...now } };
    }),
  );

  const remove = { tags, operationId: 'removePhoneSetting', summary: 'Take one key out of one layer' };
  const done = z.null().meta({ description: 'Done.' });
  const gone = { 200: z.union([deletedSchema, dryRunSchema]), 204: done };
  const removeSchema = { ...remove, querystring: removeQuery, body: noBody, response: gone };
  app.delete('/phone-settings', { config: { scope: 'phones:write' }, schema: removeSchema }, async (request, reply) =>
    write(request, reply, async (tx) => {
      const { key, dryRun: _, ...asked } = request.query;
      await removeSetting(tx, contextOf(request), await placeOf(tx, request, asked), key);
      return { status: 204 };
    }),
  );
}

function definitionView(
  key: string,
  { schema, description, default: fallback, secret }: SettingDefinition,
  vendors: readonly { id: string; unsupported: Readonly<Partial<Record<string, string>>> }[],
) {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const unsupported = Object.fromEntries(
    vendors.flatMap((vendor) => (vendor.unsupported[key] === undefined ? [] : [[vendor.id, vendor.unsupported[key]]])),
  );
  return { key, description, default: fallback, isSecret: secret === true, schema: json, unsupported };
}
