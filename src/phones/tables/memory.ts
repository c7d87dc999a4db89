import type { DeviceValues } from '../../domain/import-values.ts';
import type { Tx } from '../../store/database.ts';
import { isSecretSetting } from '../resolve/layers.ts';

/** What a row keeps of a device for its undo. */
export interface DeviceMemory {
  vendor: string;
  model: string | null;
  label: string | null;
  siteId: string | null;
  userId: string | null;
  keyLayoutId: string | null;
  state: 'active' | 'suspended';
  lines: string[];
  settings: NonNullable<DeviceValues['settings']>;
}

type Row = Omit<DeviceMemory, 'lines' | 'settings' | 'state'> & { id: string; companyId: string; state: string };

export async function memoryOf(tx: Tx, row: Row): Promise<DeviceMemory> {
  const { id, companyId, vendor, model, label, siteId, userId, keyLayoutId, state } = row;
  return {
    ...{ vendor, model, label, siteId, userId, keyLayoutId },
    state: state === 'suspended' ? 'suspended' : 'active',
    lines: await numbersOf(tx, id),
    settings: await settingsOf(tx, companyId, id),
  };
}

/** The extensions of the lines of a device, by their numbers. */
export async function numbersOf(tx: Tx, deviceId: string): Promise<string[]> {
  const lines = await tx.deviceLine.findMany({
    where: { deviceId },
    orderBy: { ordinal: 'asc' },
    select: { account: { select: { extension: { select: { number: true } } } } },
  });
  return lines.map(({ account }) => account.extension.number);
}

/** As files have them: secrets stand in no file. */
export async function settingsOf(tx: Tx, companyId: string, id: string): Promise<{ key: string; value: string }[]> {
  const rows = await tx.phoneSetting.findMany({
    where: { companyId, scope: 'device', scopeId: id },
    orderBy: { key: 'asc' },
  });
  return rows.flatMap(({ key, value }) => {
    if (isSecretSetting(key)) return [];
    const parsed: unknown = JSON.parse(value);
    return [{ key, value: typeof parsed === 'string' ? parsed : value }];
  });
}
