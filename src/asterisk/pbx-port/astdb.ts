import { isLinekeeperError, LinekeeperError } from '../../errors.ts';
import { isAstDb, type Ref } from '../../plan/pbx-object.ts';
import type { Write, WriteResult } from '../../plan/ports.ts';
import type { AmiConnection } from '../ami/ami-connection.ts';
import type { AmiMessage } from '../ami/ami-message.ts';
import { refusal } from '../ami/pending.ts';
import { coverOf } from './astdb-cover.ts';
import { checkAstDbValue } from './astdb-value.ts';
import type { PbxCounters } from './counters.ts';
import type { PbxLinks } from './links.ts';
import { pipelined } from './pipelined.ts';
import { type AstDbPlace, ROOT } from './place.ts';
import { failure } from './results.ts';

const WINDOW = 512;
const TREE = { event: 'DBGetTreeResponse', complete: 'DBGetTreeComplete' };
const GET = { event: 'DBGetResponse', complete: 'DBGetComplete' };

export interface AstDbWrite {
  write: Write;
  place: AstDbPlace;
}

/** The objects that live in AstDB: plain puts and deletes of exact keys, no reload, in force with the next SIP message. */
export class AstDb {
  readonly #links: PbxLinks;
  readonly #counters: PbxCounters;

  constructor(links: PbxLinks, counters: PbxCounters) {
    this.#links = links;
    this.#counters = counters;
  }

  /** All of ours. @throws LinekeeperError AMI_LIST_SHORT and other AMI_* */
  async readAll(): Promise<Map<Ref, string>> {
    const objects = new Map<Ref, string>();
    for (const [key, value] of await this.tree(ROOT, '')) {
      // LIKE ignores case, so the exact prefix is ours to check.
      if (!key.startsWith(`/${ROOT}/`)) continue;
      const ref = key.slice(ROOT.length + 2);
      if (isAstDb(ref)) objects.set(ref, value);
    }
    return objects;
  }

  async read(wanted: ReadonlyMap<Ref, AstDbPlace>): Promise<Map<Ref, string | undefined>> {
    const found = new Map<Ref, string | undefined>();
    const families = new Map<string, Map<string, Ref>>();
    for (const [ref, { family, key }] of wanted) {
      found.set(ref, undefined);
      const refs = families.get(family) ?? new Map<string, Ref>();
      families.set(family, refs.set(key, ref));
    }
    for (const [family, refs] of families) {
      const { keys, prefixes } = coverOf([...refs.keys()]);
      for (const prefix of prefixes) {
        for (const [key, value] of await this.tree(family, `${prefix}%`)) {
          const ref = refs.get(key.slice(family.length + 2));
          if (ref !== undefined && key.startsWith(`/${family}/`)) found.set(ref, value);
        }
      }
      await pipelined(keys, WINDOW, async (key) => {
        found.set(refs.get(key)!, await this.get(family, key));
      });
    }
    return found;
  }

  async apply(writes: readonly AstDbWrite[]): Promise<WriteResult[]> {
    if (writes.length === 0) return [];
    const sync = this.#links.sync.current();
    // The order of a plan: what goes away first.
    const deletes = writes.filter(({ write }) => write.after === undefined);
    const deleted = await sendAll(deletes, (one, done) => this.#sendDelete(sync, one, done));
    const puts = deletes.length === 0 ? writes : writes.filter(({ write }) => write.after !== undefined);
    const put = await sendAll(puts, (one, done) => this.#sendPut(sync, one, done));
    if (deletes.length === 0) return put;
    const results = new Map<Write, WriteResult>();
    deletes.forEach(({ write }, index) => {
      results.set(write, deleted[index]!);
    });
    puts.forEach(({ write }, index) => {
      results.set(write, put[index]!);
    });
    return writes.map(({ write }) => results.get(write)!);
  }

  #sendPut(sync: AmiConnection, { write, place }: AstDbWrite, done: (result: WriteResult) => void): void {
    const { ref, after = '' } = write;
    try {
      checkAstDbValue(ref, after);
    } catch (error) {
      done(failure(ref, error));
      return;
    }
    this.#counters.puts += 1;
    sync.send('DBPut', { Family: place.family, Key: place.key, Val: after }, (error, response) => {
      if (response?.get('Response') === 'Success') done({ ref, ok: true });
      else done(failure(ref, response === undefined ? error : refusal('DBPut', response)));
    });
  }

  #sendDelete(sync: AmiConnection, { write: { ref }, place }: AstDbWrite, done: (result: WriteResult) => void): void {
    this.#counters.dels += 1;
    sync.send('DBDel', { Family: place.family, Key: place.key }, (error, response) => {
      if (response?.get('Response') === 'Success') done({ ref, ok: true });
      else if (response === undefined) done(failure(ref, error));
      else {
        this.#mustBeGone(place, response).then(
          () => done({ ref, ok: true }),
          (reason) => done(failure(ref, reason)),
        );
      }
    });
  }

  /** Entries as [`/family/key`, value]. `key` may end in `%`. */
  tree(family: string, key: string): Promise<[key: string, value: string][]> {
    this.#counters.trees += 1;
    return this.#links.query.current().list('DBGetTree', { Family: family, Key: key }, TREE, entryOf);
  }

  async get(family: string, key: string): Promise<string | undefined> {
    this.#counters.gets += 1;
    try {
      const query = this.#links.query.current();
      const [value] = await query.list('DBGet', { Family: family, Key: key }, GET, valueOfItem);
      return value;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async delete(sync: AmiConnection, place: Pick<AstDbPlace, 'family' | 'key'>): Promise<void> {
    this.#counters.dels += 1;
    const response = await sync.request('DBDel', { Family: place.family, Key: place.key });
    if (response.get('Response') !== 'Success') await this.#mustBeGone(place, response);
  }

  /** Asterisk says the same for a key that is not there and for one that it failed to delete: so it is looked up. */
  async #mustBeGone({ family, key }: Pick<AstDbPlace, 'family' | 'key'>, response: AmiMessage): Promise<void> {
    if ((await this.get(family, key)) !== undefined) throw refusal('DBDel', response);
  }
}

/** Results in the order of the writes; a window of them on the wire. A promise for each would cost more than the wire. */
function sendAll(
  writes: readonly AstDbWrite[],
  send: (write: AstDbWrite, done: (result: WriteResult) => void) => void,
): Promise<WriteResult[]> {
  const results = new Array<WriteResult>(writes.length);
  if (writes.length === 0) return Promise.resolve(results);
  let next = 0;
  let answered = 0;
  return new Promise((resolve) => {
    let isSending = false;
    const sendMore = () => {
      // On a closed connection each send fails before it returns: the loop below goes on, instead of one call in the other.
      if (isSending) return;
      isSending = true;
      while (next < writes.length && next - answered < WINDOW) {
        const index = next++;
        send(writes[index]!, (result) => {
          results[index] = result;
          answered += 1;
          if (answered === writes.length) resolve(results);
          else sendMore();
        });
      }
      isSending = false;
    };
    sendMore();
  });
}

function isNotFound(error: unknown): boolean {
  return isLinekeeperError(error) && error.code === 'AMI_REFUSED' && /not found/i.test(error.message);
}

function entryOf(item: AmiMessage): [string, string] {
  return [required(item, 'Key'), required(item, 'Val')];
}

function valueOfItem(item: AmiMessage): string {
  return required(item, 'Val');
}

/** An item without its parts was spliced from two; the list is as good as short. */
function required(item: AmiMessage, name: string): string {
  const value = item.get(name);
  if (value === undefined) throw new LinekeeperError('AMI_LIST_SHORT', 'An AstDB entry came without its parts.');
  return value;
}
