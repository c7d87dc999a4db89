import { LinekeeperError } from '../../errors.ts';
import { adoptionsOf, companiesOfPbx } from '../../store/adoptions.ts';
import type { Database } from '../../store/database.ts';
import { ASTERISK_COLUMNS } from '../formats/asterisk-config.ts';
import { convertedCell } from '../formats/converted-file.ts';
import type { ImportView } from '../import-view.ts';
import type { Imports } from '../imports.ts';
import type { JudgedEndpoint, PbxFiles } from './endpoint.ts';
import { judgeEndpoints } from './judge.ts';
import { type ForeignEndpoint, foreignEndpoints } from './view.ts';

interface Wanted {
  pbx: { id: string; name: string };
  companyId: string;
  /** Names, or everything that the company can have. */
  endpoints: readonly string[] | 'all';
  actor: string;
}

export interface Adopting {
  /** What the PBX has of its own, and what had been. @throws PBX_UNREACHABLE */
  foreign(pbxId: string): Promise<ForeignEndpoint[]>;
  /**
   * Makes an import of these endpoints, with the secrets and PINs that stand on the PBX. It has not started.
   * @throws ENDPOINT_NOT_ADOPTABLE with the reason of each that cannot be had, PBX_UNREACHABLE
   */
  prepare(wanted: Wanted): Promise<ImportView>;
}

/** `filesOf` reads a PBX's own files; what they hold is forgotten with the answer. */
export function createAdopting(deps: {
  db: Database;
  imports: Imports;
  filesOf: (pbxId: string) => Promise<PbxFiles>;
}): Adopting {
  const { db, imports } = deps;

  async function look(pbxId: string): Promise<{ judged: JudgedEndpoint[]; items: ForeignEndpoint[] }> {
    const judged = judgeEndpoints(await deps.filesOf(pbxId));
    const adoptions = await adoptionsOf(db.read, pbxId);
    return { judged, items: foreignEndpoints(judged, adoptions, await companiesOfPbx(db.read, pbxId)) };
  }

  return {
    foreign: async (pbxId) => (await look(pbxId)).items,
    async prepare({ pbx, companyId, endpoints, actor }) {
      const { judged, items } = await look(pbx.id);
      const names = endpoints === 'all' ? allFor(items, companyId) : mustHave(items, companyId, endpoints);
      const chosen = judged.filter(({ name }) => names.has(name));
      return imports.upload({
        companyId,
        actor,
        strategy: 'fail',
        allowWeakPins: true,
        allowWeakSecrets: true,
        emptyCells: 'keep',
        name: `pjsip.conf of ${pbx.name}`.slice(0, 120),
        body: csvOf(chosen),
        isAdopting: true,
      });
    },
  };
}

function allFor(items: readonly ForeignEndpoint[], companyId: string): Set<string> {
  const names = items.filter(({ companyIds }) => companyIds.includes(companyId)).map(({ name }) => name);
  if (names.length > 0) return new Set(names);
  throw new LinekeeperError('ENDPOINT_NOT_ADOPTABLE', 'the PBX has no endpoint of its own that the company can have');
}

function mustHave(items: readonly ForeignEndpoint[], companyId: string, names: readonly string[]): Set<string> {
  const known = new Map(items.map((item) => [item.name, item]));
  const refused = names.flatMap((name, at) => {
    const item = known.get(name);
    if (item?.companyIds.includes(companyId) === true) return [];
    return [{ path: `endpoints.${at}`, code: 'ENDPOINT_NOT_ADOPTABLE', message: `${name}: ${whyNot(item)}` }];
  });
  if (refused.length === 0) return new Set(names);
  const message = `${refused.length} of ${names.length} endpoints cannot be adopted: ${refused[0]?.message}`;
  throw new LinekeeperError('ENDPOINT_NOT_ADOPTABLE', message, { fields: refused });
}

function whyNot(item: ForeignEndpoint | undefined): string {
  if (item === undefined) return 'the PBX has no endpoint of its own of this name';
  if (item.state !== 'foreign') return 'it was adopted already';
  const reasons = item.obstacles.map(({ message }) => message);
  return reasons.length > 0 ? reasons.join('; ') : 'another company has this number in its ranges';
}

async function* csvOf(endpoints: readonly JudgedEndpoint[]): AsyncGenerator<Uint8Array> {
  const row = (cells: readonly string[]) => Buffer.from(`${cells.join(',')}\n`);
  yield row(ASTERISK_COLUMNS);
  for (const { cells } of endpoints) yield row(ASTERISK_COLUMNS.map((column) => convertedCell(cells.get(column))));
}
