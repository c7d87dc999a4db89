import type { ConfigFile, ConfigLine } from './config-text.ts';
import { textOfLines } from './file-value.ts';
import type { FilePlace } from './place.ts';

/** The objects in one file of ours. Of a doubled mailbox the last counts, as it does for app_voicemail. */
export class FileView {
  readonly file: ConfigFile;
  readonly #lines = new Map<string, ConfigLine[]>();
  readonly #keyed = new Map<string, Map<string, string>>();

  constructor(file: ConfigFile) {
    this.file = file;
    for (const { name, lines } of file) this.#lines.set(name, [...(this.#lines.get(name) ?? []), ...lines]);
    for (const [name, lines] of this.#lines) this.#keyed.set(name, new Map(lines));
  }

  /** The object's value in our model; undefined when it is not there. */
  value(place: FilePlace): string | undefined {
    if (place.in === 'voicemail') return this.#keyed.get(place.category)?.get(place.variable);
    const lines = this.#lines.get(place.category);
    return lines === undefined || lines.length === 0 ? undefined : textOfLines(lines);
  }

  /** A section's variables, each once; a copy. */
  variables(category: string): Map<string, string> {
    return new Map(this.#keyed.get(category));
  }
}
