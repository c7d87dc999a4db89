import { v7 as uuid } from 'uuid';
import { FIXED_KINDS } from '../../domain/group.ts';
import { recordAudit } from '../../store/audit-log.ts';
import type { Tx } from '../../store/database.ts';
import { groupsByName, insertGroups, type KnownGroup } from '../../store/person-rows.ts';
import type { TableContext } from '../../store/table-writer.ts';

type Named = { kind: string; name: string };
type Found = { id: string } | { error: string };

/** The groups that the rows of a chunk name; those that are new are made on the way when that was asked for. */
export interface GroupBook {
  /** Answers the id of a group, or why there is none. */
  find(group: Named): Found;
  get(id: string): KnownGroup | undefined;
  /** Groups that were made for what was found since the last call. */
  takeMade(): KnownGroup[];
  /** Writes what was made and is used. */
  write(tx: Tx, context: TableContext, used: ReadonlySet<string>): Promise<void>;
}

export async function openGroupBook(
  tx: Tx,
  { companyId, createGroups }: TableContext,
  named: readonly Named[],
): Promise<GroupBook> {
  const known = new Map((await groupsByName(tx, companyId, named)).map((group) => [keyOf(group), group]));
  const byId = new Map([...known.values()].map((group) => [group.id, group]));
  const kinds = new Set<string>([...FIXED_KINDS, ...(await labelKindsOf(tx, companyId))]);
  const made: KnownGroup[] = [];
  let fresh: KnownGroup[] = [];
  return {
    find({ kind, name }) {
      const group = known.get(keyOf({ kind, name }));
      if (group !== undefined) return { id: group.id };
      if (!kinds.has(kind)) return { error: `${kind} is not among the labelKinds of the company` };
      if (!createGroups) return { error: `the company has no ${kind} called ${name}` };
      const created = { id: uuid(), kind, name, description: null, version: 1 };
      known.set(keyOf(created), created);
      byId.set(created.id, created);
      made.push(created);
      fresh.push(created);
      return { id: created.id };
    },
    get: (id) => byId.get(id),
    takeMade() {
      const taken = fresh;
      fresh = [];
      return taken;
    },
    async write(inTx, { actor }, used) {
      const wanted = made.filter(({ id }) => used.has(id));
      await insertGroups(inTx, companyId, wanted);
      await recordAudit(
        inTx,
        wanted.map(({ id, kind, name }) => ({
          ...{ actor, action: 'group.created', objectType: 'group', objectId: id, companyId },
          details: { kind, name },
        })),
      );
    },
  };
}

export async function labelKindsOf(tx: Tx, companyId: string): Promise<string[]> {
  const company = await tx.company.findUniqueOrThrow({ where: { id: companyId }, select: { labelKinds: true } });
  return JSON.parse(company.labelKinds) as string[];
}

function keyOf({ kind, name }: Named): string {
  return `${kind}\n${name}`;
}
