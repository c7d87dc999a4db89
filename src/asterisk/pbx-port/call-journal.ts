import { isLinekeeperError } from '../../errors.ts';
import type { AstDb } from './astdb.ts';
import type { PbxLinks } from './links.ts';
import { pipelined } from './pipelined.ts';

/** Not below `linekeeper`, so that no audit reads it. Written by linekeeper-cdr-custom.conf. */
const FAMILY = 'linekeeper-record';
const USED = 'used';
export const OVERFLOW = 'overflow';
/** Records that the journal takes before somebody reads it (linekeeper-cdr-custom.conf). */
export const JOURNAL_ROOM = 20_000;
const KEY = /^([A-Za-z0-9._~-]+-\d+|overflow)$/;
const WINDOW = 128;
/** Without these there are no records, or no journal of them. */
const MODULES = ['cdr_manager', 'cdr_custom', 'func_cdr', 'func_uri'];

export interface JournalContent {
  /** Records written since it was last set back; undefined: there is no journal, or there never was a call. */
  used: number | undefined;
  entries: Map<string, string>;
}

/** The records of calls that the PBX keeps for us in AstDB, by `<uniqueid>-<sequence>`. */
export class CallJournal {
  readonly #astDb: AstDb;
  readonly #links: PbxLinks;

  constructor(astDb: AstDb, links: PbxLinks) {
    this.#astDb = astDb;
    this.#links = links;
  }

  /** All of it. Looks through the whole AstDB. @throws LinekeeperError AMI_LIST_SHORT and other AMI_* */
  async readAll(): Promise<JournalContent> {
    const entries = new Map<string, string>();
    let used: number | undefined;
    for (const [path, value] of await this.#astDb.tree(FAMILY, '')) {
      if (!path.startsWith(`/${FAMILY}/`)) continue;
      const key = path.slice(FAMILY.length + 2);
      if (key === USED) used = countOf(value);
      else if (KEY.test(key)) entries.set(key, value);
    }
    return { used, entries };
  }

  /** Those of these keys that are there. */
  async read(keys: readonly string[]): Promise<Map<string, string>> {
    const entries = new Map<string, string>();
    await pipelined(
      keys.filter((key) => KEY.test(key)),
      WINDOW,
      async (key) => {
        const value = await this.#astDb.get(FAMILY, key);
        if (value !== undefined) entries.set(key, value);
      },
    );
    return entries;
  }

  async used(): Promise<number | undefined> {
    return countOf(await this.#astDb.get(FAMILY, USED));
  }

  async setUsed(count: number): Promise<void> {
    await this.#links.sync.current().action('DBPut', { Family: FAMILY, Key: USED, Val: String(Math.max(0, count)) });
  }

  /** Exactly these keys; one that is gone already is no error. */
  async remove(keys: Iterable<string>): Promise<void> {
    const sync = this.#links.sync.current();
    await pipelined([...keys], WINDOW, (key) => this.#astDb.delete(sync, { family: FAMILY, key }));
  }

  /** What Asterisk lacks to keep records and a journal. */
  async missingModules(): Promise<string[]> {
    const missing: string[] = [];
    for (const name of MODULES) {
      try {
        await this.#links.sync.current().action('ModuleCheck', { Module: name });
      } catch (error) {
        if (!isLinekeeperError(error) || error.code !== 'AMI_REFUSED') throw error;
        missing.push(name);
      }
    }
    return missing;
  }

  /** When Asterisk started, in its own words and zone: to be compared, not read. */
  async startedAt(): Promise<string> {
    const status = await this.#links.query.current().action('CoreStatus');
    return `${status.get('CoreStartupDate') ?? ''} ${status.get('CoreStartupTime') ?? ''}`;
  }
}

function countOf(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
