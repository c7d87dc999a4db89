import type { ClockChange } from './posix-rule.ts';

const DAY = 86_400;

/** A change in a form that vendors know; `minutes` count from that day's midnight. */
export interface ChangeInForm {
  month: number;
  minutes: number;
}

/** How many days away from its weekday a change really is: 26 o'clock is 2 o'clock of the next day. */
function shift({ seconds }: ClockChange): number {
  return Math.floor(seconds / DAY);
}

function minutesOf({ seconds }: ClockChange): number {
  return (seconds - Math.floor(seconds / DAY) * DAY) / 60;
}

/**
 * As "nth weekday of the month" (`week` 5: the last; `weekday` 0: Sunday). undefined: it cannot be said so, because the hour
 * moves it to another day; "the day after the 4th Thursday" is not always the 4th Friday.
 */
export function nthWeekday(change: ClockChange): (ChangeInForm & { week: number; weekday: number }) | undefined {
  if (shift(change) !== 0) return undefined;
  const { month, week, weekday } = change;
  return { month, week, weekday, minutes: minutesOf(change) };
}

/** As "the first `weekday` (0: Sunday) on or after `day`", -1: the last of the month. Every change can be said so. */
export function onOrAfter(change: ClockChange): ChangeInForm & { day: number; weekday: number } {
  const days = shift(change);
  const { month, week } = change;
  const weekday = (change.weekday + days + 7 * 7) % 7;
  if (week === 5 && days === 0) return { month, day: -1, weekday, minutes: minutesOf(change) };
  // The last one falls into the last seven days; no zone changes its clocks in February.
  const first = week === 5 ? lastDay(month, 2026) - 6 : (week - 1) * 7 + 1;
  return { month, day: first + days, weekday, minutes: minutesOf(change) };
}

/** The date in one year, for vendors that have no words for the rule. */
export function dateInYear(change: ClockChange, year: number): ChangeInForm & { day: number } {
  const { month, week, weekday } = change;
  const firstWeekday = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  let day = 1 + ((weekday - firstWeekday + 7) % 7) + (week - 1) * 7;
  if (day > lastDay(month, year)) day -= 7;
  const date = new Date(Date.UTC(year, month - 1, day + shift(change)));
  return { month: date.getUTCMonth() + 1, day: date.getUTCDate(), minutes: minutesOf(change) };
}

function lastDay(month: number, year: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
