import type { PhoneView } from '../../phone-view.ts';
import type { NativeParam } from '../mapper.ts';
import { portCodes, profiledCodes } from './account-codes.ts';
import { maybe, p } from './param.ts';
import { serverValues } from './server-values.ts';

// The first line of each of five handsets, which the vendor numbers as it came.
const HANDSET_LINES = [4300, 4310, 4320, 4250, 21_328];

/** Adapters and DECT bases whose accounts share one profile: what is the same for all stands in it once. */
export function profileValues(phone: PhoneView): NativeParam[] {
  const isDect = phone.model.caps.dect === true;
  const profile = { ...portCodes(1), ...(isDect ? DECT_PROFILE : {}) };
  const first = phone.lines[0];
  return [
    p(profile.active, 1),
    ...serverValues(profile, phone, first),
    ...Array.from({ length: phone.model.accounts }, (_, at) => accountValues(phone, at + 1, isDect)).flat(),
    ...(isDect ? handsetValues(phone) : []),
  ];
}

/** What differs in the profile of a DECT base. */
const DECT_PROFILE = { voicemail: 27_680, dtmf: [2301, 2302, 2303] as const, noCallWaiting: undefined };

function accountValues(phone: PhoneView, index: number, isDect: boolean): NativeParam[] {
  const codes = profiledCodes(index);
  const line = phone.lines.find((one) => one.index === index);
  if (line === undefined) return [p(codes.active, 0), p(codes.user, ''), p(codes.authId, ''), p(codes.secret, '')];
  return [
    p(codes.active, Number(line.isEnabled)),
    p(codes.user, line.endpoint),
    p(codes.authId, line.endpoint),
    p(codes.secret, line.secret),
    p(codes.display, line.displayName),
    p(codes.profile, 0),
    // The nth account rings the nth handset; the sixth and more ring one after the other.
    ...(isDect ? [p(27_079 + index, index <= HANDSET_LINES.length ? index : 101)] : []),
  ];
}

/** Handset n dials with account n, or with the first when there is none for it. */
function handsetValues({ lines, settings }: PhoneView): NativeParam[] {
  const date = { dmy: 0, mdy: 1, ymd: 2 }[settings['date.format'] ?? 'ymd'];
  return HANDSET_LINES.flatMap((code, at) => {
    const line = lines.find(({ index }) => index === at + 1);
    return [
      p(code, line === undefined ? 1 : at + 1),
      ...maybe(line === undefined ? undefined : 27_020 + at, [...(line?.label ?? '')].slice(0, 10).join('')),
      p(30_060 + at, date),
      p(30_080 + at, settings['time.format'] === '12' ? 0 : 1),
      p(30_100 + at, Number(settings['calls.autoAnswer'] ?? false)),
    ];
  });
}
