import type { DeviceValues } from '../../domain/import-values.ts';
import { isLinekeeperError } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import { inSavepoint } from '../../store/savepoint.ts';
import type {
  TableContext,
  TableResult,
  TableRow,
  TableUndo,
  TableUndone,
  TableWriter,
} from '../../store/table-writer.ts';
import { badReference, type ChangeContext, wrongField } from '../change.ts';
import { changeDevice, removeDevice } from '../devices/change.ts';
import { createDevice } from '../devices/create.ts';
import type { DeviceDeps } from '../devices/deps.ts';
import type { DevicePatch } from '../devices/device-input.ts';
import { resumeDevice, suspendDevice } from '../devices/state.ts';
import { setLines, setSettings } from './device-parts.ts';
import { type DeviceMemory, memoryOf } from './memory.ts';

type Where = Pick<TableContext, 'companyId' | 'actor'>;

/** Desk phones of an import, one by one: each is what one request would make of it. */
export function createDeviceWriter(deps: DeviceDeps): TableWriter<DeviceValues> {
  return {
    async apply(tx, context, rows) {
      const results: TableResult[] = [];
      for (const row of rows) results.push(await applied(tx, deps, context, row));
      return results;
    },
    async undo(tx, context, rows) {
      const results: TableUndone[] = [];
      for (const row of rows) results.push(await undone(tx, deps, context, row));
      return results;
    },
  };
}

async function applied(
  tx: Tx,
  deps: DeviceDeps,
  context: TableContext,
  row: TableRow<DeviceValues>,
): Promise<TableResult> {
  try {
    return await inSavepoint(tx, () => apply(tx, deps, context, row));
  } catch (error) {
    if (!isLinekeeperError(error)) throw error;
    const { code, message, fields } = error;
    return { line: row.line, result: 'failed', errors: fields ?? [{ path: '', code, message }] };
  }
}

async function apply(
  tx: Tx,
  deps: DeviceDeps,
  context: TableContext,
  { line, values }: TableRow<DeviceValues>,
): Promise<TableResult> {
  const { companyId, strategy } = context;
  const present = await tx.device.findUnique({ where: { mac: values.mac } });
  if (present !== null && (present.companyId !== companyId || strategy === 'fail')) {
    throw wrongField('MAC_TAKEN', 'mac', `${values.mac} is not available`);
  }
  if (present !== null && strategy === 'skip') {
    return { line, result: 'skipped', objectId: present.id, version: present.version };
  }
  const by: ChangeContext = { actor: context.actor, ifVersion: undefined };
  const patch = await patchOf(tx, companyId, values);
  if (present === null) {
    const vendor = values.vendor ?? (await vendorByMac(deps, values.mac));
    const id = await createDevice(tx, deps, by, companyId, { ...patch, mac: values.mac, vendor });
    await setParts(tx, deps, context, id, values);
    return { line, result: 'created', objectId: id, version: await versionOf(tx, id) };
  }
  const { id } = present;
  const before = await memoryOf(tx, present);
  await changeDevice(tx, deps, by, id, patch);
  await setParts(tx, deps, context, id, values);
  const version = await versionOf(tx, id);
  if (version === present.version) return { line, result: 'unchanged', objectId: id, version };
  return { line, result: 'updated', objectId: id, version, before };
}

/** Lines, settings and state. Each raises the version of the device when it changes something. */
async function setParts(
  tx: Tx,
  deps: DeviceDeps,
  { companyId, actor, lists }: Where & { lists: TableContext['lists'] },
  id: string,
  { lines, settings, state }: Pick<DeviceValues, 'lines' | 'settings' | 'state'>,
): Promise<void> {
  const by: ChangeContext = { actor, ifVersion: undefined };
  const place = { companyId, scope: 'device' as const, scopeId: id };
  if (settings !== undefined) await setSettings(tx, deps, by, place, settings ?? [], lists);
  if (lines !== undefined) await setLines(tx, deps, by, { id, companyId }, lines ?? [], lists);
  const row = await tx.device.findUniqueOrThrow({ where: { id } });
  if (state === 'suspended' && row.state !== 'suspended') await suspendDevice(tx, by, id);
  if (state === 'active' && row.state === 'suspended') await resumeDevice(tx, by, id);
}

async function patchOf(tx: Tx, companyId: string, values: DeviceValues): Promise<DevicePatch> {
  const { vendor, model, label, site, user, layout } = values;
  const named = async (
    path: string,
    what: string,
    name: string | null | undefined,
    find: (name: string) => Promise<{ id: string } | null>,
  ) => {
    if (name === undefined || name === null) return name;
    const found = await find(name);
    if (found === null) throw badReference(path, what);
    return found.id;
  };
  return {
    ...{ vendor, model, label },
    siteId: await named('site', 'site', site, (name) => tx.site.findFirst({ where: { companyId, name } })),
    userId: await named('user', 'user', user, (username) => tx.user.findFirst({ where: { companyId, username } })),
    keyLayoutId: await named('layout', 'key layout', layout, (name) =>
      tx.keyLayout.findFirst({ where: { companyId, name } }),
    ),
  };
}

/** A hint only: whoever knows better writes it into the file. */
async function vendorByMac(deps: DeviceDeps, mac: string): Promise<string> {
  const vendors = [...(await deps.catalogue()).vendors.values()];
  const [first, more] = vendors.filter(({ ouiHints }) => ouiHints.includes(mac.slice(0, 6)));
  if (first !== undefined && more === undefined) return first.id;
  throw wrongField('REFERENCE_INVALID', 'vendor', 'is needed: the MAC address does not tell it');
}

async function undone(tx: Tx, deps: DeviceDeps, { companyId, actor }: Where, row: TableUndo): Promise<TableUndone> {
  const { line, objectId: id, version, result } = row;
  const present = await tx.device.findUnique({ where: { id } });
  if (present === null) return { line, ok: false, reason: 'it no longer exists' };
  if (present.version !== version) return { line, ok: false, reason: 'it was changed since' };
  const by: ChangeContext = { actor, ifVersion: undefined };
  try {
    await inSavepoint(tx, async () => {
      if (result === 'created') return removeDevice(tx, deps, by, id, { keepAccounts: false });
      const { lines, settings, state, ...fields } = row.before as DeviceMemory;
      await changeDevice(tx, deps, by, id, fields);
      return setParts(tx, deps, { companyId, actor, lists: 'replace' }, id, { lines, settings, state });
    });
    return { line, ok: true };
  } catch (error) {
    if (!isLinekeeperError(error)) throw error;
    return { line, ok: false, reason: error.message };
  }
}

async function versionOf(tx: Tx, id: string): Promise<number> {
  return (await tx.device.findUniqueOrThrow({ where: { id }, select: { version: true } })).version;
}
