import { LRUCache } from 'lru-cache';
import { normalMac } from '../../domain/phones/mac.ts';
import type { FileDefinition, VendorDefinition } from '../definitions/schema.ts';

/** What a vendor's definition says of the name of a file. */
export interface FileMatch {
  vendor: string;
  definition: FileDefinition;
  mac: string | undefined;
  model: string | undefined;
}

export interface UploadMatch {
  vendor: string;
  maxBytes: number;
  mac: string | undefined;
}

/** What a name may mean: by vendor, in the order of the vendors, the first definition that fits. */
export interface NameEvidence {
  files: ReadonlyMap<string, FileMatch>;
  uploads: ReadonlyMap<string, UploadMatch>;
  /** Vendors that ask for firmware by such a name, beside their other files. */
  firmware: ReadonlySet<string>;
  /** Of the first that names one. */
  mac: string | undefined;
}

/** What a User-Agent says; anybody can say that. */
export interface AgentEvidence {
  vendor: string;
  model: string | undefined;
  firmware: string | undefined;
  mac: string | undefined;
}

/** Reads what phones show of themselves, with the expressions of the vendors' definitions. Pure; phones repeat themselves, so answers are kept. */
export interface Recogniser {
  name(name: string): NameEvidence;
  agent(userAgent: string): readonly AgentEvidence[];
  /** MAC addresses that a certificate's subject names, by vendor. `attributes` as `CN=0004f2123456`. */
  certificate(attributes: readonly string[]): ReadonlyMap<string, string>;
  /** Vendors that a MAC address hints at. */
  oui(mac: string): readonly string[];
}

/** Phones write 40 to 120 characters; expressions are not let loose on more. */
const LONGEST_AGENT = 300;
const LONGEST_NAME = 200;
const KEPT = 5000;

export function createRecogniser(vendors: readonly VendorDefinition[]): Recogniser {
  const compiled = vendors.map((vendor) => ({
    id: vendor.id,
    files: vendor.files.map((definition) => ({ definition, pattern: anyCase(definition.match) })),
    uploads: vendor.uploads.map(({ match, maxBytes }) => ({ maxBytes, pattern: anyCase(match) })),
    firmware: vendor.firmware && anyCase(vendor.firmware.match),
    agents: vendor.userAgents.map(anyCase),
    certificates: vendor.certificates.map(anyCase),
    ouis: new Set(vendor.ouiHints),
  }));
  const names = new LRUCache<string, NameEvidence>({ max: KEPT });
  const agents = new LRUCache<string, readonly AgentEvidence[]>({ max: KEPT });

  function readName(name: string): NameEvidence {
    const files = new Map<string, FileMatch>();
    const uploads = new Map<string, UploadMatch>();
    const firmware = new Set<string>();
    if (name.length > LONGEST_NAME) return { files, uploads, firmware, mac: undefined };
    for (const vendor of compiled) {
      for (const { definition, pattern } of vendor.files) {
        const found = pattern.exec(name);
        if (found === null) continue;
        files.set(vendor.id, { vendor: vendor.id, definition, mac: macOf(found), model: found.groups?.model });
        break;
      }
      for (const { maxBytes, pattern } of vendor.uploads) {
        const found = pattern.exec(name);
        if (found === null) continue;
        uploads.set(vendor.id, { vendor: vendor.id, maxBytes, mac: macOf(found) });
        break;
      }
      if (vendor.firmware?.test(name)) firmware.add(vendor.id);
    }
    const mac = [...files.values(), ...uploads.values()].find((match) => match.mac !== undefined)?.mac;
    return { files, uploads, firmware, mac };
  }

  function readAgent(agent: string): readonly AgentEvidence[] {
    return compiled.flatMap((vendor) => {
      const found = vendor.agents.map((pattern) => pattern.exec(agent)).find((match) => match !== null);
      if (found === undefined || found === null) return [];
      const { model, fw } = found.groups ?? {};
      return [{ vendor: vendor.id, model: model?.trim(), firmware: fw, mac: macOf(found) }];
    });
  }

  return {
    name: (name) => kept(names, name, readName),
    agent: (userAgent) => kept(agents, userAgent.slice(0, LONGEST_AGENT).trim(), readAgent),
    certificate(attributes) {
      const found = new Map<string, string>();
      for (const { id, certificates } of compiled) {
        const mac = certificates
          .flatMap((pattern) => [...attributes, attributes.join(', ')].map((text) => pattern.exec(text)))
          .map((match) => match && macOf(match))
          .find((one) => typeof one === 'string');
        if (typeof mac === 'string') found.set(id, mac);
      }
      return found;
    },
    oui: (mac) => compiled.filter(({ ouis }) => ouis.has(mac.slice(0, 6))).map(({ id }) => id),
  };
}

function kept<T extends object>(cache: LRUCache<string, T>, key: string, read: (key: string) => T): T {
  let value = cache.get(key);
  if (value === undefined) {
    value = read(key);
    cache.set(key, value);
  }
  return value;
}

function anyCase(source: string): RegExp {
  return new RegExp(source, 'i');
}

function macOf(match: RegExpExecArray): string | undefined {
  const text = match.groups?.mac;
  return text === undefined ? undefined : normalMac(text);
}
