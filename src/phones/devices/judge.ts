import { LinekeeperError } from '../../errors.ts';
import type { Tx } from '../../store/database.ts';
import { resolvePhones } from '../resolve/resolve.ts';
import type { DeviceDeps } from './deps.ts';

/** What nobody can have meant: more than a phone has. Anything else may be on its way to be mended. */
const REFUSED = new Set(['KEYS_OVERFLOW', 'LINES_OVERFLOW']);

export interface Overflow {
  deviceId: string;
  mac: string;
  label: string | null;
  model: string | null;
  problems: string[];
}

/** Which of these devices, as they are in this transaction, have more keys or lines than their model. */
export async function overflowing(tx: Tx, deps: DeviceDeps, ids: readonly string[]): Promise<Overflow[]> {
  const resolved = await resolvePhones(tx, deps.seal, await deps.catalogue(), ids, deps.facts);
  const found = new Map<string, string[]>();
  for (const phone of resolved.values()) {
    if (!('problems' in phone)) continue;
    const problems = phone.problems.filter(({ code }) => REFUSED.has(code)).map(({ message }) => message);
    if (problems.length > 0) found.set(phone.deviceId, problems);
  }
  if (found.size === 0) return [];
  const rows = await tx.device.findMany({ where: { id: { in: [...found.keys()] } }, orderBy: { mac: 'asc' } });
  return rows.map(({ id, mac, label, model }) => ({
    ...{ deviceId: id, mac, label, model },
    problems: found.get(id) ?? [],
  }));
}

/** Names of phones in an error; the others are counted. */
const MOST = 20;

/** @throws KEYS_OVERFLOW, with the phones in its details */
export async function refuseOverflow(tx: Tx, deps: DeviceDeps, ids: readonly string[], path: string): Promise<void> {
  const phones = await overflowing(tx, deps, ids);
  if (phones.length === 0) return;
  const [first] = phones;
  const message =
    phones.length === 1 && ids.length === 1
      ? (first?.problems.join('; ') ?? '')
      : `${phones.length} phones have fewer keys or lines, the first is ${first?.mac}: ${first?.problems[0]}`;
  throw new LinekeeperError('KEYS_OVERFLOW', `${path}: ${message}`, {
    fields: [{ path, code: 'KEYS_OVERFLOW', message }],
    details: { count: phones.length, phones: phones.slice(0, MOST) },
  });
}
