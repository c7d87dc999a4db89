/** The P-values of one account. Those that a layout does not know are absent. */
export interface AccountCodes {
  active: number;
  name?: number;
  server: number;
  backup: number;
  proxy: number;
  user: number;
  authId: number;
  secret: number;
  display: number;
  voicemail?: number;
  transport: number;
  uriScheme: number;
  nat: number;
  register: number;
  unregister: number;
  expiry: number;
  lamp: number;
  allowReset: number;
  pickup?: number;
  onlyFromProxy: number;
  /** In order of preference. */
  codecs: readonly number[];
  srtp: number;
  /** In-band, RTP, SIP INFO: each yes or no. */
  dtmf?: readonly [number, number, number];
  /** Three places in order of preference. */
  dtmfOrder?: readonly [number, number, number];
  autoAnswer?: number;
  /** 1: leave it on, 2: off. */
  callWaiting?: number;
  /** 0: leave it on, 1: off. */
  noCallWaiting?: number | undefined;
  qos?: { sip: number; rtp: number };
}

/** Account `n` of desk phones (GXP, WP): the first has its own numbers, 2 to 4 a hundred from 400 on, 5 and 6 from 1700. */
export function deskCodes(n: number): AccountCodes {
  const more = 100 * (n - 1);
  const wide = {
    backup: 2312 + more,
    uriScheme: 2329 + more,
    allowReset: 26_015 + more,
    onlyFromProxy: 2347 + more,
    dtmf: [2301 + more, 2302 + more, 2303 + more] as const,
    callWaiting: 26_063 + more,
  };
  if (n === 1) {
    return {
      ...wide,
      ...{ active: 271, name: 270, server: 47, proxy: 48, user: 35, authId: 36, secret: 34, display: 3, voicemail: 33 },
      ...{ transport: 130, nat: 52, register: 31, unregister: 81, expiry: 32, lamp: 99, pickup: 1347 },
      ...{ codecs: [57, 58, 59, 60, 61, 62, 46, 98], srtp: 183, autoAnswer: 90 },
    };
  }
  const block = n <= 4 ? 100 * (n + 2) : 100 * (n + 12);
  const at = (offset: number) => block + offset;
  return {
    ...wide,
    ...{ active: at(1), name: at(17), server: at(2), proxy: at(3), user: at(4), authId: at(5), secret: at(6) },
    ...{ display: at(7), voicemail: at(26), transport: at(48), nat: at(14), register: at(10), unregister: at(11) },
    ...{ expiry: at(12), lamp: at(15), pickup: at(81), srtp: at(43), autoAnswer: at(25) },
    codecs: [51, 52, 53, 54, 55, 56, 57, 58].map(at),
  };
}

/** The first and second telephone port of an HT80x; the first is also "profile 1" of those that have profiles. */
const PORTS: readonly AccountCodes[] = [
  {
    ...{ active: 271, server: 47, backup: 967, proxy: 48, user: 35, authId: 36, secret: 34, display: 3 },
    ...{ transport: 130, uriScheme: 2329, nat: 52, register: 31, unregister: 81, expiry: 32, lamp: 99 },
    ...{ allowReset: 26_015, onlyFromProxy: 243, codecs: [57, 58, 59, 60, 61, 62, 46, 98], srtp: 183 },
    ...{ dtmfOrder: [850, 851, 852], noCallWaiting: 91, qos: { sip: 5046, rtp: 5050 } },
  },
  {
    ...{ active: 401, server: 747, backup: 987, proxy: 748, user: 735, authId: 736, secret: 734, display: 703 },
    ...{ transport: 830, uriScheme: 2429, nat: 730, register: 731, unregister: 752, expiry: 732, lamp: 709 },
    ...{ allowReset: 26_115, onlyFromProxy: 743, codecs: [757, 758, 759, 760, 761, 762, 814, 815], srtp: 443 },
    ...{ dtmfOrder: [860, 861, 862], noCallWaiting: 791, qos: { sip: 5047, rtp: 5051 } },
  },
];

export function portCodes(n: number): AccountCodes {
  return PORTS[n - 1]!;
}

/** Where accounts only name themselves and a profile holds the rest (HT81x, DP75x). */
export function profiledCodes(n: number) {
  const at = (first: number) => first + n - 1;
  return { user: at(4060), authId: at(4090), secret: at(4120), display: at(4180), profile: at(4150), active: at(4595) };
}
