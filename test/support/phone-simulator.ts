import { ciscoMpp, ciscoSpa } from './phone-sim/cisco.ts';
import { type PhoneAnswer, PhoneClient, type PhoneRequestLog, type PhoneTls } from './phone-sim/client.ts';
import { fanvil } from './phone-sim/fanvil.ts';
import { gigaset } from './phone-sim/gigaset.ts';
import { grandstream, htek, sangoma } from './phone-sim/p-values.ts';
import { polycom } from './phone-sim/polycom.ts';
import { snom } from './phone-sim/snom.ts';
import type { Boot, PhoneAccount, PhoneServer, VendorSimulation } from './phone-sim/vendor.ts';
import { yealink } from './phone-sim/yealink.ts';

export type { PhoneAccount, PhoneServer };

const VENDORS = {
  'cisco-mpp': ciscoMpp,
  'cisco-spa': ciscoSpa,
  fanvil,
  gigaset,
  grandstream,
  htek,
  polycom,
  sangoma,
  snom,
  yealink,
} satisfies Record<string, VendorSimulation>;

export type SimulatedVendor = keyof typeof VENDORS;

/** A model of each vendor and what it runs. */
export const SIMULATED_PHONES: Record<SimulatedVendor, { model: string; firmware: string; oui: string }> = {
  'cisco-mpp': { model: 'CP-8841-3PCC', firmware: '11.0', oui: '005056' },
  'cisco-spa': { model: 'SPA504G', firmware: '7.4.9c', oui: '649ef2' },
  fanvil: { model: 'X5U', firmware: '2.12.16.17', oui: '0c383e' },
  gigaset: { model: 'N870 IP PRO', firmware: '83.V2.11.0', oui: '7c2f80' },
  grandstream: { model: 'GXP2170', firmware: '1.0.11.3', oui: 'c074ad' },
  htek: { model: 'UC926', firmware: '2.0.4.2', oui: '001fc0' },
  polycom: { model: 'VVX_500', firmware: '5.9.7.4477', oui: '0004f2' },
  sangoma: { model: 'S500', firmware: '3.2.0.55', oui: '005058' },
  snom: { model: 'D785', firmware: '10.1.33.33', oui: '000412' },
  yealink: { model: 'T54W', firmware: '96.86.0.70', oui: '805ec0' },
};

export interface PhoneSimulatorOptions {
  vendor: SimulatedVendor;
  mac: string;
  /** What DHCP hands out for the vendor: `dhcp.option66` of its definition with the site's address in it. */
  dhcp: string;
  model?: string;
  firmware?: string;
  tls?: PhoneTls;
  algorithm?: 'MD5' | 'SHA-256';
  /** Instead of what the vendor's phones say. */
  userAgent?: string;
}

/** A phone of a vendor as it comes out of its box: it keeps over restarts what its files told it, and nothing else. */
export interface PhoneSimulator {
  /** Starts, fetches in the vendor's order, and again from where it was sent, until nobody sends it further. */
  boot(): Promise<void>;
  /** What a NOTIFY asks for. */
  resync(): Promise<void>;
  /** As its files say; [] before they said anything. */
  readonly accounts: readonly PhoneAccount[];
  /** undefined: what DHCP says. */
  readonly server: PhoneServer | undefined;
  /** Everything it ever sent. */
  readonly requests: readonly PhoneRequestLog[];
  /** Of the answer to the last request for a name. */
  readonly answers: ReadonlyMap<string, PhoneAnswer>;
  readonly userAgent: string;
  close(): void;
}

export function createPhoneSimulator(options: PhoneSimulatorOptions): PhoneSimulator {
  const simulation: VendorSimulation = VENDORS[options.vendor];
  const known = SIMULATED_PHONES[options.vendor];
  const phone = { mac: options.mac, model: options.model ?? known.model, firmware: options.firmware ?? known.firmware };
  let phase: 'updater' | 'application' = 'updater';
  let server: PhoneServer | undefined;
  let accounts: readonly PhoneAccount[] = [];
  const answers = new Map<string, PhoneAnswer>();
  const client = new PhoneClient({
    userAgent: () => options.userAgent ?? simulation.userAgent(phone, phase),
    sendsHost: simulation.sendsHost,
    auth: simulation.auth,
    tls: options.tls,
    ...(options.algorithm === undefined ? {} : { algorithm: options.algorithm }),
  });

  async function round(at: string): Promise<string | undefined> {
    const send = async (method: string, name: string, body?: Buffer) => {
      const answer = await client.send(method, new URL(name, at).href, body);
      answers.set(name, answer);
      if (method === 'GET') phase = 'application';
      return answer;
    };
    const boot: Boot = {
      ...{ phone, client, at },
      get: (name) => send('GET', name),
      head: (name) => send('HEAD', name),
      put: (name, content) => send('PUT', name, Buffer.from(content)),
    };
    const told = await simulation.boot(boot);
    if (told.accounts !== undefined) accounts = told.accounts;
    if (told.server === undefined) return undefined;
    server = told.server;
    client.credentials = { username: told.server.username, password: told.server.password };
    return filledIn(server.url, phone);
  }

  async function boot(): Promise<void> {
    let at: string | undefined = filledIn(server?.url ?? options.dhcp, phone);
    const seen = new Set<string>();
    while (at !== undefined && !seen.has(at) && seen.size < 4) {
      seen.add(at);
      at = await round(at);
    }
  }

  return {
    async boot() {
      phase = 'updater';
      await boot();
    },
    resync: boot,
    answers,
    get accounts() {
      return accounts;
    },
    get server() {
      return server;
    },
    get requests() {
      return client.log;
    },
    get userAgent() {
      return options.userAgent ?? simulation.userAgent(phone, phase);
    },
    close: () => client.close(),
  };
}

/** Macros that phones put themselves into an address. */
function filledIn(url: string, { mac, model }: { mac: string; model: string }): string {
  return url
    .replaceAll('$MAU', mac.toUpperCase())
    .replaceAll('$MA', mac)
    .replaceAll('$mac', mac)
    .replaceAll('$PSN', model.replace(/^(SPA|CP-)/i, ''))
    .replaceAll('{mac}', mac)
    .replaceAll('%MACD', mac);
}
