import { dateInYear, nthWeekday } from '../../time/change-forms.ts';
import type { ClockChange, TimeRule } from '../../time/posix-rule.ts';
import type { NativeParam } from '../mapper.ts';
import { params } from '../shared/values.ts';

/**
 * `timezone` by the rule that the phone has under this code, and by zone: a region that changes its mind is told the rule itself
 * from that day on, like those that have done so (Mexico, Turkey, Paraguay).
 */
const CODES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  HST10: { 'Pacific/Honolulu': 'USA-10' },
  'AKST9AKDT,M3.2.0,M11.1.0': { 'America/Anchorage': 'USA-9' },
  'PST8PDT,M3.2.0,M11.1.0': { 'America/Vancouver': 'CAN-8', 'America/Los_Angeles': 'USA-8' },
  'MST7MDT,M3.2.0,M11.1.0': { 'America/Edmonton': 'CAN-7', 'America/Denver': 'USA-7' },
  MST7: { 'America/Phoenix': 'USA2-7' },
  'CST6CDT,M3.2.0,M11.1.0': { 'America/Winnipeg': 'CAN-6', 'America/Chicago': 'USA-6' },
  CST6: { 'America/Regina': 'CAN2-6' },
  'EST5EDT,M3.2.0,M11.1.0': { 'America/Nassau': 'BHS-5', 'America/Toronto': 'CAN-5', 'America/New_York': 'USA-5' },
  'AST4ADT,M3.2.0,M11.1.0': { 'America/Halifax': 'CAN-4', 'Atlantic/Bermuda': 'BMU-4' },
  'NST3:30NDT,M3.2.0,M11.1.0': { 'America/St_Johns': 'CAN-3.5' },
  '<-01>1<+00>,M3.5.0/0,M10.5.0/1': { 'Atlantic/Azores': 'PRT-1' },
  'WET0WEST,M3.5.0/1,M10.5.0': { 'Atlantic/Faroe': 'FRO-0', 'Europe/Lisbon': 'PRT-0', 'Atlantic/Canary': 'ESP-0' },
  'IST-1GMT0,M10.5.0,M3.5.0/1': { 'Europe/Dublin': 'IRL-0' },
  'GMT0BST,M3.5.0/1,M10.5.0': { 'Europe/London': 'GBR-0' },
  'CET-1CEST,M3.5.0,M10.5.0/3': {
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
  },
  'EET-2EEST,M3.5.0/3,M10.5.0/4': {
    'Europe/Sofia': 'BGR+2',
    'Asia/Nicosia': 'CYP+2',
    'Europe/Tallinn': 'EST+2',
    'Europe/Helsinki': 'FIN+2',
    'Europe/Athens': 'GRC+2',
    'Europe/Riga': 'LVA+2',
    'Europe/Bucharest': 'ROU+2',
    'Europe/Kyiv': 'UKR+2',
  },
  'PKT-5': { 'Asia/Karachi': 'PAK+5' },
  'IST-5:30': { 'Asia/Kolkata': 'IND+5.5' },
  '<+07>-7': { 'Asia/Bangkok': 'THA+7' },
  '<+08>-8': { 'Asia/Singapore': 'SGP+8' },
  'KST-9': { 'Asia/Seoul': 'KOR+8' },
  'AWST-8': { 'Australia/Perth': 'AUS+8' },
  'JST-9': { 'Asia/Tokyo': 'JPN+9' },
  'ACST-9:30ACDT,M10.1.0,M4.1.0/3': { 'Australia/Adelaide': 'AUS+9.5' },
  'ACST-9:30': { 'Australia/Darwin': 'AUS2+9.5' },
  'AEST-10AEDT,M10.1.0,M4.1.0/3': {
    'Australia/Sydney': 'AUS+10',
    'Australia/Melbourne': 'AUS+10',
    'Australia/Hobart': 'AUS3+10',
  },
  'AEST-10': { 'Australia/Brisbane': 'AUS2+10' },
  'NZST-12NZDT,M9.5.0,M4.1.0/3': { 'Pacific/Auckland': 'NZL+12' },
};

/** The code of the zone, else its offset and `dst` as `<seconds> MM.WW.DD hh:mm:ss MM.WW.DD hh:mm:ss`. */
export function timeParams({ zone, posix, offsetMinutes, dst }: TimeRule, year: number): NativeParam[] {
  const code = CODES[posix]?.[zone];
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
