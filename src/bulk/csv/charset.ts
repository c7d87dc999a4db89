import { isAscii } from 'node:buffer';
import { csvInvalid } from './csv-error.ts';

export type Charset = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

const HEAD = 4096;

/**
 * Recognises the charset of a file while it streams by. All of it is looked at: the first name with an umlaut may stand
 * in row 50,000, far behind any sample.
 */
export class CharsetProbe {
  private head = Buffer.alloc(0);
  private offset = 0;
  /** Bytes still to come of the UTF-8 sequence that is being read, and the lowest its next byte may be. */
  private expected = 0;
  private low = 0x80;
  private high = 0xbf;
  private sequences = 0;
  private firstInvalid: number | undefined;

  push(chunk: Uint8Array): void {
    if (this.head.length < HEAD) {
      this.head = Buffer.concat([this.head, chunk.subarray(0, HEAD - this.head.length)]);
    }
    if (this.expected > 0 || !isAscii(chunk)) this.scan(chunk);
    this.offset += chunk.length;
  }

  /** @throws CSV_INVALID for what is no text, or text in two charsets at once */
  end(): Charset {
    refuseKnownBinary(this.head);
    const wide = utf16Of(this.head);
    if (wide !== undefined) return wide;
    if (this.head.includes(0)) {
      throw csvInvalid('FILE_BINARY', 'the file holds NUL bytes: it is no text file');
    }
    if (this.expected > 0) this.firstInvalid ??= this.offset;
    if (this.firstInvalid === undefined) return 'utf-8';
    const hasBom = this.head.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]));
    // Two or more bytes that happen to form UTF-8 are next to impossible in Windows-1252: read either way, names would break.
    if (hasBom || this.sequences > 0) {
      throw csvInvalid(
        'CHARSET_MIXED',
        `the file is UTF-8 up to byte ${this.firstInvalid} and something else there; save it again as UTF-8`,
      );
    }
    return 'windows-1252';
  }

  /** The well-formed byte sequences of table 3-7 of the Unicode standard. */
  private scan(chunk: Uint8Array): void {
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (this.expected > 0) {
        if (byte >= this.low && byte <= this.high) {
          this.low = 0x80;
          this.high = 0xbf;
          if (--this.expected === 0) this.sequences++;
          continue;
        }
        this.firstInvalid ??= this.offset + i;
        this.expected = 0;
      }
      if (byte >= 0x80) this.open(byte, i);
    }
  }

  private open(byte: number, index: number): void {
    this.low = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
    this.high = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
    if (byte >= 0xc2 && byte <= 0xdf) this.expected = 1;
    else if (byte >= 0xe0 && byte <= 0xef) this.expected = 2;
    else if (byte >= 0xf0 && byte <= 0xf4) this.expected = 3;
    else this.firstInvalid ??= this.offset + index;
  }
}

function refuseKnownBinary(head: Buffer): void {
  const magic = head.toString('latin1', 0, 4);
  if (magic === 'PK\u0003\u0004' || magic === '\u00d0\u00cf\u0011\u00e0') {
    throw csvInvalid('FILE_SPREADSHEET', 'this is a spreadsheet, not a CSV file: save it as "CSV UTF-8" and send that');
  }
}

/** By its byte order mark, or by every other byte being NUL, as Latin letters have it. */
function utf16Of(head: Buffer): Charset | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const zeros = [0, 0];
  for (let i = 0; i < head.length; i++) if (head[i] === 0) zeros[i % 2]!++;
  const half = head.length / 2;
  if (zeros[0]! + zeros[1]! < 8) return undefined;
  if (zeros[1]! > half * 0.5 && zeros[0]! < half * 0.05) return 'utf-16le';
  if (zeros[0]! > half * 0.5 && zeros[1]! < half * 0.05) return 'utf-16be';
  return undefined;
}
