/** A SIP request as somebody on the network wrote it: nothing in it is believed. */
export interface SipRequest {
  method: string;
  /** All values of a header in their order, by its long name in lower case. */
  all(name: string): readonly string[];
  /** The only value; undefined when there is none or more than one. */
  one(name: string): string | undefined;
}

/** A phone's SUBSCRIBE has some 600 bytes. */
export const MAX_BYTES = 4096;
const MAX_HEADERS = 64;
const MAX_LINE = 1024;

/** RFC 3261, 7.3.3 and RFC 6665. */
const COMPACT: Readonly<Record<string, string>> = {
  v: 'via',
  f: 'from',
  t: 'to',
  i: 'call-id',
  m: 'contact',
  o: 'event',
  l: 'content-length',
  c: 'content-type',
};

/**
 * Reads a datagram. Anything but a plain request of printable ASCII lines is undefined: folded lines, doubled line ends and
 * bytes beyond ASCII have no place in what a phone asks here, and some of it is sent back.
 */
export function parseSipRequest(datagram: Buffer): SipRequest | undefined {
  if (datagram.length > MAX_BYTES) return undefined;
  const text = datagram.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [start = '', ...lines] = text.slice(0, end).split('\r\n');
  const [, method] = /^([A-Z]{1,20}) sips?:[\x21-\x7e]{1,300} SIP\/2\.0$/.exec(start) ?? [];
  if (method === undefined || lines.length > MAX_HEADERS) return undefined;
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    if (line.length > MAX_LINE || !/^[\x20-\x7e]*$/.test(line)) return undefined;
    const [, name, value] = /^([A-Za-z-]{1,40})[ ]*:[ ]*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return undefined;
    const long = COMPACT[name.toLowerCase()] ?? name.toLowerCase();
    const values = headers.get(long);
    if (values) values.push(value.trimEnd());
    else headers.set(long, [value.trimEnd()]);
  }
  const all = (name: string) => headers.get(name) ?? [];
  return {
    method,
    all,
    one(name) {
      const values = all(name);
      return values.length === 1 ? values[0] : undefined;
    },
  };
}
