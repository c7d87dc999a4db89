import { LRUCache } from 'lru-cache';
import { type Catalogue, catalogueOf } from './catalogue.ts';
import { type DefinitionFolders, readDefinitionFiles } from './sources.ts';

/** The definitions on disk, and those of releases that some phones are still held at. */
export interface Catalogues {
  /** As they were when they were last read; read on first use. */
  current(): Promise<Catalogue>;
  /** Reads them again; the old ones stay when a shipped file is wrong. */
  reload(): Promise<Catalogue>;
  /** Of a release, made once and kept for a while. */
  ofRelease(hash: string, files: () => Promise<Readonly<Record<string, string>>>): Promise<Catalogue>;
}

export function createCatalogues(folders: DefinitionFolders): Catalogues {
  let current: Promise<Catalogue> | undefined;
  const releases = new LRUCache<string, Promise<Catalogue>>({ max: 5 });
  const read = async () => catalogueOf(await readDefinitionFiles(folders));
  return {
    current() {
      current ??= read().catch((error) => {
        current = undefined;
        throw error;
      });
      return current;
    },
    async reload() {
      const fresh = await read();
      const before = await current?.catch(() => undefined);
      // What was made of the old one is kept while nothing changed.
      current = Promise.resolve(before?.hash === fresh.hash ? before : fresh);
      return current;
    },
    async ofRelease(hash, files) {
      const now = await this.current();
      if (now.hash === hash) return now;
      let found = releases.get(hash);
      if (found === undefined) {
        found = files().then(catalogueOf);
        releases.set(hash, found);
        found.catch(() => releases.delete(hash));
      }
      return found;
    },
  };
}
