import { z } from 'zod';
import type { DeviceDeps } from '../../../phones/devices/deps.ts';
import { devicePatchSchema, settingsInputSchema } from '../../../phones/devices/device-input.ts';
import { previewChange, previewFiles } from '../../../phones/devices/preview.ts';
import { settingsOfDevice } from '../../../phones/settings/read.ts';
import { DEVICES } from '../../../store/queries/devices.ts';
import { notFound } from '../../access.ts';
import { contextOf } from '../../context.ts';
import { readVisible } from '../../read.ts';
import { getRoute, runRoute } from '../../route-options.ts';
import { idParams } from '../../schemas/common.ts';
import { effectiveSettingView } from '../../schemas/phone-settings.ts';
import type { AnyRequest, App, HttpDeps } from '../../types.ts';

const tag = 'phones';
const fileView = z
  .strictObject({
    name: z.string(),
    kind: z.string(),
    contentType: z.string(),
    bytes: z.int().meta({ description: 'As shown here: secrets are stars.' }),
  })
  .meta({ id: 'DeviceFile' });
const fileText = fileView.extend({ text: z.string() }).meta({ id: 'DeviceFileText' });
const fileParams = idParams.extend({ name: z.string().max(100) });
const tryBody = z.strictObject({ ...devicePatchSchema.shape, settings: settingsInputSchema.optional() });
const diffView = z.strictObject({ files: z.array(z.strictObject({ name: z.string(), diff: z.string() })) }).meta({
  id: 'DevicePreview',
  description: 'Files that would be different, each as a unified diff; secrets are stars.',
});

/** What a phone gets, and would get. */
export function deviceFileRoutes(app: App, { db, changes }: HttpDeps, phones: DeviceDeps): void {
  const visible = (request: AnyRequest, id: string) => readVisible(db.read, request.principal, DEVICES, 'device', id);

  const list = { tag, operationId: 'listDeviceFiles', summary: 'The files of a phone' };
  const items = z.strictObject({ items: z.array(fileView) });
  app.get('/devices/:id/files', getRoute(list, items), async (request) => {
    await visible(request, request.params.id);
    const files = await previewFiles(db.read, phones, request.params.id);
    return { items: files.map(({ text: _, ...file }) => file) };
  });

  const get = {
    tag,
    operationId: 'getDeviceFile',
    summary: 'One file of a phone as it would get it, secrets as stars',
  };
  app.get('/devices/:id/files/:name', getRoute(get, fileText, { params: fileParams }), async (request) => {
    const { id, name } = request.params;
    await visible(request, id);
    const file = (await previewFiles(db.read, phones, id)).find((one) => one.name === name);
    if (file === undefined) throw notFound('file of this phone');
    return file;
  });

  const tryOut = {
    tag,
    operationId: 'previewDevice',
    summary: 'What a change would make of the files; writes nothing',
  };
  const trying = runRoute('phones:write', tryOut, tryBody, diffView, idParams);
  app.post('/devices/:id/preview', trying, async (request) => {
    const { id } = request.params;
    const device = await visible(request, id);
    const { settings = {}, ...patch } = request.body;
    const { value } = await changes.preview((tx) =>
      previewChange(tx, phones, contextOf(request), { id, companyId: String(device.companyId) }, { patch, settings }),
    );
    return { files: value };
  });

  const effective = {
    tag,
    operationId: 'getDeviceSettings',
    summary: 'Every setting of a phone and the layer it comes from',
  };
  const settings = z.strictObject({ items: z.array(effectiveSettingView) });
  app.get('/devices/:id/settings', getRoute(effective, settings), async (request) => {
    await visible(request, request.params.id);
    return { items: await settingsOfDevice(db.read, phones, request.params.id) };
  });
}
