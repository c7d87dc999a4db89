import type { AgentEvidence, NameEvidence, Recogniser } from './recogniser.ts';

/** Everything that a request shows of the phone behind it. */
export interface Evidence {
  name: NameEvidence;
  agents: readonly AgentEvidence[];
  /** From a client certificate that a vendor's authority signed: MAC addresses by vendor. */
  certificate: ReadonlyMap<string, string>;
}

/** Who it seems to be when nobody told us. */
export interface Guess {
  vendor: string | undefined;
  model: string | undefined;
  firmware: string | undefined;
}

/** A certificate outweighs all the rest, a User-Agent the MAC address and the name, which three vendors may share. */
const WEIGHTS = { certificate: 8, agent: 4, oui: 2, name: 1 } as const;

/** The vendor with most evidence; the first of equals. */
export function guess(evidence: Evidence, mac: string | undefined, recogniser: Recogniser): Guess {
  const scores = new Map<string, number>();
  const add = (vendor: string, weight: number) => scores.set(vendor, (scores.get(vendor) ?? 0) + weight);
  for (const vendor of evidence.certificate.keys()) add(vendor, WEIGHTS.certificate);
  for (const { vendor } of evidence.agents) add(vendor, WEIGHTS.agent);
  for (const vendor of mac === undefined ? [] : recogniser.oui(mac)) add(vendor, WEIGHTS.oui);
  for (const vendor of evidence.name.files.keys()) add(vendor, WEIGHTS.name);
  const vendor = [...scores].sort(([, a], [, b]) => b - a)[0]?.[0];
  const agent = evidence.agents.find((one) => one.vendor === vendor);
  const model = agent?.model ?? (vendor === undefined ? undefined : evidence.name.files.get(vendor)?.model);
  return { vendor, model, firmware: agent?.firmware };
}

export interface Expected {
  mac: string;
  vendor: string;
  /** null: whatever it says. */
  model: string | null;
}

/**
 * Why this request cannot come from that device, in words for the operator; undefined: nothing speaks against it. The first
 * half of a MAC address never does: vendors share hardware and get new ranges every year.
 */
export function contradiction(
  evidence: Evidence,
  expected: Expected,
  modelOf: (vendor: string, name: string) => string | undefined,
): string | undefined {
  const certified = evidence.certificate.get(expected.vendor);
  if (certified !== undefined && certified !== expected.mac) return 'its certificate names another MAC address';
  const named = evidence.name.files.get(expected.vendor)?.mac ?? evidence.name.uploads.get(expected.vendor)?.mac;
  if (named !== undefined && named !== expected.mac) return 'it asks for the file of another MAC address';
  if (evidence.agents.length === 0) return undefined;
  const agent = evidence.agents.find(({ vendor }) => vendor === expected.vendor);
  if (agent === undefined) return 'its User-Agent is that of another vendor';
  if (agent.mac !== undefined && agent.mac !== expected.mac) return 'its User-Agent names another MAC address';
  const model = agent.model === undefined ? undefined : modelOf(expected.vendor, agent.model);
  if (model !== undefined && expected.model !== null && model !== expected.model) {
    return 'its User-Agent names another model';
  }
  return undefined;
}
