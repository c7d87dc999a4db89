import { EventEmitter } from 'node:events';
import type { AmiMessage } from '../ami/ami-message.ts';
import { parsePbxEvent } from './pbx-event.ts';
import { type PbxRejection, Rejections } from './rejections.ts';

/** The part of AmiLink that is used here. */
export interface EventSource {
  on(name: 'event', listener: (event: AmiMessage) => void): () => void;
}

interface HintEvents {
  /** Asterisk has (re)started: what it had not saved is gone. */
  fullyBooted: [];
  shutdown: [];
  /** Somebody had PJSIP read the operator's pjsip.conf again. */
  endpointsReloaded: [];
  /** A user changed a PIN by phone. The PIN itself is in our voicemail file. */
  pinChanged: [mailbox: { number: string; context: string }];
  /** Somebody has dialled the code of a phone to claim it. What he dialled stands in AstDB. */
  claimed: [];
  /** A phone came, went, or stopped answering. */
  contactStatus: [contact: { aor: string; uri: string; status: string }];
}

export interface EventHints {
  /** Gives the function that ends it. */
  on<Name extends keyof HintEvents>(name: Name, listener: (...args: HintEvents[Name]) => void): () => void;
  /** Why Asterisk last turned this SIP account away, for whoever asks why a phone does not register. */
  lastRejection(account: string): PbxRejection | undefined;
}

/** Names of modules in the event Reload: `core reload` says All. */
const READS_ENDPOINTS: ReadonlySet<string> = new Set(['All', 'res_pjsip', 'res_pjsip.so']);

/** Turns the events login into hints. */
export function createEventHints(source: EventSource, now: () => Date = () => new Date()): EventHints {
  const emitter = new EventEmitter();
  const rejections = new Rejections();

  source.on('event', (message) => {
    const event = parsePbxEvent(message);
    switch (event?.type) {
      case 'fullyBooted':
      case 'shutdown':
      case 'claimed':
        emitter.emit(event.type);
        break;
      case 'reloaded':
        if (READS_ENDPOINTS.has(event.module)) emitter.emit('endpointsReloaded');
        break;
      case 'pinChanged':
        emitter.emit('pinChanged', { number: event.number, context: event.context });
        break;
      case 'contactStatus':
        emitter.emit('contactStatus', { aor: event.aor, uri: event.uri, status: event.status });
        break;
      case 'rejected':
        rejections.add(event.account, { reason: event.reason, remoteAddress: event.remoteAddress, at: now() });
        break;
    }
  });

  return {
    on(name, listener) {
      emitter.on(name, listener as (...args: unknown[]) => void);
      return () => void emitter.off(name, listener as (...args: unknown[]) => void);
    },
    lastRejection: (account) => rejections.last(account),
  };
}
