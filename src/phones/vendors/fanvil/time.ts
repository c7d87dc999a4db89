import type { PhoneSettings } from '../../../domain/phones/settings.ts';
import { dateInYear, nthWeekday } from '../../time/change-forms.ts';
import type { ClockChange, TimeRule } from '../../time/posix-rule.ts';
import type { NativeParam } from '../mapper.ts';
import { param } from './tree.ts';

const DATE = {
  new: { dmy: 9, mdy: 11, ymd: 13 },
  old: { dmy: 5, mdy: 7, ymd: 9 },
};

/** Clock and calendar. `formats`: newer models number the ways to write a date differently. */
export function timeParams(
  settings: PhoneSettings,
  { time, year }: { time: TimeRule; year: number },
  formats: keyof typeof DATE,
): NativeParam[] {
  const [first, second] = settings['ntp.servers'] ?? [];
  return [
    ...(first === undefined
      ? []
      : [
          param('phone.date.EnableSNTP', 1),
          param('phone.date.SNTPServer', first),
          param('phone.date.SecondSNTPServer', second ?? ''),
        ]),
    // Quarters of an hour.
    param('phone.date.TimeZone', time.offsetMinutes / 15),
    param('phone.date.TimeZoneName', zoneName(time.offsetMinutes)),
    ...daylightSaving(time, year),
    param('phone.timeDisplay.TimeDisplayStyle', settings['time.format'] === '12' ? 1 : 0),
    param('phone.timeDisplay.DateDisplayStyle', DATE[formats][settings['date.format'] ?? 'ymd']),
  ];
}

/** `UTC`, `UTC+1`, `UTC+5:30`, `UTC-05` */
function zoneName(offset: number): string {
  if (offset === 0) return 'UTC';
  const hours = String(Math.floor(Math.abs(offset) / 60));
  const minutes = Math.abs(offset) % 60;
  const rest = minutes === 0 ? '' : `:${minutes}`;
  return offset < 0 ? `UTC-${hours.padStart(2, '0')}${rest}` : `UTC+${hours}${rest}`;
}

function daylightSaving({ dst }: TimeRule, year: number): NativeParam[] {
  if (dst === undefined) return [param('phone.date.EnableDST', 0)];
  return [
    param('phone.date.EnableDST', 2),
    param('phone.date.DSTFixedType', 2),
    param('phone.date.DSTMinOffset', dst.savingMinutes),
    ...change('Start', dst.start, year),
    ...change('End', dst.end, year),
  ];
}

/** Nth weekday of a month; what the rule cannot say so is said for this year. Whole hours only. */
function change(name: string, clockChange: ClockChange, year: number): NativeParam[] {
  const { month, week, weekday, minutes } = nthWeekday(clockChange) ?? nthOfYear(clockChange, year);
  return [
    param(`phone.date.DST${name}Mon`, month),
    param(`phone.date.DST${name}Week`, week === 5 ? -1 : week),
    param(`phone.date.DST${name}Wday`, weekday),
    param(`phone.date.DST${name}Hour`, Math.floor(minutes / 60)),
  ];
}

function nthOfYear(clockChange: ClockChange, year: number) {
  const { month, day, minutes } = dateInYear(clockChange, year);
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  return { month, week: Math.ceil(day / 7), weekday, minutes };
}
