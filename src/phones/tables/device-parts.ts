import { PHONE_SETTINGS, type SettingDefinition, type SettingKey } from '../../domain/phones/settings.ts';
import type { Tx } from '../../store/database.ts';
import { badReference, type ChangeContext, wrongField } from '../change.ts';
import type { DeviceDeps } from '../devices/deps.ts';
import { addLine, changeLine, removeLine } from '../devices/lines.ts';
import { isSecretSetting } from '../resolve/layers.ts';
import { removeSetting, type SettingPlace, writeSettings } from '../settings/write.ts';
import { numbersOf, settingsOf } from './memory.ts';

/**
 * Makes the lines of a device those of the extensions, in their order. What is there already keeps its account; `add` takes
 * nothing away.
 */
export async function setLines(
  tx: Tx,
  deps: DeviceDeps,
  context: ChangeContext,
  device: { id: string; companyId: string },
  numbers: readonly string[],
  lists: 'replace' | 'add',
): Promise<void> {
  const { id, companyId } = device;
  const present = await numbersOf(tx, id);
  const missing = without(numbers, present);
  const spare = lists === 'replace' ? without(present, numbers) : [];
  for (const number of spare) {
    const ordinal = (await numbersOf(tx, id)).lastIndexOf(number) + 1;
    await removeLine(tx, deps, context, id, await ordinalAt(tx, id, ordinal), false);
  }
  for (const number of missing) {
    const extension = await tx.extension.findFirst({ where: { companyId, number }, select: { id: true } });
    if (extension === null) throw badReference('lines', `extension ${number}`);
    await addLine(tx, deps, context, id, { extensionId: extension.id });
  }
  if (lists === 'add') return;
  for (const [at, number] of numbers.entries()) {
    const now = await numbersOf(tx, id);
    if (now[at] === number) continue;
    const from = now.indexOf(number, at + 1) + 1;
    await changeLine(tx, context, id, await ordinalAt(tx, id, from), { ordinal: await ordinalAt(tx, id, at + 1) });
  }
}

/** What is left of some texts when each of the others was taken out once. */
function without(texts: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return texts.filter((text) => {
    const at = left.indexOf(text);
    if (at < 0) return true;
    left.splice(at, 1);
    return false;
  });
}

/** Lines of a device may have a gap, where an extension was deleted. */
async function ordinalAt(tx: Tx, deviceId: string, place: number): Promise<number> {
  const lines = await tx.deviceLine.findMany({
    where: { deviceId },
    orderBy: { ordinal: 'asc' },
    select: { ordinal: true },
  });
  return lines[place - 1]?.ordinal ?? place;
}

/** Makes the settings of a device these; secrets, which stand in no file, stay as they are. */
export async function setSettings(
  tx: Tx,
  deps: DeviceDeps,
  context: ChangeContext,
  place: SettingPlace,
  wanted: readonly { key: string; value: string }[],
  lists: 'replace' | 'add',
): Promise<void> {
  const { companyId, scopeId } = place;
  const secret = wanted.find(({ key }) => isSecretSetting(key));
  if (secret !== undefined) {
    throw wrongField('PHONE_SETTING_INVALID', 'settings', `${secret.key} is a secret: set it through the API`);
  }
  const before = JSON.stringify(await settingsOf(tx, companyId, scopeId));
  const kept = new Set(wanted.map(({ key }) => key));
  if (lists === 'replace') {
    for (const { key } of await settingsOf(tx, companyId, scopeId)) {
      if (!kept.has(key)) await removeSetting(tx, context, place, key);
    }
  }
  await writeSettings(
    tx,
    deps,
    context,
    place,
    Object.fromEntries(wanted.map(({ key, value }) => [key, parsedValue(key, value)])),
  );
  if (JSON.stringify(await settingsOf(tx, companyId, scopeId)) === before) return;
  await tx.device.update({ where: { id: scopeId }, data: { version: { increment: 1 }, updatedAt: new Date() } });
}

/** A cell is text; what it means, the setting knows: text as it is, anything else as JSON. */
function parsedValue(key: string, text: string): unknown {
  const definition = Object.hasOwn(PHONE_SETTINGS, key)
    ? (PHONE_SETTINGS[key as SettingKey] as SettingDefinition)
    : undefined;
  if (definition === undefined || definition.schema.safeParse(text).success) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
