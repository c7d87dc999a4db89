import t from 'tap';
import { TIMEZONES } from '../../src/domain/timezone.ts';
import { dateInYear, nthWeekday, onOrAfter } from '../../src/phones/time/change-forms.ts';
import { type ClockChange, parsePosixRule } from '../../src/phones/time/posix-rule.ts';
import { timeRule } from '../../src/phones/time/zones.ts';
import { timeParams as snomTime } from '../../src/phones/vendors/snom/time.ts';
import { timeParams as yealinkTime } from '../../src/phones/vendors/yealink/time.ts';
import { shippedCatalogue } from '../support/phones.ts';

const { zones } = await shippedCatalogue();

t.test('every zone that is accepted has a rule', async (t) => {
  t.same(Object.keys(zones).sort(), [...TIMEZONES]);
  for (const zone of TIMEZONES) timeRule(zones, zone);
  t.throws(() => timeRule(zones, 'Mars/Base'), { code: 'DEVICE_NOT_RENDERABLE' });
  t.throws(() => timeRule(zones, 'constructor'), { code: 'DEVICE_NOT_RENDERABLE' });
  t.match(timeRule(zones, null), { zone: 'UTC', offsetMinutes: 0 });
});

const YEALINK: [
  zone: string,
  offset: string,
  start: string | undefined,
  end: string | undefined,
  saving: string,
  type: string,
][] = [
  ['Europe/Paris', '+1', '3/5/7/2', '10/5/7/3', '60', '1'],
  ['America/New_York', '-5', '3/2/7/2', '11/1/7/2', '60', '1'],
  ['Australia/Sydney', '+10', '10/1/7/2', '4/1/7/3', '60', '1'],
  ['Asia/Kolkata', '+5:30', undefined, undefined, '', ''],
  ['America/Regina', '-6', undefined, undefined, '', ''],
  ['Europe/Dublin', '+0', '3/5/7/1', '10/5/7/2', '60', '1'],
  ['Australia/Lord_Howe', '+10:30', '10/1/7/2', '4/1/7/2', '30', '1'],
  ['Antarctica/Troll', '+0', '3/5/7/1', '10/5/7/3', '120', '1'],
  ['Asia/Kathmandu', '+5:45', undefined, undefined, '', ''],
  ['America/St_Johns', '-3:30', '3/2/7/2', '11/1/7/2', '60', '1'],
  // Beside their weekday: the dates of 2026.
  ['Asia/Jerusalem', '+2', '03/27/02', '10/25/02', '60', '0'],
  ['America/Nuuk', '-2', '03/28/23', '10/25/00', '60', '0'],
  ['Africa/Cairo', '+2', '04/24/00', '10/30/00', '60', '0'],
  ['America/Santiago', '-4', '09/06/00', '04/05/00', '60', '0'],
];
for (const [zone, offset, start, end, saving, type] of YEALINK) {
  t.test(`complaint 8: ${zone} on a Yealink`, async (t) => {
    const params = new Map(yealinkTime(timeRule(zones, zone), 2026).map(({ name, value }) => [name, value]));
    t.equal(params.get('local_time.time_zone'), offset);
    t.equal(params.get('local_time.summer_time'), start === undefined ? '0' : '1');
    t.equal(params.get('local_time.start_time'), start ?? '%NULL%');
    t.equal(params.get('local_time.end_time'), end ?? '%NULL%');
    t.equal(params.get('local_time.offset_time'), saving || '%NULL%');
    t.equal(params.get('local_time.dst_time_type'), type || '%NULL%');
  });
}

const SNOM: [zone: string, expected: Record<string, string>][] = [
  ['Europe/Paris', { timezone: 'FRA+1' }],
  ['America/New_York', { timezone: 'USA-5' }],
  ['America/Regina', { timezone: 'CAN2-6' }],
  ['Asia/Kolkata', { timezone: 'IND+5.5' }],
  ['Asia/Kathmandu', { timezone: '', utc_offset: '20700', dst: '' }],
  ['America/Mexico_City', { timezone: '', utc_offset: '-21600', dst: '' }],
  ['Australia/Lord_Howe', { timezone: '', utc_offset: '37800', dst: '1800 10.01.07 02:00:00 04.01.07 02:00:00' }],
  ['Europe/Vilnius', { timezone: '', utc_offset: '7200', dst: '3600 03.05.07 03:00:00 10.05.07 04:00:00' }],
  // 27 March 2026 is the 4th Friday.
  ['Asia/Jerusalem', { timezone: '', utc_offset: '7200', dst: '3600 03.04.05 02:00:00 10.05.07 02:00:00' }],
];
for (const [zone, expected] of SNOM) {
  t.test(`complaint 8: ${zone} on a Snom`, async (t) => {
    t.same(Object.fromEntries(snomTime(timeRule(zones, zone), 2026).map(({ name, value }) => [name, value])), expected);
  });
}

t.test('a Snom is told the rule itself from the day on which a region changes its mind', async (t) => {
  const params = snomTime(timeRule({ ...zones, 'Europe/Paris': 'CEST-2' }, 'Europe/Paris'), 2026);
  t.same(Object.fromEntries(params.map(({ name, value }) => [name, value])), {
    timezone: '',
    utc_offset: '7200',
    dst: '',
  });
});

const AFTER: [zone: string, start: object, end: object][] = [
  ['Europe/Paris', { month: 3, day: -1, weekday: 0, minutes: 120 }, { month: 10, day: -1, weekday: 0, minutes: 180 }],
  ['America/New_York', { month: 3, day: 8, weekday: 0, minutes: 120 }, { month: 11, day: 1, weekday: 0, minutes: 120 }],
  ['Asia/Jerusalem', { month: 3, day: 23, weekday: 5, minutes: 120 }, { month: 10, day: -1, weekday: 0, minutes: 120 }],
  ['America/Nuuk', { month: 3, day: 24, weekday: 6, minutes: 1380 }, { month: 10, day: -1, weekday: 0, minutes: 0 }],
  ['Africa/Cairo', { month: 4, day: -1, weekday: 5, minutes: 0 }, { month: 10, day: 26, weekday: 5, minutes: 0 }],
  ['Asia/Gaza', { month: 3, day: 24, weekday: 6, minutes: 120 }, { month: 10, day: 24, weekday: 6, minutes: 120 }],
];
for (const [zone, start, end] of AFTER) {
  t.test(`complaint 8: ${zone} as a weekday on or after a day`, async (t) => {
    const { dst } = timeRule(zones, zone);
    t.same(onOrAfter(dst!.start), start);
    t.same(onOrAfter(dst!.end), end);
  });
}

t.test('winter time that is less than nothing is turned round', async (t) => {
  const { offsetMinutes, dst } = parsePosixRule('Europe/Dublin', 'IST-1GMT0,M10.5.0,M3.5.0/1');
  t.equal(offsetMinutes, 0);
  t.match(dst, { savingMinutes: 60, start: { month: 3, seconds: 3600 }, end: { month: 10, seconds: 7200 } });
});

t.test('what is no rule is refused', async (t) => {
  for (const text of [
    '',
    'CET',
    'CET-1CEST',
    'CET-1CEST,M3.5.0',
    'CET-1CEST,J60,J300',
    'CET-1CEST,M3.6.0,M10.5.0',
    '\n',
  ]) {
    t.throws(() => parsePosixRule('X', text), /^X: /, text);
  }
});

/** Minutes east of UTC as this machine's own tables have it. */
function offsetAt(zone: string, at: number): number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const text = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')!.value;
  const [, sign, hours, minutes] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(text)!;
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** The moment of a change; `before` are the minutes east of UTC until then. */
function momentOf(change: ClockChange, year: number, before: number): number {
  const { month, day, minutes } = dateInYear(change, year);
  return Date.UTC(year, month - 1, day, 0, minutes - before);
}

t.test('the clocks of every zone change when they do by another table of the time zones', async (t) => {
  let changes = 0;
  for (const zone of TIMEZONES) {
    const { offsetMinutes, dst } = timeRule(zones, zone);
    if (dst === undefined) continue;
    for (const year of [2026, 2027, 2031]) {
      const summer = offsetMinutes + dst.savingMinutes;
      for (const [change, before, after] of [
        [dst.start, offsetMinutes, summer],
        [dst.end, summer, offsetMinutes],
      ] as const) {
        const at = momentOf(change, year, before);
        if (offsetAt(zone, at - 1000) !== before || offsetAt(zone, at) !== after) t.fail(`${zone} ${year}`);
        changes++;
      }
    }
  }
  t.ok(changes > 500, `${changes} changes`);
});

t.test('the nth weekday and the weekday on or after a day name the date that the rule means', async (t) => {
  for (const zone of TIMEZONES) {
    const { dst } = timeRule(zones, zone);
    for (const change of dst ? [dst.start, dst.end] : []) {
      for (let year = 2024; year < 2040; year++) {
        const { month, day } = dateInYear(change, year);
        const date = Date.UTC(year, month - 1, day);
        const after = onOrAfter(change);
        if (new Date(date).getUTCDay() !== after.weekday) t.fail(`${zone} ${year}: weekday`);
        const first = after.day === -1 ? Date.UTC(year, after.month, -6) : Date.UTC(year, after.month - 1, after.day);
        if (date < first || date >= first + 7 * 86_400_000) t.fail(`${zone} ${year}: on or after`);
        const nth = nthWeekday(change);
        if (nth && nth.week < 5 && Math.ceil(day / 7) !== nth.week) t.fail(`${zone} ${year}: nth`);
      }
    }
  }
});
