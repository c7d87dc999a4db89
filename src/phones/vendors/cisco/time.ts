import type { PhoneSettings } from '../../../domain/phones/settings.ts';
import { onOrAfter } from '../../time/change-forms.ts';
import type { ClockChange, TimeRule } from '../../time/posix-rule.ts';
import type { NativeParam } from '../mapper.ts';
import { param, yesNo } from './profile.ts';

/** Clock and calendar. A rule can name "the weekday on or after a day", so every zone is said as it is. */
export function timeParams(settings: PhoneSettings, time: TimeRule): NativeParam[] {
  const [first, second] = settings['ntp.servers'] ?? [];
  return [
    ...(first === undefined ? [] : [param('Primary_NTP_Server', first)]),
    ...(first === undefined ? [] : [param('Secondary_NTP_Server', second ?? '')]),
    param('Time_Zone', timeZone(time)),
    param('Ignore_DHCP_Time_Offset', 'Yes'),
    param('Daylight_Saving_Time_Enable', yesNo(time.dst !== undefined)),
    param('Daylight_Saving_Time_Rule', daylightRule(time)),
    param('Time_Format', settings['time.format'] === '12' ? '12hr' : '24hr', 'rw'),
    // There are two orders only: a year first goes with the month first.
    param('Date_Format', settings['date.format'] === 'dmy' ? 'day/month' : 'month/day', 'rw'),
  ];
}

/** `GMT+05:30` */
export function timeZone({ offsetMinutes }: TimeRule): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const minutes = Math.abs(offsetMinutes);
  return `GMT${offsetMinutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** `start=3/-1/7/2;end=10/-1/7/3;save=1`: month, day (-1: the last), weekday (7: Sunday), hour; empty without a rule. */
export function daylightRule({ dst }: TimeRule): string {
  if (dst === undefined) return '';
  return `start=${change(dst.start)};end=${change(dst.end)};save=${clock(dst.savingMinutes)}`;
}

function change(clockChange: ClockChange): string {
  const { month, day, weekday, minutes } = onOrAfter(clockChange);
  return `${month}/${day}/${weekday === 0 ? 7 : weekday}/${clock(minutes)}`;
}

function clock(minutes: number): string {
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}
