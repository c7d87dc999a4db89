/** When the clocks are changed: on the `week`th (5: last) `weekday` (0: Sunday) of `month`, `seconds` after its midnight. */
export interface ClockChange {
  month: number;
  week: number;
  weekday: number;
  /** By the clock before the change. May be negative or more than a day: then the day is another one. */
  seconds: number;
}

/** A time zone in words that any vendor can be told. */
export interface TimeRule {
  zone: string;
  /** As tzdata has it: `CET-1CEST,M3.5.0,M10.5.0/3`. */
  posix: string;
  /** East of UTC, without daylight saving. */
  offsetMinutes: number;
  /** Absent: the clocks are not changed. */
  dst?: { savingMinutes: number; start: ClockChange; end: ClockChange };
}

const NAME = String.raw`([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)`;
const TIME = String.raw`([+-]?\d{1,3}(?::\d{1,2}(?::\d{1,2})?)?)`;
const POSIX = new RegExp(`^${NAME}${TIME}(?:${NAME}${TIME}?(?:,(.+),(.+))?)?$`);
const CHANGE = new RegExp(`^M(\\d{1,2})\\.([1-5])\\.([0-6])(?:/${TIME})?$`);

/**
 * The rule in the last line of a TZif file (RFC 9636). Winter time that is "saving" less than nothing (Dublin) is turned
 * round, so that `savingMinutes` is always positive.
 * @throws Error when the text is no such rule
 */
export function parsePosixRule(zone: string, posix: string): TimeRule {
  const [, , offset, other, otherOffset, first, second] = POSIX.exec(posix) ?? [];
  if (offset === undefined) throw new Error(`${zone}: ${posix} is no POSIX time zone`);
  const base = -seconds(offset) / 60;
  if (other === undefined) return { zone, posix, offsetMinutes: base };
  if (first === undefined || second === undefined) throw new Error(`${zone}: ${posix} says not when clocks change`);
  const saving = (otherOffset === undefined ? base + 60 : -seconds(otherOffset) / 60) - base;
  const [start, end] = [change(zone, first), change(zone, second)];
  return saving < 0
    ? { zone, posix, offsetMinutes: base + saving, dst: { savingMinutes: -saving, start: end, end: start } }
    : { zone, posix, offsetMinutes: base, dst: { savingMinutes: saving, start, end } };
}

function change(zone: string, text: string): ClockChange {
  const [, month, week, weekday, time] = CHANGE.exec(text) ?? [];
  if (month === undefined) throw new Error(`${zone}: ${text} is no day of a month`);
  return {
    month: Number(month),
    week: Number(week),
    weekday: Number(weekday),
    seconds: time === undefined ? 7200 : seconds(time),
  };
}

function seconds(text: string): number {
  const [hours = 0, minutes = 0, rest = 0] = text.replace(/^[+-]/, '').split(':').map(Number);
  return (text.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60 + rest);
}
