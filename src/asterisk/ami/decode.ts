import { StringDecoder } from 'node:string_decoder';
import { LinekeeperError } from '../../errors.ts';
import { AmiMessage } from './ami-message.ts';

export interface DecodeLimits {
  /** Bytes of one message. A `GetConfig` of a file with 10,000 mailboxes has about 800,000. */
  messageBytes: number;
  /** UTF-16 units of one line. */
  lineLength: number;
}

const DEFAULT_LIMITS: DecodeLimits = { messageBytes: 64 * 1024 * 1024, lineLength: 64 * 1024 };
const BANNER_LENGTH = 256;
const END = '\r\n\r\n';
const EVENT = 'Event: ';
const NOTHING: ReadonlySet<string> = new Set();

/**
 * Turns the bytes of ONE connection into messages. All state is in here, so a new socket starts clean: half a message of
 * a socket that died can never swallow the next one's login answer.
 *
 * The first line is Asterisk's banner and no message. Only CR LF ends a line, so that a bare LF inside a value (which
 * Asterisk does not escape) stays inside it.
 */
export class AmiDecoder {
  readonly #utf8 = new StringDecoder('utf8');
  readonly #limits: DecodeLimits;
  readonly #skip: ReadonlySet<string>;
  /** Pieces without a message end; joined once, so that a slow peer costs no more than a fast one. */
  #pieces: string[] = [];
  #pendingBytes = 0;
  #tail = '';
  #banner: string | undefined;

  /** `skip`: events that are dropped by their name, before a header of them is looked at. */
  constructor(limits: Partial<DecodeLimits> = {}, skip: ReadonlySet<string> = NOTHING) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#skip = skip;
  }

  /** The first line; undefined until it is whole. */
  get banner(): string | undefined {
    return this.#banner;
  }

  /**
   * @throws LinekeeperError AMI_CLOSED when the peer exceeds a limit or is no AMI; the connection is of no use then.
   */
  push(chunk: Uint8Array): AmiMessage[] {
    let text = this.#utf8.write(chunk);
    if (this.#banner === undefined) {
      text = this.#takeBanner(text);
      if (this.#banner === undefined) return [];
    }
    if (!(this.#tail + text).includes(END)) {
      this.#keep(text, chunk.length);
      return [];
    }
    if (this.#pieces.length > 0) {
      text = this.#pieces.join('') + text;
      this.#pieces = [];
    }
    this.#pendingBytes = 0;
    const messages: AmiMessage[] = [];
    let start = 0;
    for (let end = text.indexOf(END); end >= 0; end = text.indexOf(END, start)) {
      if (end > start && !this.#isSkipped(text, start)) messages.push(this.#parse(text, start, end));
      start = end + END.length;
    }
    this.#tail = '';
    if (start < text.length) this.#keep(text.slice(start), Math.min(chunk.length, (text.length - start) * 3));
    return messages;
  }

  #takeBanner(text: string): string {
    const all = this.#tail + text;
    const end = all.indexOf('\r\n');
    if (end > BANNER_LENGTH || (end < 0 && all.length > BANNER_LENGTH)) throw broken('its first line is too long');
    if (end < 0) {
      this.#tail = all;
      return '';
    }
    this.#banner = all.slice(0, end);
    this.#tail = '';
    return all.slice(end + 2);
  }

  #keep(text: string, bytes: number): void {
    if (text === '') return;
    this.#pieces.push(text);
    this.#tail = (this.#tail + text).slice(1 - END.length);
    this.#pendingBytes += bytes;
    if (this.#pendingBytes > this.#limits.messageBytes) throw broken('a message is too long');
  }

  #isSkipped(text: string, start: number): boolean {
    if (this.#skip.size === 0 || !text.startsWith(EVENT, start)) return false;
    return this.#skip.has(text.slice(start + EVENT.length, text.indexOf('\r\n', start)));
  }

  #parse(text: string, start: number, end: number): AmiMessage {
    const message = new AmiMessage();
    let at = start;
    while (at < end) {
      let stop = text.indexOf('\r\n', at);
      if (stop < 0 || stop > end) stop = end;
      if (stop - at > this.#limits.lineLength) throw broken('a line is too long');
      const colon = text.indexOf(':', at);
      // A line without a name says nothing that we could use.
      if (colon > at && colon < stop) {
        const from = text.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1;
        message.add(text.slice(at, colon), text.slice(Math.min(from, stop), stop));
      }
      at = stop + 2;
    }
    return message;
  }
}

function broken(why: string): LinekeeperError {
  return new LinekeeperError('AMI_CLOSED', `The peer does not speak AMI: ${why}.`);
}
