import { z } from 'zod';
import type { AstDb } from './astdb.ts';
import type { PbxLinks } from './links.ts';
import { pipelined } from './pipelined.ts';

/** One phone that is registered at an aor, as res_pjsip_registrar keeps it. */
export interface PbxContact {
  uri: string;
  userAgent: string;
  /** Seconds since 1970, on the clock of the PBX. */
  expiresAt: number;
  /** Where its packets come from, `host:port`; null: not known. */
  address: string | null;
}

const FAMILY = 'registrar/contact';
/** From here on one read of all contacts costs less than one scan for each aor. */
const MANY = 20;
const WINDOW = 64;
const AOR = /^[A-Za-z0-9+@.-]{1,80}$/;

const Stored = z.object({
  uri: z.string(),
  user_agent: z.string().default(''),
  expiration_time: z.coerce.number(),
  via_addr: z.string().default(''),
  via_port: z.string().default(''),
});

interface Parsed {
  text: string;
  contact: PbxContact | undefined;
}

/** Contacts in AstDB: `registrar/contact/<aor>;@<hash>`. */
export class Contacts {
  readonly #astDb: AstDb;
  readonly #links: PbxLinks;
  /** Of the last read of all: most texts are the same the next time, and parsing costs more than reading. */
  #parsed = new Map<string, Parsed>();

  constructor(astDb: AstDb, links: PbxLinks) {
    this.#astDb = astDb;
    this.#links = links;
  }

  async of(aor: string): Promise<PbxContact[]> {
    const contacts: PbxContact[] = [];
    for (const [, text] of await this.#entries(aor)) {
      const stored = parse(text);
      if (stored) contacts.push(stored);
    }
    return contacts;
  }

  /** By aor. @throws LinekeeperError AMI_LIST_SHORT and other AMI_* */
  async all(): Promise<Map<string, PbxContact[]>> {
    const parsed = new Map<string, Parsed>();
    const byAor = new Map<string, PbxContact[]>();
    for (const [path, text] of await this.#astDb.tree(FAMILY, '')) {
      const key = keyOf(path);
      if (key === undefined) continue;
      const before = this.#parsed.get(key);
      const entry = before?.text === text ? before : { text, contact: parse(text) };
      parsed.set(key, entry);
      if (entry.contact === undefined) continue;
      const aor = aorOf(key);
      const others = byAor.get(aor);
      if (others === undefined) byAor.set(aor, [entry.contact]);
      else others.push(entry.contact);
    }
    this.#parsed = parsed;
    return byAor;
  }

  /** Those of these aors that have a contact. */
  async registered(aors: readonly string[]): Promise<string[]> {
    const keys = await this.#keysOf(aors);
    const found = new Set(keys.map(aorOf));
    return aors.filter((aor) => found.has(aor));
  }

  /** Deletes every contact of these aors, by exact keys; the phones are gone at once. */
  async drop(aors: readonly string[]): Promise<void> {
    const sync = this.#links.sync.current();
    const keys = await this.#keysOf(aors);
    await pipelined(keys, WINDOW, (key) => this.#astDb.delete(sync, { family: FAMILY, key }));
  }

  async #keysOf(aors: readonly string[]): Promise<string[]> {
    const wanted = aors.filter((aor) => AOR.test(aor));
    const keys: string[] = [];
    if (wanted.length < MANY) {
      for (const aor of wanted) for (const [key] of await this.#entries(aor)) keys.push(key);
    } else {
      const names = new Set(wanted);
      for (const [path] of await this.#astDb.tree(FAMILY, '')) {
        const key = keyOf(path);
        if (key !== undefined && names.has(aorOf(key))) keys.push(key);
      }
    }
    return keys;
  }

  async #entries(aor: string): Promise<[key: string, value: string][]> {
    if (!AOR.test(aor)) return [];
    const entries: [string, string][] = [];
    for (const [path, value] of await this.#astDb.tree(FAMILY, `${aor};@%`)) {
      const key = keyOf(path);
      if (key?.startsWith(`${aor};@`)) entries.push([key, value]);
    }
    return entries;
  }
}

function aorOf(key: string): string {
  return key.slice(0, key.indexOf(';@'));
}

function keyOf(path: string): string | undefined {
  return path.startsWith(`/${FAMILY}/`) ? path.slice(FAMILY.length + 2) : undefined;
}

/** Undefined for what is no contact: it was written by somebody else. Asterisk writes `;` as `^3B`. */
function parse(text: string): PbxContact | undefined {
  try {
    const stored = Stored.parse(JSON.parse(text));
    return {
      uri: stored.uri.replaceAll('^3B', ';'),
      userAgent: stored.user_agent,
      expiresAt: stored.expiration_time,
      address: stored.via_addr === '' ? null : hostPort(stored.via_addr, stored.via_port),
    };
  } catch {
    return undefined;
  }
}

function hostPort(host: string, port: string): string {
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return port === '' || port === '0' ? name : `${name}:${port}`;
}
