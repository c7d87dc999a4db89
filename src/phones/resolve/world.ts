import type { PhoneKey } from '../../domain/phones/key.ts';
import type { Reader } from '../../store/database.ts';
import {
  deviceSettings,
  type LayoutRow,
  layoutMemberships,
  layoutRows,
  type PhoneRow,
  phoneRows,
  sharedSettings,
} from '../../store/phones/phone-rows.ts';
import { layoutsOf } from './keys.ts';
import { indexSettings, type SettingIndex } from './layers.ts';

export interface Layout extends Omit<LayoutRow, 'keys'> {
  keys: readonly PhoneKey[];
}

/** What some phones are made of, read at once. */
export interface PhoneWorld {
  phones: PhoneRow[];
  settings: SettingIndex;
  /** The later one wins. */
  layoutsOf(phone: PhoneRow): Layout[];
  /** The phone's own keys. */
  keysOf(phone: PhoneRow): PhoneKey[];
}

export async function readWorld(reader: Reader, ids: readonly string[]): Promise<PhoneWorld> {
  const phones = phoneRows(reader, ids);
  const companies = [...new Set(phones.map(({ companyId }) => companyId))];
  const users = [...new Set(phones.flatMap(({ userId }) => userId ?? []))];
  const settings = indexSettings([
    ...(await sharedSettings(reader, companies)),
    ...(await deviceSettings(reader, ids)),
  ]);
  const layouts = new Map<string, Layout[]>(companies.map((id) => [id, []]));
  for (const row of await layoutRows(reader, companies)) {
    layouts.get(row.companyId)?.push({ ...row, keys: JSON.parse(row.keys) as PhoneKey[] });
  }
  const groups = new Map<string, Set<string>>();
  for (const [userId, groupId] of await layoutMemberships(reader, users)) {
    const present = groups.get(userId);
    if (present === undefined) groups.set(userId, new Set([groupId]));
    else present.add(groupId);
  }
  const none: ReadonlySet<string> = new Set();
  return {
    phones,
    settings,
    layoutsOf: (phone) => layoutsOf(phone, groups.get(phone.userId ?? '') ?? none, layouts.get(phone.companyId) ?? []),
    keysOf: (phone) => JSON.parse(phone.keys) as PhoneKey[],
  };
}
