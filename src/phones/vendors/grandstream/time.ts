import { dateInYear, nthWeekday } from '../../time/change-forms.ts';
import type { ClockChange, TimeRule } from '../../time/posix-rule.ts';
import type { MapperContext } from '../mapper.ts';

/**
 * The "self-defined" zone: `CET-1CEST-2,M3.5.0/2,M10.5.0/3`, at most 64 characters. Names are letters: no document of the
 * vendor has `<+03>`. A change that an hour beyond the day moves to another day is told as the date of this year.
 */
export function customZone({ time, year }: MapperContext): string {
  const [standard, summer] = names(time);
  const own = `${standard}${offset(time.offsetMinutes)}`;
  if (time.dst === undefined) return own;
  const { savingMinutes, start, end } = time.dst;
  const both = `${own}${summer}${offset(time.offsetMinutes + savingMinutes)}`;
  return `${both},${change(start, year)},${change(end, year)}`;
}

/** Of standard and daylight saving time; tzdata has those of Dublin the other way round. */
function names({ posix, offsetMinutes }: TimeRule): [string, string] {
  const [first = '', second = ''] = (posix.match(/<[^>]+>|[A-Za-z]{3,}/g) ?? []).map((name) =>
    name.startsWith('<') ? '' : name,
  );
  const told = /^(?:<[^>]+>|[A-Za-z]+)([+-]?)(\d+)(?::(\d+))?/.exec(posix);
  const minutes = (told?.[1] === '-' ? 1 : -1) * (Number(told?.[2] ?? 0) * 60 + Number(told?.[3] ?? 0));
  const [standard, summer] = minutes === offsetMinutes || second === '' ? [first, second] : [second, first];
  return [standard || 'LST', summer || 'LDT'];
}

/** POSIX counts west of Greenwich. */
function offset(minutes: number): string {
  return `${minutes > 0 ? '-' : '+'}${clock(Math.abs(minutes))}`;
}

function change(rule: ClockChange, year: number): string {
  const form = nthWeekday(rule);
  if (form !== undefined) return `M${form.month}.${form.week}.${form.weekday}/${clock(form.minutes)}`;
  const { month, day, minutes } = dateInYear(rule, year);
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  return `M${month}.${Math.ceil(day / 7)}.${weekday}/${clock(minutes)}`;
}

function clock(minutes: number): string {
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}
