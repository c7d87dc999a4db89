import type { AstDb } from './astdb.ts';
import type { PbxLinks } from './links.ts';

/** Not below `linekeeper`, so that no audit reads it. Written by linekeeper-dialplan.conf. */
const FAMILY = 'linekeeper-claim';
const KEY = /^[a-z0-9][a-z0-9-]*\/[0-9]+$/;

/** What people dialled to claim a phone, by `<company>/<extension that called>`. */
export class ClaimBook {
  readonly #astDb: AstDb;
  readonly #links: PbxLinks;

  constructor(astDb: AstDb, links: PbxLinks) {
    this.#astDb = astDb;
    this.#links = links;
  }

  /** @throws LinekeeperError AMI_LIST_SHORT and other AMI_* */
  async read(): Promise<Map<string, string>> {
    const entries = new Map<string, string>();
    for (const [path, value] of await this.#astDb.tree(FAMILY, '')) {
      const key = path.slice(FAMILY.length + 2);
      if (path.startsWith(`/${FAMILY}/`) && KEY.test(key)) entries.set(key, value);
    }
    return entries;
  }

  /** One that is gone already is no error. */
  remove(key: string): Promise<void> {
    return this.#astDb.delete(this.#links.sync.current(), { family: FAMILY, key });
  }
}
