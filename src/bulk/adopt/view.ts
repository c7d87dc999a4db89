import { isInRanges } from '../../domain/company.ts';
import type { AdoptingCompany, Adoption } from '../../store/adoptions.ts';
import type { JudgedEndpoint, Obstacle, SectionName } from './endpoint.ts';

export const ENDPOINT_STATES = ['foreign', 'waiting', 'adopted'] as const;

/** An endpoint of the PBX's own as operators see it: no secret, no PIN. */
export interface ForeignEndpoint {
  name: string;
  /** waiting: ours is in force, theirs still stands in the file. */
  state: (typeof ENDPOINT_STATES)[number];
  /** Whose it is, once it was adopted. */
  extensionId: string | null;
  companyId: string | null;
  displayName: string | null;
  accountKind: string | null;
  /** Best first; empty: the default ones. */
  codecs: string[];
  maxContacts: number | null;
  pickupGroup: string | null;
  hasMailbox: boolean;
  /** Companies that can have it. */
  companyIds: string[];
  /** Why nobody can. */
  obstacles: Obstacle[];
  notes: { setting: string; message: string }[];
  /** What is to be taken out of which file when it is adopted. */
  sections: SectionName[];
}

/** What stands in the PBX's files, then what stood there before it was adopted. */
export function foreignEndpoints(
  judged: readonly JudgedEndpoint[],
  adoptions: readonly Adoption[],
  companies: readonly AdoptingCompany[],
): ForeignEndpoint[] {
  const waiting = new Map(adoptions.flatMap((one) => (one.state === 'waiting' ? [[one.endpoint, one]] : [])));
  // Phones of other companies log in with the company's name before the number.
  const plain = companies
    .filter(({ endpointPrefix }) => endpointPrefix === '')
    .map(({ id, ranges, taken }) => ({ id, ranges, taken: new Set(taken) }));
  const items = judged.map((endpoint) => {
    const adoption = waiting.get(endpoint.name);
    if (adoption !== undefined) return { ...described(endpoint), ...ownerOf(adoption), state: 'waiting' as const };
    const item = described(endpoint);
    if (item.obstacles.length > 0) return item;
    const inRange = plain.filter(({ ranges }) => isInRanges(endpoint.name, ranges));
    const free = inRange.filter(({ taken }) => !taken.has(endpoint.name));
    if (free.length > 0) return { ...item, companyIds: free.map(({ id }) => id) };
    const obstacle: Obstacle =
      inRange.length > 0
        ? { code: 'NUMBER_TAKEN', message: 'there is an extension with this number already' }
        : { code: 'NO_COMPANY', message: 'no company whose phones log in with the bare number has it in its ranges' };
    return { ...item, obstacles: [obstacle] };
  });
  const there = new Set(judged.map(({ name }) => name));
  const gone = adoptions.filter(({ endpoint }) => !there.has(endpoint));
  return [...items, ...gone.map((one) => ({ ...nothing(one.endpoint), ...ownerOf(one), state: 'adopted' as const }))];
}

function ownerOf({ extensionId, companyId, displayName }: Adoption) {
  return { extensionId, companyId, displayName, obstacles: [], companyIds: [] };
}

function described({ name, cells, obstacles, notes, sections }: JudgedEndpoint): ForeignEndpoint {
  const maxContacts = cells.get('max_contacts');
  return {
    ...nothing(name),
    displayName: cells.get('display_name') ?? null,
    accountKind: cells.get('account_kind') ?? (cells.size === 0 ? null : 'desk'),
    codecs: (cells.get('codecs') ?? '').split(' ').filter((codec) => codec !== ''),
    maxContacts: maxContacts === undefined ? null : Number(maxContacts),
    pickupGroup: cells.get('pickup_group') ?? null,
    hasMailbox: cells.get('mailbox') === 'yes',
    obstacles,
    notes,
    sections,
  };
}

function nothing(name: string): ForeignEndpoint {
  return {
    name,
    state: 'foreign',
    extensionId: null,
    companyId: null,
    displayName: null,
    accountKind: null,
    codecs: [],
    maxContacts: null,
    pickupGroup: null,
    hasMailbox: false,
    companyIds: [],
    obstacles: [],
    notes: [],
    sections: [],
  };
}
