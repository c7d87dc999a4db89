import { z } from 'zod';
import { rule } from './rule.ts';

/**
 * Intl may name a zone as it was called decades ago (CLDR never renames), and Debian's tzdata leaves those names out: a PBX
 * without tzdata-legacy knows no Asia/Calcutta. Here, and on the PBX, a zone has the name that IANA gives it today.
 */
const RENAMED: Readonly<Record<string, string>> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Coral_Harbour': 'America/Atikokan',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
};

/** Not among Intl's supported values, though Intl takes them. */
const FIXED = [
  'UTC',
  ...Array.from({ length: 12 }, (_, hours) => `Etc/GMT+${hours + 1}`),
  ...Array.from({ length: 14 }, (_, hours) => `Etc/GMT-${hours + 1}`),
];

/** Every zone that is accepted, by its one name, sorted: what a PBX must know. */
export const TIMEZONES: readonly string[] = [
  ...new Set([...Intl.supportedValuesOf('timeZone').map((zone) => RENAMED[zone] ?? zone), ...FIXED]),
].sort();
const KNOWN: ReadonlySet<string> = new Set(TIMEZONES);

// Intl takes a tenth of a millisecond to judge a zone; there are some 600 names, and people use few of them.
const judged = new Map<string, string | undefined>();
const JUDGED_MAX = 1000;

/** The one name of a zone: `asia/calcutta` is Asia/Kolkata, GMT is UTC. undefined: there is no such zone. */
export function canonicalTimezone(zone: string): string | undefined {
  if (KNOWN.has(zone)) return zone;
  if (judged.has(zone)) return judged.get(zone);
  const found = /^[A-Za-z0-9_+-]{1,40}(\/[A-Za-z0-9_+-]{1,40}){0,2}$/.test(zone) ? nameInIntl(zone) : undefined;
  const name = found === undefined ? undefined : (RENAMED[found] ?? found);
  if (judged.size >= JUDGED_MAX) judged.clear();
  const known = name !== undefined && KNOWN.has(name) ? name : undefined;
  judged.set(zone, known);
  return known;
}

function nameInIntl(zone: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** Takes any name of a zone and gives its one name. */
export const timezoneSchema = rule(
  z.string().overwrite((zone) => canonicalTimezone(zone) ?? zone),
  'TIMEZONE_UNKNOWN',
  'must be an IANA time zone such as Europe/Berlin',
  (zone) => KNOWN.has(zone),
);
