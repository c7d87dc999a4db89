/** Numbers of time zones by minutes east of UTC. */
export const ZONES: ReadonlyMap<number, number> = new Map([
  [-720, 0x00],
  [-660, 0x01],
  [-600, 0x02],
  [-540, 0x03],
  [-480, 0x04],
  [-420, 0x07],
  [-360, 0x09],
  [-300, 0x0d],
  [-240, 0x10],
  [-180, 0x12],
  [-120, 0x16],
  [-60, 0x18],
  [0, 0x1a],
  [60, 0x1b],
  [120, 0x20],
  [180, 0x28],
  [240, 0x2c],
  [270, 0x2d],
  [300, 0x2f],
  [330, 0x30],
  [345, 0x31],
  [360, 0x33],
  [390, 0x35],
  [420, 0x36],
  [480, 0x38],
  [540, 0x3d],
  [570, 0x40],
  [600, 0x43],
  [660, 0x47],
  [720, 0x48],
  [780, 0x50],
]);

/** Languages of the web page. */
export const LANGUAGES: Readonly<Record<string, number>> = {
  de: 0x2,
  en: 0x1,
  es: 0x4,
  fr: 0x9,
  it: 0x7,
  nl: 0xa,
  pl: 0x11,
  tr: 0x10,
};

/** Tones by country; 0: international. */
export const TONES: Readonly<Record<string, number>> = {
  AU: 4,
  CH: 2,
  DE: 12,
  ES: 6,
  FR: 7,
  GB: 8,
  IT: 13,
  NL: 9,
  PL: 10,
  RU: 11,
  US: 1,
};

export const CODECS: Readonly<Record<string, string>> = { ulaw: '0', alaw: '1', g729: '3', g722: '5' };

/** Bits of how keys pressed in a call are sent. */
export const DTMF = { inband: 1, rfc4733: 2, info: 4 };
