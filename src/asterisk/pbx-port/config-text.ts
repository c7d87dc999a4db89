import type { AmiMessage } from '../ami/ami-message.ts';

export type ConfigLine = readonly [variable: string, value: string];

export interface ConfigCategory {
  name: string;
  lines: ConfigLine[];
  /** Only there for others to inherit from, which GetConfig shows with all that they inherit. */
  isTemplate?: true;
}

/** A file as GetConfig shows it: sections in order; a name may stand more than once. */
export type ConfigFile = ConfigCategory[];

const CATEGORY = /^category-\d+$/i;
const TEMPLATE = /^istemplate-\d+$/i;
const LINE = /^line-\d+-\d+$/i;

/** From the answer to GetConfig: `Category-000000: lk-acme`, `Line-000000-000000: 1001=4711,Ann,,,`. */
export function parseConfig(response: AmiMessage): ConfigFile {
  const file: ConfigFile = [];
  for (const [header, value] of response) {
    if (CATEGORY.test(header)) {
      file.push({ name: value, lines: [] });
    } else if (TEMPLATE.test(header)) {
      const category = file.at(-1);
      if (category !== undefined) category.isTemplate = true;
    } else if (LINE.test(header)) {
      const equals = value.indexOf('=');
      if (equals > 0) file.at(-1)?.lines.push([value.slice(0, equals), value.slice(equals + 1)]);
    }
  }
  return file;
}
