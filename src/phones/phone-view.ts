import type { PhoneKey } from '../domain/phones/key.ts';
import type { PhoneSettings } from '../domain/phones/settings.ts';
import type { ModelDefinition } from './definitions/schema.ts';

/** An account on a phone. `secret` is what the phone is to register with: the newer one while it is rotated. */
export interface PhoneLine {
  /** 1 for the first. */
  index: number;
  /** User name, auth id and endpoint on the PBX. */
  endpoint: string;
  secret: string;
  /** Of the extension. */
  number: string;
  displayName: string;
  /** Beside the key. */
  label: string;
  /** Asterisk's names, best first. */
  codecs: readonly string[];
  hasMailbox: boolean;
  /** false: extension or user is off, and the account must not register. */
  isEnabled: boolean;
}

/** Where a phone finds its files, and with what. */
export interface ProvisioningAccess {
  /** `https://prov.example/p/<token>/`, with the slash. */
  url: string;
  username: string;
  password: string;
}

/** What every file may know: nothing secret but the way to the next step. Stage 1 gets this and nothing else. */
export interface Stage1View {
  mac: string;
  /** undefined: not known yet. */
  model: ModelDefinition | undefined;
  /** As the phone says; undefined: not known. */
  firmware: string | undefined;
  access: ProvisioningAccess;
  verifyServer: boolean;
}

/** Everything one phone is told. Files are a pure function of this: no clock, no randomness. */
export interface PhoneView extends Stage1View {
  model: ModelDefinition;
  label: string;
  settings: PhoneSettings;
  /** `<parameter>` of `native.<vendor>.<parameter>` of its vendor, in order of their names. */
  native: ReadonlyMap<string, string>;
  lines: readonly PhoneLine[];
  /** Every key that is set, by section, module and index. Judged against the model: all fit. */
  keys: readonly PhoneKey[];
  /** Prefix of the code that picks up a ringing extension: `*8`. */
  pickupPrefix: string;
  /** Country of the company, ISO 3166. */
  country: string;
  registrar: { host: string; port: number };
  passwords: { admin: string; user: string };
  /** undefined: none. Relative names go to `access.url`. */
  phonebookName: string | undefined;
  /** Contacts of the phonebook file itself; empty in other files. */
  phonebook: readonly PhonebookEntry[];
  /** A file of this version is there to be fetched at `access.url` + `firmware/<file>`. */
  firmwareTarget: { version: string; file: string } | undefined;
}

export interface PhonebookEntry {
  name: string;
  number: string;
}

/** The year that vendors without rules print dates of; given, so that rendering stays pure. */
export interface RenderClock {
  year: number;
}

/** Parameters of vendors that hold secrets, as far as their names tell. */
const SECRET_NAME = /pass|pwd|pswd|secret|psk|aes_?key|private/i;

/** The same phone as an operator may see it. */
export function maskedView(view: PhoneView): PhoneView {
  const stars = '********';
  return {
    ...view,
    access: { ...view.access, url: view.access.url.replace(/\/p\/[^/]+\//, `/p/${stars}/`), password: stars },
    passwords: { admin: stars, user: stars },
    lines: view.lines.map((line) => ({ ...line, secret: stars })),
    settings: { ...view.settings, 'admin.password': stars, 'user.password': stars },
    native: new Map([...view.native].map(([name, value]) => [name, SECRET_NAME.test(name) ? stars : value])),
  };
}
