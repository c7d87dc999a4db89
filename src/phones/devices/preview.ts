import { LinekeeperError } from '../../errors.ts';
import type { Reader, Tx } from '../../store/database.ts';
import { phonebookRows } from '../../store/phones/phone-rows.ts';
import type { ChangeContext } from '../change.ts';
import { notFound } from '../change.ts';
import { unifiedDiff } from '../diff/unified-diff.ts';
import { renderPreview } from '../render/render.ts';
import { resolvePhones } from '../resolve/resolve.ts';
import { writeSettings } from '../settings/write.ts';
import { changeDevice } from './change.ts';
import type { DeviceDeps } from './deps.ts';
import type { DevicePatch } from './device-input.ts';

/** A file as an operator may see it: secrets as stars. */
export interface PreviewFile {
  name: string;
  kind: string;
  contentType: string;
  bytes: number;
  text: string;
}

/** @throws NOT_FOUND, DEVICE_NOT_RENDERABLE with every reason */
export async function previewFiles(reader: Reader, deps: DeviceDeps, id: string): Promise<PreviewFile[]> {
  const catalogue = await deps.catalogue();
  const phone = (await resolvePhones(reader, deps.seal, catalogue, [id], deps.facts)).get(id);
  if (phone === undefined) throw notFound('device');
  if ('problems' in phone) {
    const reasons = phone.problems.map(({ message }) => message).join('; ');
    throw new LinekeeperError('DEVICE_NOT_RENDERABLE', reasons, { fields: [...phone.problems] });
  }
  const release = phone.releaseHash === null ? catalogue : await deps.catalogueOf(phone.releaseHash);
  const phonebook = await phonebookRows(reader, phone.companyId);
  const files = await renderPreview(release, { ...phone.view, phonebook }, { year: new Date().getUTCFullYear() });
  return files.map(({ name, definition, contentType, bytes }) => ({
    ...{ name, kind: definition.kind, contentType, bytes: bytes.length },
    text: bytes.toString(/iso-8859-1/i.test(contentType) ? 'latin1' : 'utf8'),
  }));
}

/** What a change of a phone would make of its files. `tx` is rolled back by the caller: nothing of it stays. */
export async function previewChange(
  tx: Tx,
  deps: DeviceDeps,
  context: ChangeContext,
  device: { id: string; companyId: string },
  change: { patch: DevicePatch; settings: Readonly<Record<string, unknown>> },
): Promise<{ name: string; diff: string }[]> {
  const { id, companyId } = device;
  const before = new Map((await previewFiles(tx, deps, id)).map((file) => [file.name, file.text]));
  await changeDevice(tx, deps, context, id, change.patch);
  await writeSettings(tx, deps, context, { companyId, scope: 'device', scopeId: id }, change.settings);
  const after = new Map((await previewFiles(tx, deps, id)).map((file) => [file.name, file.text]));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const diff = unifiedDiff(name, before.get(name) ?? '', after.get(name) ?? '');
    return diff === '' ? [] : [{ name, diff }];
  });
}
