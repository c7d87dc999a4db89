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

  /** @throws CSV_INVALID as soon as it is known to be no text, however much is to come */
  push(chunk: Uint8Array): void {
    if (this.head.length < HEAD) {
      this.head = Buffer.concat([this.head, chunk.subarray(0, HEAD - this.head.length)]);
      refuseKnownBinary(this.head);
      if (this.head.length === HEAD) this.refuseNul();
    }
    if (this.expected > 0 || !isAscii(chunk)) this.scan(chunk);
    this.offset += chunk.length;
  }

  /** @throws CSV_INVALID for what is no text, or text in two charsets at once */
  end(): Charset {
    const wide = this.refuseNul();
    if (wide !== undefined) return wide;
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

  private refuseNul(): Charset | undefined {
    const wide = utf16Of(this.head);
    if (wide === undefined && this.head.includes(0)) {
      throw csvInvalid('FILE_BINARY', 'the file holds NUL bytes: it is no text file');
    }
    return wide;
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

const SPREADSHEET =
  'this is a spreadsheet (or a zip archive), not a CSV file: save it as "CSV UTF-8" (or unpack it) and send that';
const COMPRESSED = 'this is a compressed file: unpack it and send what is in it';
const DOCUMENT = 'this is a document or a picture, not a text file';

/** How files begin that are sent by mistake, or to be unpacked: nothing of ours unpacks anything. */
const MAGIC: readonly [bytes: number[], code: string, message: string][] = [
  [[0x50, 0x4b, 0x03, 0x04], 'FILE_SPREADSHEET', SPREADSHEET],
  [[0x50, 0x4b, 0x05, 0x06], 'FILE_SPREADSHEET', SPREADSHEET],
  [[0x50, 0x4b, 0x07, 0x08], 'FILE_SPREADSHEET', SPREADSHEET],
  [[0xd0, 0xcf, 0x11, 0xe0], 'FILE_SPREADSHEET', SPREADSHEET],
  [[0x1f, 0x8b], 'FILE_COMPRESSED', COMPRESSED],
  [[0x28, 0xb5, 0x2f, 0xfd], 'FILE_COMPRESSED', COMPRESSED],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'FILE_COMPRESSED', COMPRESSED],
  [[0x37, 0x7a, 0xbc, 0xaf], 'FILE_COMPRESSED', COMPRESSED],
  [[0x42, 0x5a, 0x68, 0x39], 'FILE_COMPRESSED', COMPRESSED],
  [[0x52, 0x61, 0x72, 0x21, 0x1a], 'FILE_COMPRESSED', COMPRESSED],
  [[0x25, 0x50, 0x44, 0x46, 0x2d], 'FILE_BINARY', DOCUMENT],
  [[0x89, 0x50, 0x4e, 0x47], 'FILE_BINARY', DOCUMENT],
  [[0xff, 0xd8, 0xff], 'FILE_BINARY', DOCUMENT],
  [[0x7f, 0x45, 0x4c, 0x46], 'FILE_BINARY', DOCUMENT],
];

function refuseKnownBinary(head: Buffer): void {
  for (const [bytes, code, message] of MAGIC) {
    if (bytes.every((byte, i) => head[i] === byte)) throw csvInvalid(code, message);
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
