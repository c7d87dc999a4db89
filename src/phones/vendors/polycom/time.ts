import { dateInYear, nthWeekday } from '../../time/change-forms.ts';
import type { ClockChange } from '../../time/posix-rule.ts';
import type { MapperContext, NativeParam } from '../mapper.ts';
import { attributes } from './attributes.ts';

/** Zone and daylight saving, which is always an hour here: where it is less (Lord Howe) the clock stays on standard time. */
export function timeAttributes({ time, year }: MapperContext): NativeParam[] {
  const zone = { gmtOffset: time.offsetMinutes * 60, 'gmtOffset.overrideDHCP': 1 };
  const { dst } = time;
  if (dst === undefined || dst.savingMinutes !== 60) {
    return attributes({ ...zone, 'daylightSavings.enable': 0 }, 'tcpIpApp.sntp.');
  }
  const byWeek = weekForm(dst.start) && weekForm(dst.end);
  const form = byWeek === undefined ? dateForm : (change: ClockChange) => weekForm(change)!;
  return attributes(
    {
      ...zone,
      'daylightSavings.enable': 1,
      'daylightSavings.fixedDayEnable': byWeek === undefined,
      ...under('start', form(dst.start, year)),
      ...under('stop', form(dst.end, year)),
    },
    'tcpIpApp.sntp.',
  );
}

type Form = Record<string, number>;

/** The nth weekday: by the first day that it can be on. Sunday is 1. */
function weekForm(change: ClockChange): Form | undefined {
  const found = nthWeekday(change);
  if (found === undefined) return undefined;
  const { month, week, weekday, minutes } = found;
  const isLast = week === 5;
  const date: Form = isLast ? {} : { date: 1 + 7 * (week - 1) };
  const rest = { dayOfWeek: weekday + 1, 'dayOfWeek.lastInMonth': Number(isLast), time: Math.floor(minutes / 60) };
  return { month, ...date, ...rest };
}

/** A day of this year, for rules that the phone has no words for. */
function dateForm(change: ClockChange, year: number): Form {
  const { month, day, minutes } = dateInYear(change, year);
  return { month, date: day, time: Math.floor(minutes / 60) };
}

function under(name: string, form: Form): Form {
  return Object.fromEntries(Object.entries(form).map(([key, value]) => [`daylightSavings.${name}.${key}`, value]));
}
