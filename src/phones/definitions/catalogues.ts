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
  let kept: Promise<Catalogue> | undefined;
  const releases = new LRUCache<string, Promise<Catalogue>>({ max: 5 });
  const read = async () => catalogueOf(await readDefinitionFiles(folders));

  function current(): Promise<Catalogue> {
    kept ??= read().catch((error) => {
      kept = undefined;
      throw error;
    });
    return kept;
  }

  return {
    current,
    async reload() {
      const fresh = await read();
      const before = await kept?.catch(() => undefined);
      // What was made of the old one is kept while nothing changed.
      kept = Promise.resolve(before?.hash === fresh.hash ? before : fresh);
      return kept;
    },
    async ofRelease(hash, files) {
      const now = await current();
      if (now.hash === hash) return now;
      const found = releases.get(hash) ?? files().then(catalogueOf);
      releases.set(hash, found);
      found.catch(() => releases.delete(hash));
      return found;
    },
  };
}
