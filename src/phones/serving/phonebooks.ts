import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Database } from '../../store/database.ts';
import { phonebookRows } from '../../store/phones/phone-rows.ts';
import type { Catalogue } from '../definitions/catalogue.ts';
import type { FileDefinition } from '../definitions/schema.ts';
import type { PhonebookEntry, PhoneView } from '../phone-view.ts';
import type { RenderedFile } from '../ports.ts';
import { renderFile } from '../render/render.ts';

/** The phonebook of a company as a phone gets it. */
export interface Phonebooks {
  file(
    catalogue: Catalogue,
    companyId: string,
    view: PhoneView,
    definition: FileDefinition,
  ): Promise<RenderedFile | undefined>;
  close(): void;
}

interface Contacts {
  entries: readonly PhonebookEntry[];
  digest: string;
}

const KEPT_BYTES = 32 * 1024 * 1024;

/** Files are kept while the company's extensions stay the same, for all phones whose keys are alike: they all ask at once. */
export function createPhonebooks(db: Database, now: () => number): Phonebooks {
  const contacts = new Map<string, Contacts>();
  const files = new LRUCache<string, RenderedFile>({
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ bytes }) => bytes.length + 500,
  });
  const shapes = new WeakMap<PhoneView, string>();
  const close = db.onCommit(() => contacts.clear());

  async function contactsOf(companyId: string): Promise<Contacts> {
    let known = contacts.get(companyId);
    if (known === undefined) {
      const entries = await phonebookRows(db.read, companyId);
      known = { entries, digest: hash('sha256', JSON.stringify(entries), 'base64') };
      contacts.set(companyId, known);
    }
    return known;
  }

  function shapeOf(view: PhoneView): string {
    let shape = shapes.get(view);
    if (shape === undefined) {
      const { model, settings, keys } = impersonal(view, []);
      shape = hash('sha256', JSON.stringify([model, settings, keys]), 'base64');
      shapes.set(view, shape);
    }
    return shape;
  }

  return {
    async file(catalogue, companyId, view, definition) {
      const { entries, digest } = await contactsOf(companyId);
      const key = `${catalogue.hash} ${definition.match} ${digest} ${shapeOf(view)}`;
      const known = files.get(key);
      if (known !== undefined) return known;
      const clock = { year: new Date(now()).getUTCFullYear() };
      const impersonalView = impersonal(view, entries);
      const file = await renderFile(catalogue, view.model.vendor, definition, {
        stage: 2,
        view: impersonalView,
        clock,
      });
      if (file !== undefined) files.set(key, file);
      return file;
    },
    close,
  };
}

/** Without what belongs to one phone alone, so that nothing of it can be printed for another. */
function impersonal(view: PhoneView, phonebook: readonly PhonebookEntry[]): PhoneView {
  return {
    ...view,
    mac: '000000000000',
    label: '',
    firmware: undefined,
    access: { url: '', username: '', password: '' },
    passwords: { admin: '', user: '' },
    settings: { ...view.settings, 'admin.password': null, 'user.password': null },
    native: new Map(),
    lines: [],
    firmwareTarget: undefined,
    phonebook,
  };
}
