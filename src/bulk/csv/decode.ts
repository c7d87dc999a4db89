import { createReadStream } from 'node:fs';
import type { Charset } from './charset.ts';

const BLOCK = 64 * 1024;

/** What Windows-1252 has where Latin-1 has control characters; the five undefined bytes stay what they are. */
const C1 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

/** The text of a file, block by block, without its byte order mark. */
export async function* decodeFile(file: string, charset: Charset): AsyncGenerator<string> {
  const decode = decoderOf(charset);
  for await (const block of createReadStream(file, { highWaterMark: BLOCK })) {
    const text = decode(block as Buffer);
    if (text.length > 0) yield text;
  }
  const rest = decode(undefined);
  if (rest.length > 0) yield rest;
}

function decoderOf(charset: Charset): (block: Buffer | undefined) => string {
  if (charset === 'windows-1252') return (block) => (block === undefined ? '' : windows1252(block));
  const decoder = new TextDecoder(charset);
  return (block) => (block === undefined ? decoder.decode() : decoder.decode(block, { stream: true }));
}

/** Not by TextDecoder: some releases of Node 20 read the bytes 0x80 to 0x9f as Latin-1 there, so that a euro sign is lost. */
function windows1252(block: Buffer): string {
  return block.toString('latin1').replace(/[\u0080-\u009f]/g, (char) => C1[char.charCodeAt(0) - 0x80]!);
}
