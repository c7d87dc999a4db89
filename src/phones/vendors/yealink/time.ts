import { dateInYear, nthWeekday } from '../../time/change-forms.ts';
import type { ClockChange, TimeRule } from '../../time/posix-rule.ts';
import type { NativeParam } from '../mapper.ts';
import { hoursText, params } from '../shared/values.ts';

/**
 * Zone and daylight saving, in the device file: some firmware reads them nowhere else. A rule is `M/W/D/H` (Monday is 1, the
 * 5th the last); where a change falls beside its weekday, both are the dates of this year, `MM/DD/HH`.
 */
export function timeParams({ offsetMinutes, dst }: TimeRule, year: number): NativeParam[] {
  const zone = { 'local_time.time_zone': hoursText(offsetMinutes) };
  if (dst === undefined) {
    const reset = { dst_time_type: '%NULL%', start_time: '%NULL%', end_time: '%NULL%', offset_time: '%NULL%' };
    return params({ ...zone, 'local_time.summer_time': '0', ...prefixed(reset) });
  }
  const weeks = [weekForm(dst.start), weekForm(dst.end)];
  const byWeek = weeks.every((form) => form !== undefined);
  const [start, end] = byWeek ? weeks : [dateForm(dst.start, year), dateForm(dst.end, year)];
  const rule = {
    dst_time_type: byWeek ? '1' : '0',
    start_time: start!,
    end_time: end!,
    offset_time: dst.savingMinutes,
  };
  return params({ ...zone, 'local_time.summer_time': '1', ...prefixed(rule) });
}

function prefixed(values: Record<string, string | number>): Record<string, string | number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`local_time.${name}`, value]));
}

function weekForm(change: ClockChange): string | undefined {
  const form = nthWeekday(change);
  return form && `${form.month}/${form.week}/${form.weekday === 0 ? 7 : form.weekday}/${hour(form.minutes)}`;
}

function dateForm(change: ClockChange, year: number): string {
  const { month, day, minutes } = dateInYear(change, year);
  return [month, day, hour(minutes)].map((part) => String(part).padStart(2, '0')).join('/');
}

/** It knows whole hours only: the nearest. */
function hour(minutes: number): number {
  return Math.min(23, Math.round(minutes / 60));
}
