import { dateInYear, nthWeekday } from '../../time/change-forms.ts';
import type { ClockChange, TimeRule } from '../../time/posix-rule.ts';
import type { NativeParam } from '../mapper.ts';
import { params } from '../shared/values.ts';

/**
 * `timezone` by zone: only where the rule that the phone has under this code is the present one. A region that has changed its
 * mind since (Mexico, Turkey, Paraguay) is told the rule itself, and so is one without daylight saving beside one with.
 */
const CODES: Readonly<Record<string, string>> = {
  'Pacific/Honolulu': 'USA-10',
  'America/Anchorage': 'USA-9',
  'America/Vancouver': 'CAN-8',
  'America/Los_Angeles': 'USA-8',
  'America/Edmonton': 'CAN-7',
  'America/Denver': 'USA-7',
  'America/Phoenix': 'USA2-7',
  'America/Winnipeg': 'CAN-6',
  'America/Regina': 'CAN2-6',
  'America/Chicago': 'USA-6',
  'America/Nassau': 'BHS-5',
  'America/Toronto': 'CAN-5',
  'America/New_York': 'USA-5',
  'America/Halifax': 'CAN-4',
  'Atlantic/Bermuda': 'BMU-4',
  'America/St_Johns': 'CAN-3.5',
  'Atlantic/Azores': 'PRT-1',
  'Atlantic/Faroe': 'FRO-0',
  'Europe/Dublin': 'IRL-0',
  'Europe/Lisbon': 'PRT-0',
  'Atlantic/Canary': 'ESP-0',
  'Europe/London': 'GBR-0',
  'Europe/Tirane': 'ALB+1',
  'Europe/Vienna': 'AUT+1',
  'Europe/Brussels': 'BEL+1',
  'Europe/Zagreb': 'HRV+1',
  'Europe/Prague': 'CZE+1',
  'Europe/Copenhagen': 'DNK+1',
  'Europe/Paris': 'FRA+1',
  'Europe/Berlin': 'GER+1',
  'Europe/Budapest': 'HUN+1',
  'Europe/Rome': 'ITA+1',
  'Europe/Luxembourg': 'LUX+1',
  'Europe/Skopje': 'MAK+1',
  'Europe/Amsterdam': 'NLD+1',
  'Europe/Oslo': 'NOR+1',
  'Europe/Warsaw': 'POL+1',
  'Europe/Bratislava': 'SVK+1',
  'Europe/Madrid': 'ESP+1',
  'Europe/Stockholm': 'SWE+1',
  'Europe/Zurich': 'CHE+1',
  'Europe/Gibraltar': 'GIB+1',
  'Europe/Belgrade': 'YUG+1',
  'Europe/Sofia': 'BGR+2',
  'Asia/Nicosia': 'CYP+2',
  'Europe/Tallinn': 'EST+2',
  'Europe/Helsinki': 'FIN+2',
  'Europe/Athens': 'GRC+2',
  'Europe/Riga': 'LVA+2',
  'Europe/Bucharest': 'ROU+2',
  'Europe/Kyiv': 'UKR+2',
  'Asia/Karachi': 'PAK+5',
  'Asia/Kolkata': 'IND+5.5',
  'Asia/Bangkok': 'THA+7',
  'Asia/Singapore': 'SGP+8',
  'Asia/Seoul': 'KOR+8',
  'Australia/Perth': 'AUS+8',
  'Asia/Tokyo': 'JPN+9',
  'Australia/Adelaide': 'AUS+9.5',
  'Australia/Darwin': 'AUS2+9.5',
  'Australia/Sydney': 'AUS+10',
  'Australia/Melbourne': 'AUS+10',
  'Australia/Brisbane': 'AUS2+10',
  'Australia/Hobart': 'AUS3+10',
  'Pacific/Auckland': 'NZL+12',
};

/** The code of the zone, else its offset and `dst` as `<seconds> MM.WW.DD hh:mm:ss MM.WW.DD hh:mm:ss`. */
export function timeParams({ zone, offsetMinutes, dst }: TimeRule, year: number): NativeParam[] {
  const code = CODES[zone];
  if (code !== undefined) return params({ timezone: code });
  const rule = dst && `${dst.savingMinutes * 60} ${change(dst.start, year)} ${change(dst.end, year)}`;
  return params({ timezone: '', utc_offset: offsetMinutes * 60, dst: rule ?? '' });
}

/** Month, week (05: the last) and weekday (07: Sunday); those of this year's date where the rule is on another day. */
function change(change: ClockChange, year: number): string {
  const { month, week, weekday, minutes } = nthWeekday(change) ?? inYear(change, year);
  const day = [month, week, weekday === 0 ? 7 : weekday].map(two).join('.');
  return `${day} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:00`;
}

function inYear(change: ClockChange, year: number) {
  const { month, day, minutes } = dateInYear(change, year);
  return { month, week: Math.ceil(day / 7), weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay(), minutes };
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
