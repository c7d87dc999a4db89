import { readFileSync } from 'node:fs';
import { AmiMessage } from '../../src/asterisk/ami/ami-message.ts';
import type { LiveChannel } from '../../src/asterisk/pbx-port/live-channels.ts';
import type { AsteriskPort } from '../../src/asterisk/pbx-port/pbx-port.ts';
import type { LiveLink } from '../../src/live/link.ts';

/** What a real Asterisk 22.10.1 sent during one call of SIPp phones; headers and events that nobody uses are left out. */
export function recorded(name: string): AmiMessage[] {
  const text = readFileSync(new URL(`../fixtures/calls/${name}.txt`, import.meta.url), 'utf8');
  return text.trimEnd().split('\n\n').map(messageOf);
}

export function messageOf(text: string): AmiMessage {
  const message = new AmiMessage();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon > 0) message.add(line.slice(0, colon), line.slice(colon + 2));
    else message.add(line.replace(/: ?$/, ''), '');
  }
  return message;
}

/** A link that the test plays: it says what is heard, and what a look finds. */
export class PlayedLink implements LiveLink {
  readonly pbxId = 'pbx';
  readonly name = 'main';
  isUp = false;
  channels: LiveChannel[] = [];
  looks = 0;
  /** Awaited before a look is answered. */
  beforeAnswer: () => unknown = () => {};
  readonly #up = new Set<() => void>();
  readonly #down = new Set<(reason: string) => void>();
  readonly #event = new Set<(event: AmiMessage) => void>();

  get port(): AsteriskPort {
    const liveChannels = async () => {
      this.looks += 1;
      const channels = [...this.channels];
      await this.beforeAnswer();
      return channels;
    };
    return { liveChannels } as unknown as AsteriskPort;
  }

  up(): void {
    this.isUp = true;
    for (const listener of this.#up) listener();
  }

  down(reason: string): void {
    this.isUp = false;
    for (const listener of this.#down) listener(reason);
  }

  say(...events: readonly AmiMessage[]): void {
    for (const event of events) for (const listener of this.#event) listener(event);
  }

  onUp(listener: () => void): () => void {
    return listen(this.#up, listener);
  }

  onDown(listener: (reason: string) => void): () => void {
    return listen(this.#down, listener);
  }

  onEvent(listener: (event: AmiMessage) => void): () => void {
    return listen(this.#event, listener);
  }
}

function listen<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** A channel as CoreShowChannels tells it. */
export function channel(name: string, uniqueId: string, more: Partial<LiveChannel> = {}): LiveChannel {
  return {
    name,
    uniqueId,
    linkedId: uniqueId,
    state: 'Up',
    context: 'linekeeper-extension',
    exten: '1002',
    application: 'Dial',
    callerNumber: '1001',
    callerName: null,
    connectedNumber: null,
    connectedName: null,
    bridgeId: null,
    seconds: 10,
    ...more,
  };
}
