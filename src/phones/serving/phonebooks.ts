import { LRUCache } from 'lru-cache';
import type { Database } from '../../store/database.ts';
import { phonebookRows } from '../../store/phones/phone-rows.ts';
import type { Catalogue } from '../definitions/catalogue.ts';
import type { FileDefinition } from '../definitions/schema.ts';
import type { PhonebookEntry, PhoneView } from '../phone-view.ts';
import type { RenderedFile } from '../ports.ts';
import { renderFile } from '../render/render.ts';

/** The phonebook of a company as the phones of one model get it. */
export interface Phonebooks {
  file(
    catalogue: Catalogue,
    companyId: string,
    view: PhoneView,
    definition: FileDefinition,
  ): Promise<RenderedFile | undefined>;
  close(): void;
}

interface Book {
  entries: readonly PhonebookEntry[];
  /** What they are, to see whether they changed. */
  text: string;
  files: Map<string, Promise<RenderedFile | undefined>>;
}

/** Books and their files are kept while the company's extensions stay the same: all its phones ask at once after a night. */
export function createPhonebooks(db: Database, now: () => number): Phonebooks {
  const books = new LRUCache<string, Book>({ max: 200 });
  const fresh = new Set<string>();
  const close = db.onCommit(() => fresh.clear());

  async function bookOf(companyId: string): Promise<Book> {
    const known = books.get(companyId);
    if (known !== undefined && fresh.has(companyId)) return known;
    fresh.add(companyId);
    const entries = await phonebookRows(db.read, companyId);
    const text = JSON.stringify(entries);
    if (known?.text === text) return known;
    const book: Book = { entries, text, files: new Map() };
    books.set(companyId, book);
    return book;
  }

  return {
    async file(catalogue, companyId, view, definition) {
      const { entries, files } = await bookOf(companyId);
      const { vendor, id } = view.model;
      const key = `${catalogue.hash} ${vendor} ${id} ${definition.match}`;
      let file = files.get(key);
      if (file === undefined) {
        const clock = { year: new Date(now()).getUTCFullYear() };
        file = renderFile(catalogue, vendor, definition, { stage: 2, view: impersonal(view, entries), clock });
        files.set(key, file);
        file.catch(() => files.delete(key));
      }
      return file;
    },
    close,
  };
}

/** The same for every phone of a model, so that nothing of one can be printed for another. */
function impersonal(view: PhoneView, phonebook: readonly PhonebookEntry[]): PhoneView {
  return {
    ...view,
    mac: '000000000000',
    label: '',
    access: { url: '', username: '', password: '' },
    passwords: { admin: '', user: '' },
    settings: { ...view.settings, 'admin.password': null, 'user.password': null },
    native: new Map(),
    lines: [],
    keys: [],
    phonebook,
  };
}
