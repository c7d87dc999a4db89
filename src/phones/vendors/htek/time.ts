import { dateInYear, nthWeekday } from '../../time/change-forms.ts';
import type { ClockChange } from '../../time/posix-rule.ts';
import type { MapperContext, NativeParam } from '../mapper.ts';
import { p } from './param.ts';

/** Numbers of zones that are known, by their offset from UTC in minutes. */
const ZONES: Readonly<Record<number, number>> = { [-480]: 6, [-360]: 14, [-300]: 18, 0: 39, 60: 50 };
/** Zones whose rules the phone knows by itself. */
const AUTOMATIC: Readonly<Record<string, number>> = {
  ...{ 'America/Los_Angeles': 6, 'America/Mexico_City': 13, 'America/Chicago': 14, 'America/New_York': 18 },
  ...{ 'Europe/London': 39, 'Europe/Berlin': 50, 'Europe/Rome': 52, UTC: 33 },
};

const OFF = 0;
const BY_RULE = 1;
const AUTO = 2;

/**
 * The zone's number, with daylight saving of our own telling where its number alone would not do. The numbers of most zones
 * are in no document: a phone of such a place takes its offset from DHCP (option 2).
 */
export function timeParams({ time, year }: MapperContext): NativeParam[] {
  const known = AUTOMATIC[time.zone];
  const byDhcp = p(143, 'Preference.DHCPTime', 0);
  if (known !== undefined) return [p(64, ZONE, known), byDhcp, p(75, DST, time.dst === undefined ? OFF : AUTO)];
  const code = ZONES[time.offsetMinutes];
  if (code === undefined) return [p(143, 'Preference.DHCPTime', 1)];
  if (time.dst === undefined || time.dst.savingMinutes !== 60) return [p(64, ZONE, code), byDhcp, p(75, DST, OFF)];
  return [
    p(64, ZONE, code),
    byDhcp,
    p(75, DST, BY_RULE),
    p(23_117, 'Preference.DaylightSavingTimeType', 0),
    ...change(23_118, 'Start', time.dst.start, year),
    ...change(23_122, 'End', time.dst.end, year),
  ];
}

const ZONE = 'Preference.TimeZone';
const DST = 'Preference.DaylightSavingTime';

/** Month, week (5: the last), weekday (0: Sunday) and hour. A rule that is no nth weekday is told as that of this year's date. */
function change(first: number, name: 'Start' | 'End', rule: ClockChange, year: number): NativeParam[] {
  const { month, week, weekday, minutes } = nthWeekday(rule) ?? ofYear(rule, year);
  return [
    p(first, `Preference.DST${name}WeekMonth`, month),
    p(first + 1, `Preference.DST${name}Weeknum`, week),
    p(first + 2, `Preference.DST${name}Weekday`, weekday),
    p(first + 3, `Preference.DST${name}Weekhour`, Math.floor(minutes / 60)),
  ];
}

function ofYear(rule: ClockChange, year: number) {
  const { month, day, minutes } = dateInYear(rule, year);
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  return { month, week: Math.ceil(day / 7), weekday, minutes };
}
