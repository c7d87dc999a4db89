import createManager from 'asterisk-manager';
import { messageOf } from '../../errors.ts';
import { AmiMessage } from './ami-message.ts';
import { type AmiFields, checkAction } from './encode.ts';
import type { AmiAddress, AmiCredentials, Wire, WireHandler } from './wire.ts';

/**
 * The wire over npm asterisk-manager, for the low-volume logins. The only file that imports it, because of what version
 * 0.2.0 does when left alone (measured, see docs/adr/0002-ami-wire.md):
 *
 * - it re-emits Asterisk's event names as its own, so that an `Event: rawevent` never ends: its dispatch is removed and
 *   ours takes the parsed messages;
 * - it writes values verbatim: they are checked before it sees them;
 * - it keeps half messages over a reconnect, holds actions while down and replays them: one Manager per socket, opened
 *   once, sent to only while open;
 * - it cannot destroy its socket: the connect options carry an abort signal that can.
 */
export class ManagerWire implements Wire {
  readonly #address: AmiAddress;
  readonly #manager = createManager();
  readonly #abort = new AbortController();
  #handler: WireHandler | undefined;
  #login: { actionId: string } | undefined;
  #reason = 'Asterisk closed the connection';
  #destroyed = false;

  constructor(address: AmiAddress) {
    if (address.tls) throw new TypeError('asterisk-manager knows no TLS');
    this.#address = address;
  }

  open(handler: WireHandler): void {
    const manager = this.#manager;
    this.#handler = handler;
    manager.removeAllListeners('rawevent');
    manager.on('rawevent', (raw) => this.#receive(raw));
    manager.on('connect', () => this.#handler?.onOpen(undefined));
    manager.on('error', (error) => {
      if (!this.#destroyed) this.#reason = messageOf(error);
    });
    manager.on('end', () => this.#abort.abort());
    manager.on('close', () => {
      this.#handler = undefined;
      handler.onClose(this.#reason);
    });
    const { host, port } = this.#address;
    // Node's Socket destroys itself on this signal; its types know it on the constructor only.
    const options = { host, port, signal: this.#abort.signal };
    manager.connect(options);
  }

  /** Its own login, since only that opens its gate for other actions; its ActionID is translated to ours. */
  login(actionId: string, credentials: AmiCredentials, _events: boolean): void {
    const fields = { Username: credentials.username, Secret: credentials.secret };
    checkAction('Login', fields);
    this.#login = { actionId };
    this.#manager.options.username = credentials.username;
    this.#manager.options.password = credentials.secret;
    this.#manager.login(() => {});
  }

  send(actionId: string, action: string, fields: AmiFields): void {
    checkAction(action, fields);
    if (!this.#handler || this.#destroyed) return;
    this.#manager.action({ ...fields, action, actionid: actionId });
    // It listens for an answer that our dispatch never gives it.
    this.#manager.removeAllListeners(actionId);
  }

  destroy(reason: string): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#reason = reason;
    this.#abort.abort();
  }

  #receive(raw: createManager.RawMessage): void {
    if (this.#login && typeof raw.response === 'string' && typeof raw.actionid === 'string') {
      const { actionId } = this.#login;
      this.#login = undefined;
      // Digits only: the name must never be one of its own events.
      if (raw.response.toLowerCase() === 'success' && /^\d+$/.test(raw.actionid)) {
        this.#manager.emit(raw.actionid, undefined, raw);
      }
      this.#handler?.onMessage(toMessage({ ...raw, actionid: actionId }));
      return;
    }
    this.#handler?.onMessage(toMessage(raw));
  }
}

function toMessage(raw: createManager.RawMessage): AmiMessage {
  const message = new AmiMessage();
  for (const name of Object.keys(raw)) {
    const value = raw[name];
    for (const one of Array.isArray(value) ? value : [value]) {
      if (typeof one === 'string') message.add(name, one);
      else if (typeof one === 'object' && one !== null) addVariables(message, name, one);
    }
  }
  return message;
}

/** `Variable: a=1` arrives as `{ variable: { a: '1' } }`. */
function addVariables(message: AmiMessage, name: string, variables: object): void {
  for (const [key, value] of Object.entries(variables)) {
    if (typeof value === 'string') message.add(name, `${key}=${value}`);
  }
}
