import type { Catalogue } from '../definitions/catalogue.ts';
import type { FileDefinition } from '../definitions/schema.ts';
import type { PhoneView, Stage1View } from '../phone-view.ts';
import type { PhoneFiles, RenderedFile } from '../ports.ts';
import { renderFile } from '../render/render.ts';

export type ReadyFiles = Extract<PhoneFiles, { view: PhoneView }>;
type Kept = Map<FileDefinition, Promise<RenderedFile | undefined>>;

/** Files that belong to no revision, made when somebody asks and kept as long as what they are made of. */
export interface Rendering {
  /** The same for all phones. */
  common(catalogue: Catalogue, vendor: string, definition: FileDefinition): Promise<RenderedFile | undefined>;
  first(
    catalogue: Catalogue,
    vendor: string,
    definition: FileDefinition,
    view: Stage1View,
  ): Promise<RenderedFile | undefined>;
  /** One of a phone's files, of its revision where it is part of that. */
  of(
    catalogue: Catalogue,
    files: ReadyFiles,
    vendor: string,
    definition: FileDefinition,
  ): RenderedFile | Promise<RenderedFile | undefined>;
}

export function createRendering(now: () => number): Rendering {
  const commons = new WeakMap<Catalogue, Kept>();
  const others = new WeakMap<ReadyFiles, Kept>();

  const common: Rendering['common'] = (catalogue, vendor, definition) =>
    kept(commons, catalogue, definition, () => renderFile(catalogue, vendor, definition, { stage: 'common' }));

  return {
    common,
    first: (catalogue, vendor, definition, view) => renderFile(catalogue, vendor, definition, { stage: 1, view }),
    of(catalogue, files, vendor, definition) {
      // By its expression: a phone that a roll-out has not reached has definitions of its own.
      const ready = files.files.find(
        (one) => one.definition === definition || one.definition.match === definition.match,
      );
      if (ready !== undefined) return ready;
      if (definition.kind === 'common') return common(catalogue, vendor, definition);
      const clock = { year: new Date(now()).getUTCFullYear() };
      return kept(others, files, definition, () =>
        renderFile(catalogue, vendor, definition, { stage: 2, view: files.view, clock }),
      );
    },
  };
}

function kept<K extends object>(
  cache: WeakMap<K, Kept>,
  key: K,
  definition: FileDefinition,
  render: () => Promise<RenderedFile | undefined>,
): Promise<RenderedFile | undefined> {
  const files: Kept = cache.get(key) ?? new Map();
  cache.set(key, files);
  let file = files.get(definition);
  if (file === undefined) {
    file = render();
    files.set(definition, file);
    file.catch(() => files.delete(definition));
  }
  return file;
}
