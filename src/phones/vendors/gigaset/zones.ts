import { parsePosixRule, type TimeRule } from '../../time/posix-rule.ts';

/** Zones that DECT managers know, each with its rule, the most usual name of a rule first. */
const DECT_ZONES: readonly (readonly [rule: string, ...zones: string[]])[] = [
  ['HST10', 'Pacific/Honolulu'],
  ['AKST9AKDT,M3.2.0,M11.1.0', 'America/Anchorage'],
  ['PST8PDT,M3.2.0,M11.1.0', 'America/Los_Angeles'],
  ['MST7MDT,M3.2.0,M11.1.0', 'America/Denver'],
  ['CST6CDT,M3.2.0,M11.1.0', 'America/Chicago'],
  ['EST5EDT,M3.2.0,M11.1.0', 'America/New_York'],
  ['<-04>4', 'America/Caracas'],
  ['<-03>3', 'America/Sao_Paulo'],
  ['GMT0BST,M3.5.0/1,M10.5.0', 'Europe/London', 'Europe/Dublin', 'Europe/Belfast', 'Europe/Lisbon'],
  ['UTC0', 'Greenwich'],
  [
    'CET-1CEST,M3.5.0,M10.5.0/3',
    'Europe/Berlin',
    'Europe/Amsterdam',
    'Europe/Belgrade',
    'Europe/Bratislava',
    'Europe/Brussels',
    'Europe/Budapest',
    'Europe/Copenhagen',
    'Europe/Ljubljana',
    'Europe/Luxembourg',
    'Europe/Madrid',
    'Europe/Malta',
    'Europe/Monaco',
    'Europe/Oslo',
    'Europe/Paris',
    'Europe/Prague',
    'Europe/Rome',
    'Europe/San_Marino',
    'Europe/Sarajevo',
    'Europe/Stockholm',
    'Europe/Tirane',
    'Europe/Vaduz',
    'Europe/Vienna',
    'Europe/Warsaw',
    'Europe/Zagreb',
    'Europe/Zurich',
  ],
  [
    'EET-2EEST,M3.5.0/3,M10.5.0/4',
    'Europe/Athens',
    'Europe/Bucharest',
    'Europe/Helsinki',
    'Europe/Riga',
    'Europe/Sofia',
    'Europe/Tallinn',
    'Europe/Vilnius',
  ],
  ['EET-2', 'Europe/Kaliningrad'],
  ['MSK-3', 'Europe/Moscow', 'Europe/Istanbul', 'Europe/Minsk'],
  ['<+04>-4', 'Asia/Dubai', 'Europe/Samara'],
  ['PKT-5', 'Asia/Karachi'],
  ['<+06>-6', 'Asia/Dhaka'],
  ['HKT-8', 'Asia/Hong_Kong'],
  ['JST-9', 'Asia/Tokyo'],
  ['ACST-9:30ACDT,M10.1.0,M4.1.0/3', 'Australia/Adelaide'],
  ['ACST-9:30', 'Australia/Darwin'],
  ['AEST-10', 'Australia/Brisbane'],
  ['AEST-10AEDT,M10.1.0,M4.1.0/3', 'Australia/Sydney'],
  ['<+11>-11', 'Pacific/Noumea'],
];

/** The zone itself if the base knows it, else one whose clocks are always the same; undefined: it knows none. */
export function dectZone(time: TimeRule): string | undefined {
  for (const [, ...zones] of DECT_ZONES) if (zones.includes(time.zone)) return time.zone;
  return DECT_ZONES.find(([rule, zone = '']) => sameClock(parsePosixRule(zone, rule), time))?.[1];
}

function sameClock(one: TimeRule, other: TimeRule): boolean {
  return one.offsetMinutes === other.offsetMinutes && JSON.stringify(one.dst) === JSON.stringify(other.dst);
}

/** Zones of desk phones that are known for certain. */
const DESK_ZONES: readonly (readonly [rule: string, name: string])[] = [
  ['CET-1CEST,M3.5.0,M10.5.0/3', 'GMT+1.Europe/Amsterdam'],
  ['GMT0BST,M3.5.0/1,M10.5.0', 'GMT.Europe/London'],
];

/** What a desk phone calls the zone; undefined: not known. */
export function deskZone(time: TimeRule): string | undefined {
  return DESK_ZONES.find(([rule, name]) => sameClock(parsePosixRule(name, rule), time))?.[1];
}
